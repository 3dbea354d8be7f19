/*
 * substr: the inputs are read again for the places that share an anchor; what surrounds them goes to si.txt, and a row for each
 * place to si-pp.ctx. Recheck's pass.
 *
 * Bytes of one document that several places need are stored once (a region), with a margin in which the ends of grapheme clusters
 * can be found. Memory: as map, the texts and rows of a batch. Threads: run/pipe; the writer keeps the order.
 */
#include <stdio.h>

#include "base/num.h"
#include "parts.h"
#include "pass.h"
#include "substr.h"
#include "sums.h"

struct wanted_document {
    uint64_t document, rank;
    size_t first_row, row_count; /* in batch->wanted */
};

struct batch {
    struct dedup_batch base;
    struct sg_buf documents, wanted; /* struct wanted_document, by document; rows of wanted.anc */
    struct sg_buf texts, contexts, regions;
};

struct texts {
    struct dedup_job *job;
    struct dedup_rows wanted, ranks, regions, contexts[DEDUP_PARTITIONS];
    const void *place, *rank; /* the next ones, NULL after the last */
    struct dedup_blob out;
};

/* ---- reader ---- */

static enum sg_code next(struct dedup_rows *rows, const void **row, struct sg_err *err) {
    enum sg_code code = dedup_rows_next(rows, row, err);
    if (code == SG_END) *row = NULL;
    return code == SG_END ? SG_OK : code;
}

/* The document of the next rank row, with its rows of wanted.anc. */
static enum sg_code want(struct texts *texts, struct batch *batch, struct sg_err *err) {
    struct wanted_document document = {.document = dedup_get_word(texts->rank),
                                       .rank = dedup_get_word((const char *)texts->rank + 8),
                                       .first_row = batch->wanted.len / DEDUP_WANTED_WIDTH};
    enum sg_code code = next(&texts->ranks, &texts->rank, err);
    while (code == SG_OK && texts->place && dedup_place_document(dedup_get_word(texts->place)) == document.document) {
        sg_buf_put(&batch->wanted, texts->place, DEDUP_WANTED_WIDTH);
        document.row_count++;
        code = next(&texts->wanted, &texts->place, err);
    }
    sg_buf_put(&batch->documents, &document, sizeof document);
    return code;
}

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct texts *texts = context;
    struct batch *batch = argument;
    uint64_t end = batch->base.span.first + batch->base.span.documents;
    enum sg_code code = SG_OK;
    batch->documents.len = batch->wanted.len = batch->texts.len = batch->contexts.len = batch->regions.len = 0;
    while (code == SG_OK && texts->rank && dedup_get_word(texts->rank) < end) code = want(texts, batch, err);
    return code;
}

static bool skip_batch(const void *argument) {
    const struct batch *batch = argument;
    return batch->documents.len == 0;
}

/* ---- workers ---- */

struct text {
    const char *bytes;
    size_t len;
};

static void put_region(struct batch *batch, const struct wanted_document *document, struct text text,
                       const size_t region[2]) {
    char *row = sg_buf_room(&batch->regions, DEDUP_REGION_WIDTH);
    dedup_put_word(row, document->rank);
    dedup_put_half(row + 8, (uint32_t)region[0]);
    dedup_put_half(row + 12, (uint32_t)(region[1] - region[0]));
    dedup_put_word(row + 16, batch->texts.len);
    batch->regions.len += DEDUP_REGION_WIDTH;
    sg_buf_put(&batch->texts, text.bytes + region[0], region[1] - region[0]);
}

static void put_context(struct batch *batch, const struct wanted_document *document, struct text text,
                        const size_t reach[2], uint64_t key) {
    char *row = sg_buf_room(&batch->contexts, DEDUP_CONTEXT_WIDTH);
    dedup_put_word(row, key);
    dedup_put_word(row + 8, document->rank);
    dedup_put_half(row + 16, (uint32_t)reach[0]);
    dedup_put_half(row + 20, (uint32_t)(reach[1] - reach[0]));
    sg_num_put_u64(row + 24, dedup_context_hash(text.bytes + reach[0], reach[1] - reach[0]));
    batch->contexts.len += DEDUP_CONTEXT_WIDTH;
}

