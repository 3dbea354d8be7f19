/*
 * substr, apply's part: the spans of a document become cuts: united, drawn in to whole grapheme clusters, each part with one
 * survivor.
 *
 *     spans     [10,160) from A   [12,180) from B   [300,420) from B
 *     united    [10,180)                            [300,420)
 *     parts     [10,160) from A, [160,180) from B   [300,420) from B      each time the one that reaches farthest
 *
 * An end inside a cluster moves inward: what goes is what was found, and never the base of a mark that stays. A united span
 * that is then shorter than L stays whole.
 *
 *     SPAN --by rank--> parts --by holder x rank.doc--> + id of the survivor --by rank x rank.doc--> --by document--> 00-i.cut
 *
 * A task of apply cuts the documents of its own inputs. Memory: sorts with settle's share; spans of one document. Threads: one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cuts.h"
#include "run/signals.h"
#include "settle.h"
#include "substr.h"
#include "text/graphemes.h"

#define AROUND DEDUP_MARGIN /* bytes looked at on each side of an end */

struct part {
    uint64_t holder;
    uint32_t begin, end;
};

struct region {
    uint64_t rank, address;
    uint32_t begin, len;
};

struct cutter {
    struct dedup_job *job;
    uint64_t first, last; /* documents of the task */
    struct sg_extsort *spans, *regions, *parts;
    struct dedup_rows ranks;
    struct dedup_text_files texts;
    struct sg_graphemes graphemes;
    struct region region; /* the one at hand */
    uint64_t rank, ranks_read;
    uint64_t document;        /* of rank */
    uint32_t bytes;           /* of its text */
    struct sg_buf list, text; /* struct part of the document at hand */
};

/* ---- a place in a text ---- */

/* The region that holds [begin, end) of the document at hand. */
static enum sg_code find_region(struct cutter *cutter, uint32_t begin, uint32_t end, struct sg_err *err) {
    struct region *region = &cutter->region;
    const void *next;
    enum sg_code code = SG_OK;
    while (code == SG_OK && (region->rank != cutter->rank || region->begin + region->len < end)) {
        code = sg_extsort_next(cutter->regions, &next, err);
        if (code != SG_OK) break;
        const char *row = next;
        *region = (struct region){.rank = dedup_get_word(row),
                                  .begin = dedup_get_half(row + 8),
                                  .len = dedup_get_half(row + 12),
                                  .address = dedup_get_word(row + 16)};
    }
    if (code == SG_END || (code == SG_OK && region->begin > begin))
        return sg_err_set(err, SG_DATA, "intermediate files do not belong together; run again");
    return code;
}

/* Draw an end of a span in to a grapheme boundary. */
static enum sg_code draw_in(struct cutter *cutter, uint32_t *end, bool forward, struct sg_err *err) {
    const struct region *region = &cutter->region;
    for (;;) {
        uint32_t at = *end, from = region->begin, to = region->begin + region->len;
        if (at == 0 || at == cutter->bytes || at <= from || at >= to) return SG_OK;
        if (at - from > AROUND) from = at - AROUND;
        if (to - at > AROUND) to = at + AROUND;
        enum sg_code code =
            dedup_texts_read(&cutter->texts, region->address + (from - region->begin), to - from, &cutter->text, err);
        if (code != SG_OK) return code;
        const char *text = cutter->text.data;
        size_t first = 0, len = cutter->text.len;
        while (first < at - from && ((unsigned char)text[first] & 0xC0) == 0x80) first++;
        for (size_t tail = len; tail > at - from && len - tail < 4;) { /* a code point that the window cuts off */
            unsigned char c = (unsigned char)text[--tail];
            if ((c & 0xC0) == 0x80) continue;
            if (c >= 0xC0 && tail + (c >= 0xF0 ? 4u : c >= 0xE0 ? 3u : 2u) > len) len = tail;
            break;
        }
        uint32_t found = from + (uint32_t)first +
                         (uint32_t)sg_graphemes_next(&cutter->graphemes, text + first, len - first,
                                                        at - from - first, forward);
        if (found == at) return SG_OK;
        *end = found;
    }
}

