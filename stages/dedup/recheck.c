/*
 * recheck: the inputs are read again for the documents whose similarity the sketches leave in doubt; the sets of their
 * windows go to t0.set, and set.idx tells settle where each stands.
 *
 * Only batches that hold such a document are decompressed. Memory: as map, the sets of a batch. Threads: run/pipe.
 */
#include <stdlib.h>

#include "base/num.h"
#include "keytext.h"
#include "pass.h"
#include "settle.h"

struct wanted {
    uint64_t document, row; /* row of open.set */
    uint64_t offset;        /* of its set in batch->sets */
};

struct batch {
    struct dedup_batch base;
    struct sg_buf wanted; /* struct wanted, by document */
    struct sg_buf sets;   /* pieces for the blob */
};

struct place {
    struct dedup_place base;
    struct sg_buf set;
};

struct recheck {
    struct dedup_job *job;
    struct dedup_rows borders;
    const void *border; /* the next one, NULL after the last */
    struct sg_extsort *index;
};

/* ---- reader ---- */

static enum sg_code next_border(struct recheck *recheck, struct sg_err *err) {
    enum sg_code code = dedup_rows_next(&recheck->borders, &recheck->border, err);
    if (code == SG_END) recheck->border = NULL;
    return code == SG_END ? SG_OK : code;
}

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct recheck *recheck = context;
    struct batch *batch = argument;
    uint64_t end = batch->base.span.first + batch->base.span.documents;
    enum sg_code code = SG_OK;
    batch->wanted.len = batch->sets.len = 0;
    while (code == SG_OK && recheck->border && dedup_get_word(recheck->border) < end) {
        struct wanted wanted = {.document = dedup_get_word(recheck->border),
                                .row = dedup_get_word((const char *)recheck->border + 8)};
        sg_buf_put(&batch->wanted, &wanted, sizeof wanted);
        code = next_border(recheck, err);
    }
    return code;
}

static bool skip_batch(const void *argument) {
    const struct batch *batch = argument;
    return batch->wanted.len == 0;
}

/* ---- workers ---- */

static void put_set(struct place *place, struct batch *batch, struct wanted *wanted) {
    dedup_line_open(&place->base.line, false);
    const char *text = place->base.line.document.text;
    size_t len = place->base.line.document.text_len;
    dedup_keytext_nfc(&text, &len, &place->base.scratch.nfc);
    place->set.len = 0;
    dedup_shingles_set(&place->base.scratch.shingles, text, len, &place->set);
    wanted->offset = batch->sets.len;
    dedup_blob_piece(&batch->sets, place->set.data, place->set.len);
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct recheck *recheck = context;
    struct batch *batch = argument;
    struct place *place = at_work;
    struct wanted *wanted = (struct wanted *)(void *)batch->wanted.data,
                  *last = wanted + batch->wanted.len / sizeof *wanted;
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
        if (dedup_line_scan(&place->base.line, line, len, &cause) != DEDUP_DOCUMENT) continue;
        if (document == wanted->document) put_set(place, batch, wanted++);
        document++;
    }
    return wanted == last ? SG_OK : dedup_pass_changed(recheck->job, &batch->base, err);
}

static void empty_place(void *argument) {
    struct place *place = argument;
    sg_buf_free(&place->set);
}

/* ---- writer ---- */

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct recheck *recheck = context;
    struct batch *batch = argument;
    const struct wanted *wanted = (const struct wanted *)(const void *)batch->wanted.data;
    size_t count = batch->wanted.len / sizeof *wanted;
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < count; i++) {
        char row[DEDUP_BORDER_WIDTH];
        dedup_put_word(row, wanted[i].row);
        dedup_put_word(row + 8, recheck->job->sets.bytes + wanted[i].offset);
        code = sg_extsort_put(recheck->index, row, err);
    }
    if (code == SG_OK) code = dedup_blob_put(&recheck->job->sets, &batch->sets, err);
    dedup_corpus_shrink(&batch->sets);
    return code;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->wanted);
    sg_buf_free(&batch->sets);
}

/* ---- the verb ---- */

static enum sg_code write_index(struct recheck *recheck, struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *row;
    enum sg_code code = dedup_job_create(recheck->job, &out, &dedup_set_kind, "set.idx", err);
    if (code == SG_OK) code = sg_extsort_sort(recheck->index, err);
    while (code == SG_OK && (code = sg_extsort_next(recheck->index, &row, err)) == SG_OK)
        code = dedup_rows_put(&out, row, err);
    if (code == SG_END) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

/* A window takes eight bytes and at least two of the text. */
enum sg_code dedup_recheck(struct dedup_job *job, struct sg_err *err) {
    struct recheck recheck = {.job = job};
    struct dedup_pass pass = {.job = job,
                              .name = "recheck",
                              .context = &recheck,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct place),
                              .demand = 6,
                              .fixed_bytes = job->memory_bytes / 4,
                              .begin = begin_batch,
                              .skip = skip_batch,
                              .work = work_on,
                              .write = write_batch,
                              .empty_place = empty_place,
                              .empty_batch = empty_batch};
    enum sg_code code = dedup_job_open(job, &recheck.borders, &dedup_border_kind, "border.doc", err);
    if (code == SG_OK) code = next_border(&recheck, err);
    if (code == SG_OK) code = dedup_blob_create(&job->sets, dedup_job_path(job, "t0.set"), err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_BORDER_WIDTH, 8, &recheck.index, err);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = dedup_blob_flush(&job->sets, err);
    if (code == SG_OK) code = write_index(&recheck, err);
    dedup_rows_close(&recheck.borders);
    sg_extsort_free(recheck.index);
    return code;
}
