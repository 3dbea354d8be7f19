/*
 * recheck: the inputs are read again for the documents whose similarity the sketches leave in doubt; the sets of their
 * windows go to si.set, and si.idx tells settle where each stands.
 *
 * Only batches that hold such a document are decompressed. Memory: as map, the sets of a batch. Threads: run/pipe.
 */
#include "recheck.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "parts.h"
#include "pass.h"
#include "settle.h"
#include "substr.h"
#include "sums.h"

struct wanted {
    uint64_t document, row; /* partition << 48 | row of pp.opn */
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
    struct sg_extsort *borders; /* document, row (big-endian) */
    const void *border;         /* the next one, NULL after the last */
    struct dedup_blob sets;
    struct sg_extsort *index;
};

/* ---- reader ---- */

static enum sg_code next_border(struct recheck *recheck, struct sg_err *err) {
    enum sg_code code = sg_extsort_next(recheck->borders, &recheck->border, err);
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

static void put_set(const struct dedup_settings *settings, struct place *place, struct batch *batch,
                    struct wanted *wanted) {
    dedup_line_open(&place->base.line, false);
    const struct dedup_document *document = &place->base.line.document;
    place->set.len = 0;
    dedup_document_windows(settings, &place->base.scratch, document->text, document->text_len, &place->set);
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
        if (document == wanted->document) put_set(&recheck->job->settings, place, batch, wanted++);
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
        dedup_put_word(row + 8, recheck->job->task.number << DEDUP_PLACE_BITS | (recheck->sets.bytes + wanted[i].offset));
        code = sg_extsort_put(recheck->index, row, err);
    }
    if (code == SG_OK) code = dedup_blob_put(&recheck->sets, &batch->sets, err);
    dedup_corpus_shrink(&batch->sets);
    return code;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->wanted);
    sg_buf_free(&batch->sets);
}

/* ---- the verb ---- */

static struct dedup_sums sums_of(uint64_t task) {
    return (struct dedup_sums){.verb = "recheck", .number = task, .bound = true};
}

/* The documents in doubt that stand in the task's inputs, of all partitions. */
static enum sg_code sort_borders(struct recheck *recheck, struct sg_err *err) {
    const struct dedup_job *job = recheck->job;
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    uint64_t least = first < end ? job->inputs[first].first : 0,
             most = first < end ? job->inputs[end - 1].first + job->inputs[end - 1].documents : 0;
    enum sg_code code = dedup_sort_new(job, DEDUP_BORDER_WIDTH, 8, &recheck->borders, err);
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        struct dedup_rows rows = {0};
        const struct dedup_settle settle = {.job = recheck->job, .partition = (int)i};
        const struct dedup_sums merged = {.verb = "merge", .number = i, .bound = true};
        const void *row;
        if (dedup_sums_done(job, &merged)) continue; /* no doubts there */
        code = dedup_settle_open(&settle, &rows, &dedup_border_kind, ".brd", err);
        if (code == SG_OK) code = dedup_rows_find(&rows, least, err);
        while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK && dedup_get_word(row) < most) {
            char border[DEDUP_BORDER_WIDTH];
            memcpy(border, row, 8);
            dedup_put_word(border + 8, i << DEDUP_ROW_BITS | dedup_get_word((const char *)row + 8));
            code = sg_extsort_put(recheck->borders, border, err);
        }
        dedup_rows_close(&rows);
        if (code == SG_END) code = SG_OK;
    }
    return code == SG_OK ? sg_extsort_sort(recheck->borders, err) : code;
}