static enum sg_code long_enough(struct cutter *cutter, const struct part *span, bool *enough, struct sg_err *err) {
    unsigned length = cutter->job->settings.length.units;
    size_t len = span->end > span->begin ? span->end - span->begin : 0;
    if (len > 4 * (size_t)length) len = 4 * (size_t)length;
    enum sg_code code = dedup_texts_read(
        &cutter->texts, cutter->region.address + (span->begin - cutter->region.begin), len, &cutter->text, err);
    *enough = code == SG_OK && dedup_units_count(cutter->text.data, cutter->text.len, length) >= length;
    return code;
}

/* ---- one document ---- */

static int by_begin(const void *a, const void *b) {
    const struct part *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end > y->end ? -1 : 1;
    return x->holder < y->holder ? -1 : x->holder > y->holder;
}

static enum sg_code put_part(struct cutter *cutter, const struct part *part, struct sg_err *err) {
    char row[DEDUP_SPAN_WIDTH];
    dedup_put_word(row, part->holder);
    dedup_put_word(row + 8, cutter->rank);
    dedup_put_half(row + 16, part->begin);
    dedup_put_half(row + 20, part->end);
    return part->end > part->begin ? sg_extsort_put(cutter->parts, row, err) : SG_OK;
}

/* parts: sorted by begin, their union is one span, and of `whole` what shall go. */
static enum sg_code put_span(struct cutter *cutter, const struct part *parts, size_t count, const struct part *whole,
                             struct sg_err *err) {
    uint32_t at = whole->begin;
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && at < whole->end;) {
        struct part best = {.end = at};
        for (; i < count && parts[i].begin <= at; i++)
            if (parts[i].end > best.end || (parts[i].end == best.end && parts[i].holder < best.holder))
                best = parts[i];
        best.begin = at;
        if (best.end > whole->end) best.end = whole->end;
        at = best.end;
        code = put_part(cutter, &best, err);
        if (best.end == best.begin) break;
    }
    return code;
}

static enum sg_code unite(struct cutter *cutter, const struct part *parts, size_t count, struct sg_err *err) {
    struct part whole = {.begin = parts[0].begin};
    bool enough = true;
    for (size_t i = 0; i < count; i++)
        if (parts[i].end > whole.end) whole.end = parts[i].end;
    const struct part found = whole;
    enum sg_code code = find_region(cutter, whole.begin, whole.end, err);
    if (code == SG_OK) code = draw_in(cutter, &whole.begin, true, err);
    if (code == SG_OK) code = draw_in(cutter, &whole.end, false, err);
    if (code == SG_OK && (whole.begin != found.begin || whole.end != found.end))
        code = long_enough(cutter, &whole, &enough, err);
    return code == SG_OK && enough ? put_span(cutter, parts, count, &whole, err) : code;
}

static enum sg_code read_rank(struct cutter *cutter, struct sg_err *err) {
    const void *row = NULL;
    enum sg_code code = SG_OK;
    while (code == SG_OK && cutter->ranks_read <= cutter->rank) {
        code = dedup_rows_next(&cutter->ranks, &row, err);
        cutter->ranks_read++;
    }
    if (code != SG_OK) return code;
    cutter->document = sg_num_get_u64(row);
    cutter->bytes = (uint32_t)sg_num_get_u64((const char *)row + 24);
    return SG_OK;
}

static enum sg_code end_document(struct cutter *cutter, struct sg_err *err) {
    struct part *parts = (struct part *)(void *)cutter->list.data;
    size_t count = cutter->list.len / sizeof *parts;
    if (count == 0) return SG_OK;
    enum sg_code code = read_rank(cutter, err);
    if (code == SG_OK && (cutter->document < cutter->first || cutter->document >= cutter->last)) count = 0;
    qsort(parts, count, sizeof *parts, by_begin);
    for (size_t first = 0, last; code == SG_OK && first < count; first = last) {
        uint32_t end = parts[first].end;
        for (last = first + 1; last < count && parts[last].begin <= end; last++)
            if (parts[last].end > end) end = parts[last].end;
        code = unite(cutter, parts + first, last - first, err);
    }
    cutter->list.len = 0;
    return code == SG_OK ? sg_signals_check(err) : code;
}

