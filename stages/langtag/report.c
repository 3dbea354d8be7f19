/*
 * Which lines are shown does not depend on the order of records: those with the smallest hash of seed and text.
 *
 * Example of a label's part:
 *
 *   hin_Deva     records 1,204     text 3.1 MiB     seconds: mar_Deva 31, npi_Deva 12
 *   score  0.0: 0  0.1: 0 ... 0.9: 1,102
 *     0.412  ...text...
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

#define SHOWN 5 /* lines of each kind */
#define SHOWN_BYTES 160
#define BINS 10
#define SURE 0.9
#define SECONDS 4
#define NAME 24

struct shown {
    uint64_t hash;
    double score;
    char text[SHOWN_BYTES + 1];
};

struct second {
    char name[NAME];
    uint64_t count;
};

struct sheet {
    char name[NAME];
    uint64_t records, bytes, bins[BINS];
    struct shown sure[SHOWN], unsure[SHOWN];
    size_t sure_count, unsure_count;
    struct second *seconds;
    size_t second_count;
};

struct report {
    uint64_t seed;
    struct sheet *sheets;
    size_t count, cap;
};

struct report *report_new(uint64_t seed) {
    struct report *report = sg_zalloc(1, sizeof *report);
    report->seed = seed;
    return report;
}

void report_free(struct report *report) {
    if (!report) return;
    for (size_t i = 0; i < report->count; i++) free(report->sheets[i].seconds);
    free(report->sheets);
    free(report);
}

static struct sheet *sheet_of(struct report *report, const char *name) {
    for (size_t i = 0; i < report->count; i++)
        if (strncmp(report->sheets[i].name, name, NAME - 1) == 0) return &report->sheets[i];
    if (report->count == report->cap) {
        report->cap = 2 * report->cap + 32;
        report->sheets = sg_realloc(report->sheets, report->cap * sizeof *report->sheets);
    }
    struct sheet *sheet = &report->sheets[report->count++];
    memset(sheet, 0, sizeof *sheet);
    strncpy(sheet->name, name, NAME - 1);
    return sheet;
}

static void add_second(struct sheet *sheet, const char *name) {
    if (!*name) return;
    for (size_t i = 0; i < sheet->second_count; i++) {
        if (strncmp(sheet->seconds[i].name, name, NAME - 1) != 0) continue;
        sheet->seconds[i].count++;
        return;
    }
    sheet->seconds = sg_realloc(sheet->seconds, (sheet->second_count + 1) * sizeof *sheet->seconds);
    struct second *second = &sheet->seconds[sheet->second_count++];
    *second = (struct second){.count = 1};
    strncpy(second->name, name, NAME - 1);
}

/* The beginning of a text on one line, cut between code points. */
static void show(const char *text, size_t len, char out[SHOWN_BYTES + 1]) {
    size_t n = len < SHOWN_BYTES ? len : SHOWN_BYTES;
    while (n > 0 && n < len && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) out[i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
    out[n] = 0;
}

static void keep(struct shown *list, size_t *count, uint64_t hash, const struct report_record *r) {
    size_t at = *count;
    if (at == SHOWN && hash >= list[SHOWN - 1].hash) return;
    for (size_t i = 0; i < *count; i++)
        if (list[i].hash == hash) return; /* the same text again */
    at = *count < SHOWN ? (*count)++ : SHOWN - 1;
    for (; at > 0 && list[at - 1].hash > hash; at--) list[at] = list[at - 1];
    list[at].hash = hash;
    list[at].score = r->score;
    show(r->text, r->text_len, list[at].text);
}

void report_add(struct report *report, const struct report_record *r) {
    struct sheet *sheet = sheet_of(report, r->label);
    int bin = r->score > 0 ? (int)(r->score * BINS) : 0;
    uint64_t hash = sg_hash64(r->text, r->text_len, report->seed);
    sheet->records++;
    sheet->bytes += r->text_len;
    sheet->bins[bin < BINS ? bin : BINS - 1]++;
    add_second(sheet, r->second);
    if (r->score >= SURE)
        keep(sheet->sure, &sheet->sure_count, hash, r);
    else
        keep(sheet->unsure, &sheet->unsure_count, hash, r);
}

/* ---- writing ---- */

static int by_records(const void *a, const void *b) {
    const struct sheet *x = a, *y = b;
    if (x->records != y->records) return x->records < y->records ? 1 : -1;
    return strcmp(x->name, y->name);
}

static int by_count(const void *a, const void *b) {
    const struct second *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void write_lines(const struct shown *list, size_t count, struct sg_buf *out) {
    for (size_t i = 0; i < count; i++)
        sg_buf_printf(out, "    %.3f  %s\n", list[i].score, list[i].text);
}

static void write_sheet(const struct sheet *sheet, struct sg_buf *out) {
    char records[SG_NUM_TEXT], bytes[SG_NUM_TEXT];
    sg_buf_printf(out, "\n%-12s  records %s, text %s", sheet->name,
                  sg_num_count(sheet->records, records), sg_num_bytes(sheet->bytes, bytes));
    for (size_t i = 0; i < sheet->second_count && i < SECONDS; i++)
        sg_buf_printf(out, "%s%s %s", i ? ", " : "; second choice ", sheet->seconds[i].name,
                      sg_num_count(sheet->seconds[i].count, records));
    sg_buf_puts(out, "\n  scores");
    for (int b = 0; b < BINS; b++)
        sg_buf_printf(out, "  0.%d: %s", b, sg_num_count(sheet->bins[b], records));
    sg_buf_putc(out, '\n');
    write_lines(sheet->unsure, sheet->unsure_count, out);
    write_lines(sheet->sure, sheet->sure_count, out);
}

void report_write(const struct report *report, struct sg_buf *out) {
    struct sheet *sorted = sg_alloc((report->count + 1) * sizeof *sorted);
    if (report->count) memcpy(sorted, report->sheets, report->count * sizeof *sorted);
    qsort(sorted, report->count, sizeof *sorted, by_records);
    uint64_t all = 0;
    for (size_t i = 0; i < report->count; i++) all += sorted[i].records;
    char records[SG_NUM_TEXT];
    sg_buf_printf(out, "%s records in %zu languages and scripts\n", sg_num_count(all, records),
                  report->count);
    for (size_t i = 0; i < report->count; i++) {
        if (sorted[i].second_count > 1)
            qsort(sorted[i].seconds, sorted[i].second_count, sizeof *sorted[i].seconds, by_count);
        write_sheet(&sorted[i], out);
    }
    free(sorted);
}
