#include "funnel.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "receipts.h"
#include "release.h"

#define WIDTH 80

/* ---- counts ---- */

static void add_reason(struct stage_count *count, const char *name, uint64_t n) {
    count->reasons = sg_realloc(count->reasons, (count->reason_count + 1) * sizeof *count->reasons);
    count->reasons[count->reason_count++] =
        (struct sg_receipt_count){.name = sg_strdup(name), .count = n};
}

static enum sg_code from_release(const char *folder, struct stage_count *out, struct sg_err *err) {
    struct release release;
    enum sg_code code = release_load(folder, &release, err);
    if (code != SG_OK) return code;
    out->any = true;
    out->records_in = release.documents_in;
    out->records_out = release.documents;
    out->bytes = release.bytes;
    out->files = release.shards;
    for (size_t i = 0; i < release.reason_count; i++) {
        /* a manifest has one list for all that was not emitted; bad lines have their own column */
        if (strcmp(release.reasons[i].name, "bad") == 0) {
            out->bad = release.reasons[i].documents;
            continue;
        }
        out->dropped += release.reasons[i].documents;
        add_reason(out, release.reasons[i].name, release.reasons[i].documents);
    }
    release_free(&release);
    return SG_OK;
}

static enum sg_code from_receipts(const char *folder, struct stage_count *out, struct sg_err *err) {
    struct receipts_sum sum;
    enum sg_code code = receipts_sum(folder, &sum, err);
    if (code != SG_OK) return code;
    out->any = sum.receipts > 0;
    out->records_in = sum.all.records_in;
    out->records_out = sum.all.records_out;
    out->dropped = sum.all.dropped;
    out->bad = sum.all.bad;
    out->bytes = sum.bytes;
    out->files = sum.outputs;
    out->ledgers = sum.ledgers;
    out->bad_lists = sum.bad_lists;
    for (size_t i = 0; i < sum.all.reason_count; i++)
        add_reason(out, sum.all.reasons[i].name, sum.all.reasons[i].count);
    receipts_sum_free(&sum);
    return SG_OK;
}

static int most_first(const void *a, const void *b) {
    const struct sg_receipt_count *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

enum sg_code stage_count_load(const char *folder, struct stage_count *out, struct sg_err *err) {
    *out = (struct stage_count){0};
    enum sg_code code =
        release_is(folder) ? from_release(folder, out, err) : from_receipts(folder, out, err);
    if (out->reason_count) qsort(out->reasons, out->reason_count, sizeof *out->reasons, most_first);
    return code;
}

void stage_count_free(struct stage_count *count) {
    for (size_t i = 0; i < count->reason_count; i++) free(count->reasons[i].name);
    free(count->reasons);
    *count = (struct stage_count){0};
}

/* ---- the table ---- */

/* "name 1,234" pieces in lines of 80 columns, each indented. */
struct row {
    struct sg_buf *out;
    size_t at, indent;
};

static void put_piece(struct row *row, const char *name, uint64_t count) {
    char number[SG_NUM_TEXT], shown[100];
    sg_err_quote(name, shown,
                 sizeof shown); /* names come from records: nothing of them may steer a terminal */
    size_t len = strlen(shown) - 2;
    char *piece = sg_printf_dup("%.*s %s", (int)len, shown + 1, sg_num_count(count, number));
    if (row->at == 0 || row->at + 2 + strlen(piece) > WIDTH) {
        if (row->at) sg_buf_puts(row->out, ",\n");
        sg_buf_printf(row->out, "%*s", (int)row->indent, "");
        row->at = row->indent;
    } else {
        sg_buf_puts(row->out, ", ");
        row->at += 2;
    }
    sg_buf_puts(row->out, piece);
    row->at += strlen(piece);
    free(piece);
}

static void put_stage(struct sg_buf *out, const char *label, const struct stage_count *count) {
    char in[SG_NUM_TEXT], kept[SG_NUM_TEXT], dropped[SG_NUM_TEXT], bad[SG_NUM_TEXT],
        bytes[SG_NUM_TEXT];
    sg_buf_printf(out, "%-16s %12s %12s %12s %8s %14s\n", label,
                  sg_num_count(count->records_in, in), sg_num_count(count->records_out, kept),
                  sg_num_count(count->dropped, dropped), sg_num_count(count->bad, bad),
                  sg_num_bytes(count->bytes, bytes));
    struct row row = {.out = out, .indent = 4};
    for (size_t i = 0; i < count->reason_count; i++)
        put_piece(&row, count->reasons[i].name, count->reasons[i].count);
    if (row.at) sg_buf_putc(out, '\n');
}

static enum sg_code put_languages(struct sg_buf *out, const char *folder, struct sg_err *err) {
    struct release release;
    enum sg_code code = release_load(folder, &release, err);
    if (code != SG_OK) return code;
    sg_buf_printf(out, "\n%zu languages in %llu shards:\n", release.language_count,
                  (unsigned long long)release.shards);
    struct row row = {.out = out, .indent = 4};
    for (size_t i = 0; i < release.language_count; i++)
        put_piece(&row, release.languages[i].name, release.languages[i].documents);
    if (row.at) sg_buf_putc(out, '\n');
    release_free(&release);
    return SG_OK;
}

static void put_places(struct sg_buf *out, const char *work, const char *last, size_t ledgers,
                       size_t bad_lists) {
    sg_buf_putc(out, '\n');
    if (release_is(last)) {
        sg_buf_printf(out, "shards            %s\n", last);
        sg_buf_printf(out, "manifest          %s/manifest.json\n", last);
    } else {
        sg_buf_printf(out, "result            %s\n", last);
    }
    if (ledgers)
        sg_buf_printf(out, "what was dropped  %zu ledgers: find %s -name '*.dropped.jsonl.zst'\n",
                      ledgers, work);
    if (bad_lists)
        sg_buf_printf(out, "what was bad      %zu lists: find %s -name '*.bad.zst'\n", bad_lists,
                      work);
    sg_buf_printf(out, "messages          %s/logs\n", work);
    sg_buf_printf(out, "proof             sangam verify %s\n", work);
}

enum sg_code funnel_print(const char *work, const struct record *record, struct sg_buf *out,
                          struct sg_err *err) {
    enum sg_code code = SG_OK;
    size_t ledgers = 0, bad_lists = 0;
    const char *last = record->stages[record->stage_count - 1].folder;
    sg_buf_printf(out, "%-16s %12s %12s %12s %8s %14s\n", "stage", "documents in", "out", "dropped",
                  "bad", "size");
    for (size_t i = 0; i < record->stage_count && code == SG_OK; i++) {
        struct stage_count count;
        code = stage_count_load(record->stages[i].folder, &count, err);
        if (code == SG_OK) put_stage(out, record->stages[i].label, &count);
        ledgers += count.ledgers;
        bad_lists += count.bad_lists;
        stage_count_free(&count);
    }
    if (code == SG_OK && release_is(last)) code = put_languages(out, last, err);
    if (code == SG_OK) put_places(out, work, last, ledgers, bad_lists);
    return code;
}