/* Spans come by document, holder and begin: those of one holder that touch are one. */
static void gather(struct cutter *cutter, const struct part *part) {
    struct part *last = NULL;
    if (cutter->list.len) last = (struct part *)(void *)(cutter->list.data + cutter->list.len - sizeof *last);
    if (last && last->holder == part->holder && part->begin <= last->end) {
        if (part->end > last->end) last->end = part->end;
        return;
    }
    sg_buf_put(&cutter->list, part, sizeof *part);
}

static enum sg_code each_document(struct cutter *cutter, struct sg_err *err) {
    const void *next;
    enum sg_code code;
    while ((code = sg_extsort_next(cutter->spans, &next, err)) == SG_OK) {
        const char *row = next;
        const struct part part = {
            .holder = dedup_get_word(row + 8), .begin = dedup_get_half(row + 16), .end = dedup_get_half(row + 20)};
        if (dedup_get_word(row) != cutter->rank) code = end_document(cutter, err);
        if (code != SG_OK) return code;
        cutter->rank = dedup_get_word(row);
        gather(cutter, &part);
    }
    return code == SG_END ? end_document(cutter, err) : code;
}

/* ---- ranks become documents ---- */

/* from: rows of 24 bytes that begin with a rank, sorted. Each goes to `to` with that rank's row of rank.doc. */
static enum sg_code with_ranks(struct dedup_job *job, struct sg_extsort *from,
                               enum sg_code (*join)(struct sg_extsort *, const char *, const char *, struct sg_err *),
                               struct sg_extsort *to, struct sg_err *err) {
    struct dedup_rows ranks = {0};
    const void *row, *rank = NULL;
    uint64_t read = 0;
    enum sg_code code = dedup_job_open(job, &ranks, &dedup_rank_kind, "rank.doc", err);
    while (code == SG_OK && (code = sg_extsort_next(from, &row, err)) == SG_OK) {
        for (; code == SG_OK && read <= dedup_get_word(row); read++) code = dedup_rows_next(&ranks, &rank, err);
        if (code == SG_OK) code = join(to, row, rank, err);
    }
    dedup_rows_close(&ranks);
    return code == SG_END ? sg_extsort_sort(to, err) : code;
}

/* (holder, rank, begin, end) -> (rank, begin, end, where the holder's id stands) */
static enum sg_code name_survivor(struct sg_extsort *to, const char *part, const char *holder, struct sg_err *err) {
    char row[24];
    memcpy(row, part + 8, 16);
    memcpy(row + 16, holder + 8, 8);
    return sg_extsort_put(to, row, err);
}

static enum sg_code name_document(struct sg_extsort *to, const char *part, const char *rank, struct sg_err *err) {
    const struct dedup_cut cut = {.document = sg_num_get_u64(rank),
                                  .begin = dedup_get_half(part + 8),
                                  .end = dedup_get_half(part + 12),
                                  .survivor = sg_num_get_u64(part + 16),
                                  .text_low = sg_num_get_u64(rank + 16)};
    char row[DEDUP_CUT_WIDTH];
    dedup_cut_put(&cut, row);
    return sg_extsort_put(to, row, err);
}