static enum sg_code write_index(struct recheck *recheck, struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *row;
    char name[DEDUP_NAME];
    snprintf(name, sizeof name, "s%llu.idx", (unsigned long long)recheck->job->task.number);
    enum sg_code code = dedup_job_create(recheck->job, &out, &dedup_set_kind, name, err);
    if (code == SG_OK) code = sg_extsort_sort(recheck->index, err);
    while (code == SG_OK && (code = sg_extsort_next(recheck->index, &row, err)) == SG_OK)
        code = dedup_rows_put(&out, row, err);
    if (code == SG_END) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

/* A window takes eight bytes and at least two of the text. */
static enum sg_code read_sets(struct recheck *recheck, struct sg_err *err) {
    struct dedup_job *job = recheck->job;
    struct dedup_pass pass = {.job = job,
                              .name = "recheck",
                              .context = recheck,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct place),
                              .demand = 6,
                              .fixed_bytes = job->memory_bytes / 2,
                              .begin = begin_batch,
                              .skip = skip_batch,
                              .work = work_on,
                              .write = write_batch,
                              .empty_place = empty_place,
                              .empty_batch = empty_batch};
    char *path = dedup_job_path(job, "s%llu.set", (unsigned long long)job->task.number);
    enum sg_code code = dedup_blob_create(&recheck->sets, path, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_BORDER_WIDTH, 8, &recheck->index, err);
    if (code == SG_OK) code = next_border(recheck, err);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = dedup_blob_finish(&recheck->sets, err);
    return code == SG_OK ? write_index(recheck, err) : code;
}

enum sg_code dedup_recheck(struct dedup_job *job, struct sg_err *err) {
    if (job->units.unit == DEDUP_UNIT_SPAN) return dedup_substr_texts(job, err);
    if (job->units.unit != DEDUP_UNIT_NONE) return SG_OK;
    struct recheck recheck = {.job = job};
    struct dedup_counts settled = {0};
    const struct dedup_counts none = {0};
    const struct dedup_sums sums = sums_of(job->task.number);
    enum sg_code code = dedup_parts_load(job, err);
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++)
        code = dedup_sums_need(job, &(struct dedup_sums){.verb = "settle", .number = i, .bound = true}, NULL, &settled, err);
    if (code != SG_OK || settled.border_documents == 0 || dedup_sums_done(job, &sums)) return code;
    code = sort_borders(&recheck, err);
    if (code == SG_OK) code = read_sets(&recheck, err);
    if (code == SG_OK) code = dedup_sums_write(job, &sums, job->task.count, &none, err);
    dedup_blob_close(&recheck.sets);
    sg_extsort_free(recheck.borders);
    sg_extsort_free(recheck.index);
    return code;
}

/* ---- for settle ---- */

bool dedup_recheck_done(const struct dedup_job *job) {
    struct dedup_sums sums = sums_of(0);
    struct dedup_counts counts = {0};
    struct sg_err err = {0};
    uint64_t tasks = 0;
    bool done = dedup_sums_need(job, &sums, &tasks, &counts, &err) == SG_OK;
    for (uint64_t i = 1; done && i < tasks; i++) {
        sums = sums_of(i);
        done = dedup_sums_done(job, &sums);
    }
    return done;
}

enum sg_code dedup_sets_load(struct dedup_job *job, struct sg_err *err) {
    struct dedup_counts counts = {0};
    struct dedup_sums sums = sums_of(0);
    uint64_t tasks = 0;
    if (job->sets) return SG_OK;
    enum sg_code code = dedup_sums_need(job, &sums, &tasks, &counts, err);
    if (code != SG_OK) return code;
    job->sets = sg_zalloc(tasks, sizeof *job->sets);
    job->set_count = tasks;
    for (uint64_t i = 0; code == SG_OK && i < tasks; i++) {
        uint64_t of = 0;
        sums = sums_of(i);
        code = dedup_sums_need(job, &sums, &of, &counts, err);
        if (code == SG_OK && of != tasks)
            code = sg_err_set(err, SG_USAGE, "recheck ran as %llu tasks and as %llu: run all tasks of one of them again",
                              (unsigned long long)tasks, (unsigned long long)of);
        if (code == SG_OK)
            code = dedup_blob_open(&job->sets[i], dedup_job_path(job, "s%llu.set", (unsigned long long)i), err);
    }
    return code;
}