static bool inside(struct text text, size_t at) {
    return at > 0 && at < text.len && ((unsigned char)text.bytes[at] & 0xC0) == 0x80;
}

static void widen(struct text text, const size_t reach[2], size_t wide[2]) {
    wide[0] = reach[0] > DEDUP_MARGIN ? reach[0] - DEDUP_MARGIN : 0;
    wide[1] = text.len - reach[1] > DEDUP_MARGIN ? reach[1] + DEDUP_MARGIN : text.len;
    while (inside(text, wide[0])) wide[0]--;
    while (inside(text, wide[1])) wide[1]++;
}

/* Contexts get their addresses when the region they are in is known: regions grow from left to right. */
static void one_document(const struct dedup_job *job, struct batch *batch, const struct wanted_document *document,
                         struct text text) {
    const char *row = batch->wanted.data + document->first_row * DEDUP_WANTED_WIDTH;
    size_t region[2] = {0, 0}, first = batch->contexts.len;
    for (size_t i = 0; i <= document->row_count; i++, row += DEDUP_WANTED_WIDTH) {
        size_t reach[2] = {SIZE_MAX, SIZE_MAX}, wide[2] = {SIZE_MAX, SIZE_MAX};
        if (i < document->row_count) {
            size_t at = dedup_place_offset(dedup_get_word(row));
            dedup_anchor_reach(&job->settings.length, text.bytes, text.len, at, reach);
            widen(text, reach, wide);
        }
        if (wide[0] > region[1] || i == 0) {
            for (; first < batch->contexts.len; first += DEDUP_CONTEXT_WIDTH) {
                char *context = batch->contexts.data + first;
                sg_num_put_u64(context + 32, batch->texts.len + dedup_get_half(context + 16) - region[0]);
            }
            if (region[1] > region[0]) put_region(batch, document, text, region);
            memcpy(region, wide, sizeof region);
        } else if (wide[1] > region[1]) {
            region[1] = wide[1];
        }
        if (i < document->row_count) put_context(batch, document, text, reach, dedup_get_word(row + 8));
    }
}

static bool fits(const struct batch *batch, const struct wanted_document *document, size_t text_len) {
    const char *last = batch->wanted.data + (document->first_row + document->row_count - 1) * DEDUP_WANTED_WIDTH;
    return document->row_count > 0 && dedup_place_offset(dedup_get_word(last)) < text_len;
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct texts *texts = context;
    struct batch *batch = argument;
    struct dedup_place *place = at_work;
    const struct wanted_document *wanted = (const struct wanted_document *)(const void *)batch->documents.data,
                                 *last = wanted + batch->documents.len / sizeof *wanted;
    const char *at = batch->base.in.lines.data, *end = at + batch->base.in.lines.len, *line;
    uint64_t document = batch->base.span.first;
    size_t len;
    while (wanted < last && dedup_line_cut(&at, end, &line, &len)) {
        /* Where every line is a document, only those that are wanted need be scanned. */
        if (batch->base.span.others == 0 && document != wanted->document) {
            document++;
            continue;
        }
        struct sg_err cause = {0};
        if (dedup_line_scan(&place->line, line, len, &cause) != DEDUP_DOCUMENT) continue;
        if (document++ != wanted->document) continue;
        dedup_line_open(&place->line, false);
        const struct text text = {.bytes = place->line.document.text, .len = place->line.document.text_len};
        if (!fits(batch, wanted, text.len)) return dedup_pass_changed(texts->job, &batch->base, err);
        one_document(texts->job, batch, wanted++, text);
    }
    return wanted == last ? SG_OK : dedup_pass_changed(texts->job, &batch->base, err);
}

/* ---- writer ---- */

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct texts *texts = context;
    struct batch *batch = argument;
    uint64_t base = texts->job->task.number << DEDUP_PLACE_BITS | texts->out.bytes;
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->contexts.len; at += DEDUP_CONTEXT_WIDTH) {
        char *row = batch->contexts.data + at;
        sg_num_put_u64(row + 32, sg_num_get_u64(row + 32) + base);
        code = dedup_rows_put(&texts->contexts[(unsigned char)row[0] >> 4], row, err);
    }
    for (size_t at = 0; code == SG_OK && at < batch->regions.len; at += DEDUP_REGION_WIDTH) {
        char *row = batch->regions.data + at;
        dedup_put_word(row + 16, dedup_get_word(row + 16) + base);
        code = dedup_rows_put(&texts->regions, row, err);
    }
    if (code == SG_OK) code = dedup_blob_put(&texts->out, &batch->texts, err);
    dedup_corpus_shrink(&batch->texts);
    dedup_corpus_shrink(&batch->contexts);
    return code;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->documents);
    sg_buf_free(&batch->wanted);
    sg_buf_free(&batch->texts);
    sg_buf_free(&batch->contexts);
    sg_buf_free(&batch->regions);
}