/* A file a partition is expected; documents have cuts of any key, so all are in the first one. */
static enum sg_code write_rows(struct dedup_job *job, int partition, struct sg_extsort *cuts, const char *suffix,
                               struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *row;
    char name[DEDUP_NAME];
    dedup_partition_name(name, partition, suffix);
    enum sg_code code = dedup_job_create(job, &out, &dedup_cut_kind, name, err);
    while (code == SG_OK && partition == 0 && (code = sg_extsort_next(cuts, &row, err)) == SG_OK)
        code = dedup_rows_put(&out, row, err);
    job->counts.units_cut += out.records;
    if (code == SG_END || code == SG_OK) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

static enum sg_code write_cuts(struct dedup_job *job, struct sg_extsort *parts, const char *suffix, struct sg_err *err) {
    struct sg_extsort *by_rank = NULL, *cuts = NULL;
    enum sg_code code = dedup_sort_new(job, 24, 8, &by_rank, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_CUT_WIDTH, 16, &cuts, err);
    if (code == SG_OK) code = sg_extsort_sort(parts, err);
    if (code == SG_OK) code = with_ranks(job, parts, name_survivor, by_rank, err);
    if (code == SG_OK) code = with_ranks(job, by_rank, name_document, cuts, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) code = write_rows(job, i, cuts, suffix, err);
    sg_extsort_free(by_rank);
    sg_extsort_free(cuts);
    return code;
}

/* ---- the step ---- */

static enum sg_code gather_rows(const struct dedup_job *job, const char *name, const struct dedup_rows_kind *kind,
                                struct sg_extsort *sort, struct sg_err *err) {
    struct dedup_rows rows = {0};
    const void *row;
    enum sg_code code = dedup_job_open(job, &rows, kind, name, err);
    while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK) code = sg_extsort_put(sort, row, err);
    dedup_rows_close(&rows);
    return code == SG_END ? SG_OK : code;
}

static enum sg_code fill(struct cutter *cutter, struct sg_err *err) {
    struct dedup_job *job = cutter->job;
    char name[DEDUP_NAME];
    enum sg_code code = dedup_sort_new(job, DEDUP_SPAN_WIDTH, 16, &cutter->spans, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_REGION_WIDTH, 12, &cutter->regions, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_SPAN_WIDTH, 8, &cutter->parts, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        dedup_partition_name(name, i, ".spn");
        code = gather_rows(job, name, &dedup_span_kind, cutter->spans, err);
    }
    for (size_t i = 0; code == SG_OK && i < cutter->texts.count; i++) {
        snprintf(name, sizeof name, "s%zu.reg", i);
        code = gather_rows(job, name, &dedup_region_kind, cutter->regions, err);
    }
    if (code == SG_OK) code = sg_extsort_sort(cutter->spans, err);
    return code == SG_OK ? sg_extsort_sort(cutter->regions, err) : code;
}

static void close_cutter(struct cutter *cutter) {
    sg_extsort_free(cutter->spans);
    sg_extsort_free(cutter->regions);
    dedup_rows_close(&cutter->ranks);
    dedup_texts_close(&cutter->texts);
    sg_graphemes_close(&cutter->graphemes);
    sg_buf_free(&cutter->list);
    sg_buf_free(&cutter->text);
}

enum sg_code dedup_substr_cuts(struct dedup_job *job, char suffix[DEDUP_NAME], struct sg_err *err) {
    struct cutter cutter = {.job = job, .rank = UINT64_MAX, .region.rank = UINT64_MAX};
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    if (first < end) {
        cutter.first = job->inputs[first].first;
        cutter.last = job->inputs[end - 1].first + job->inputs[end - 1].documents;
    }
    snprintf(suffix, DEDUP_NAME, "-%llu.cut", (unsigned long long)job->task.number);
    sg_progress_phase(job->run->progress, "cuts", 0);
    enum sg_code code = dedup_texts_open(job, &cutter.texts, err);
    if (code == SG_OK) code = fill(&cutter, err);
    if (code == SG_OK) code = dedup_job_open(job, &cutter.ranks, &dedup_rank_kind, "rank.doc", err);
    if (code == SG_OK) code = sg_graphemes_open(&cutter.graphemes, err);
    if (code == SG_OK) code = each_document(&cutter, err);
    close_cutter(&cutter);
    if (code == SG_OK) code = write_cuts(job, cutter.parts, suffix, err);
    sg_extsort_free(cutter.parts);
    return code;
}
