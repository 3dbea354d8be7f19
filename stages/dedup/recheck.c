/*
 * recheck: the inputs are read again for the documents whose similarity the sketches leave in doubt; the sets of their
 * windows go to t0.set, and set.idx tells settle where each stands.
 *
 * Only batches that hold such a document are decompressed. Memory: as map, the sets of a batch. Threads: run/pipe.
 */
#include <stdlib.h>

#include "base/num.h"
#include "corpus.h"
#include "line.h"
#include "run/pipe.h"
#include "settle.h"

struct wanted {
    uint64_t document, row; /* row of open.set */
    uint64_t offset;        /* of its set in batch->sets */
};

struct batch {
    struct sg_frames_batch in;
    struct dedup_span span;
    struct sg_buf wanted; /* struct wanted, by document */
    struct sg_buf sets;   /* pieces for the blob */
};

struct worker {
    struct sg_frames_decoder *decoder;
    struct dedup_line line;
    struct dedup_scratch scratch;
    struct sg_buf set;
};

struct recheck {
    struct dedup_job *job;
    struct dedup_corpus corpus;
    struct worker *workers;
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

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct recheck *recheck = context;
    struct batch *batch = argument;
    batch->wanted.len = batch->sets.len = 0;
    enum sg_code code = dedup_corpus_next(&recheck->corpus, &batch->in, &batch->span, err);
    uint64_t end = batch->span.first + batch->span.documents;
    while (code == SG_OK && recheck->border && dedup_get_word(recheck->border) < end) {
        struct wanted wanted = {.document = dedup_get_word(recheck->border),
                                .row = dedup_get_word((const char *)recheck->border + 8)};
        sg_buf_put(&batch->wanted, &wanted, sizeof wanted);
        code = next_border(recheck, err);
    }
    return code;
}

/* A window takes eight bytes and at least two of the text. */
static uint64_t demand_of(void *context, const void *argument) {
    const struct batch *batch = argument;
    (void)context;
    uint64_t raw = batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len;
    return batch->wanted.len ? 6 * raw : raw;
}

/* ---- workers ---- */

static void put_set(const struct dedup_settings *settings, struct worker *worker, struct batch *batch,
                    struct wanted *wanted) {
    dedup_line_open(&worker->line, false);
    const struct dedup_document *document = &worker->line.document;
    worker->set.len = 0;
    dedup_document_windows(settings, &worker->scratch, document->text, document->text_len, &worker->set);
    wanted->offset = batch->sets.len;
    dedup_blob_piece(&batch->sets, worker->set.data, worker->set.len);
}

static enum sg_code changed(const struct recheck *recheck, const struct batch *batch, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file changed while the run was reading it: run again");
    return dedup_corpus_at(recheck->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    const struct recheck *recheck = context;
    struct batch *batch = argument;
    struct worker *worker = &recheck->workers[number];
    struct wanted *wanted = (struct wanted *)(void *)batch->wanted.data,
                  *last = wanted + batch->wanted.len / sizeof *wanted;
    bool split = false;
    if (wanted == last) return SG_OK;
    enum sg_code code = sg_frames_lines(worker->decoder, &batch->in, &split, err);
    if (code != SG_OK) return dedup_corpus_at(recheck->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
    const char *at = batch->in.lines.data, *end = at + batch->in.lines.len, *line;
    uint64_t document = batch->span.first;
    size_t len;
    while (wanted < last && dedup_line_cut(&at, end, &line, &len)) {
        /* Where every line is a document, only those that are wanted need be scanned. */
        if (batch->span.others == 0 && document != wanted->document) {
            document++;
            continue;
        }
        struct sg_err cause = {0};
        if (dedup_line_scan(&worker->line, line, len, &cause) != DEDUP_DOCUMENT) continue;
        if (document == wanted->document) put_set(&recheck->job->settings, worker, batch, wanted++);
        document++;
    }
    return wanted == last ? SG_OK : changed(recheck, batch, err);
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
    sg_progress_add(recheck->job->run->progress, 0, batch->span.documents);
    dedup_corpus_shrink(&batch->in.lines);
    dedup_corpus_shrink(&batch->in.packed);
    dedup_corpus_shrink(&batch->sets);
    return code;
}

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch));
}

static void free_batch(void *context, void *argument) {
    struct batch *batch = argument;
    (void)context;
    sg_frames_batch_free(&batch->in);
    sg_buf_free(&batch->wanted);
    sg_buf_free(&batch->sets);
    free(batch);
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

static enum sg_code pass(struct recheck *recheck, uint64_t batch_bytes, struct sg_err *err) {
    struct dedup_job *job = recheck->job;
    const struct sg_pipe pipe = {.threads = job->run->budget.threads,
                                 .budget_bytes = batch_bytes,
                                 .context = recheck,
                                 .make = make_batch,
                                 .unmake = free_batch,
                                 .read = read_batch,
                                 .demand = demand_of,
                                 .work = work_on,
                                 .write = write_batch};
    enum sg_code code = dedup_corpus_open(&recheck->corpus, job, false, err);
    recheck->corpus.memory_bytes = batch_bytes / 4;
    if (code == SG_OK) code = dedup_job_open(job, &recheck->borders, &dedup_border_kind, "border.doc", err);
    if (code == SG_OK) code = next_border(recheck, err);
    if (code == SG_OK) code = dedup_blob_create(&job->sets, dedup_job_path(job, "t0.set"), err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_BORDER_WIDTH, 8, &recheck->index, err);
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    if (code == SG_OK) code = dedup_blob_flush(&job->sets, err);
    if (code == SG_OK) code = write_index(recheck, err);
    dedup_corpus_close(&recheck->corpus);
    dedup_rows_close(&recheck->borders);
    sg_extsort_free(recheck->index);
    dedup_job_drop(job, "border.doc");
    return code;
}

enum sg_code dedup_recheck(struct dedup_job *job, struct sg_err *err) {
    struct recheck recheck = {.job = job};
    uint64_t batch_bytes = 0, total = 0;
    for (size_t i = 0; i < job->input_count; i++) total += job->inputs[i].bytes;
    enum sg_code code = dedup_corpus_fit(job, job->memory_bytes / 4, &batch_bytes, err);
    unsigned threads = job->run->budget.threads;
    recheck.workers = sg_zalloc(threads, sizeof *recheck.workers);
    for (unsigned i = 0; i < threads; i++) recheck.workers[i].decoder = sg_frames_decoder_new();
    sg_progress_phase(job->run->progress, "recheck", total);
    if (code == SG_OK) code = pass(&recheck, batch_bytes, err);
    for (unsigned i = 0; i < threads; i++) {
        sg_frames_decoder_free(recheck.workers[i].decoder);
        dedup_line_free(&recheck.workers[i].line);
        dedup_scratch_free(&recheck.workers[i].scratch);
        sg_buf_free(&recheck.workers[i].set);
    }
    free(recheck.workers);
    return code;
}