/* ---- the verb ---- */

static struct dedup_sums sums_of(uint64_t task) {
    return (struct dedup_sums){.verb = "recheck", .number = task, .bound = true};
}

/* The rows of the task's inputs. */
static enum sg_code open_wanted(struct texts *texts, struct sg_err *err) {
    const struct dedup_job *job = texts->job;
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    uint64_t least = first < end ? job->inputs[first].first : 0;
    enum sg_code code = dedup_job_open(job, &texts->wanted, &dedup_wanted_kind, "wanted.anc", err);
    if (code == SG_OK) code = dedup_job_open(job, &texts->ranks, &dedup_doc_rank_kind, "doc.rank", err);
    if (code == SG_OK) code = dedup_rows_find(&texts->wanted, dedup_place_of(least, 0), err);
    if (code == SG_OK) code = dedup_rows_find(&texts->ranks, least, err);
    if (code == SG_OK) code = next(&texts->wanted, &texts->place, err);
    return code == SG_OK ? next(&texts->ranks, &texts->rank, err) : code;
}

static enum sg_code open_files(struct texts *texts, struct sg_err *err) {
    const struct dedup_job *job = texts->job;
    unsigned long long task = job->task.number;
    char name[DEDUP_NAME];
    snprintf(name, sizeof name, "s%llu.reg", task);
    enum sg_code code = open_wanted(texts, err);
    if (code == SG_OK) code = dedup_job_create(job, &texts->regions, &dedup_region_kind, name, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        dedup_context_name(name, task, i);
        code = dedup_job_create(job, &texts->contexts[i], &dedup_context_kind, name, err);
    }
    return code == SG_OK ? dedup_blob_create(&texts->out, dedup_job_path(job, "s%llu.txt", task), err) : code;
}

static enum sg_code finish(struct texts *texts, struct sg_err *err) {
    enum sg_code code = dedup_blob_finish(&texts->out, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) code = dedup_rows_finish(&texts->contexts[i], err);
    return code == SG_OK ? dedup_rows_finish(&texts->regions, err) : code;
}

static void close_files(struct texts *texts) {
    dedup_rows_close(&texts->wanted);
    dedup_rows_close(&texts->ranks);
    dedup_rows_close(&texts->regions);
    for (int i = 0; i < DEDUP_PARTITIONS; i++) dedup_rows_close(&texts->contexts[i]);
    dedup_blob_close(&texts->out);
}

/* The line, its text, the bytes kept of it, and 40 bytes for every 25th of them. */
enum sg_code dedup_substr_texts(struct dedup_job *job, struct sg_err *err) {
    struct texts texts = {.job = job};
    const struct dedup_sums sums = sums_of(job->task.number), cluster = {.verb = "cluster", .bound = true};
    struct dedup_counts counts = {0};
    struct dedup_pass pass = {.job = job,
                              .name = "recheck",
                              .context = &texts,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct dedup_place),
                              .demand = 6,
                              .fixed_bytes = 4u << 20,
                              .begin = begin_batch,
                              .skip = skip_batch,
                              .work = work_on,
                              .write = write_batch,
                              .empty_batch = empty_batch};
    enum sg_code code = dedup_parts_load(job, err);
    if (code == SG_OK) code = dedup_sums_need(job, &cluster, NULL, &counts, err);
    if (code != SG_OK || dedup_sums_done(job, &sums)) return code;
    counts = (struct dedup_counts){0};
    code = open_files(&texts, err);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = finish(&texts, err);
    if (code == SG_OK) code = dedup_sums_write(job, &sums, job->task.count, &counts, err);
    close_files(&texts);
    return code;
}
