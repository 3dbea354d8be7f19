#include "corpus.h"

#include <stdio.h>

#include "base/num.h"
#include "records.h"
#include "run/signals.h"

#define WORKER_BYTES (16u << 20) /* decoder, encoder, scratch and three batches of a usual size */
#define KEEP_BYTES (4u << 20)

enum sg_code dedup_corpus_at(const struct dedup_job *job, size_t input, uint64_t frame_offset, uint64_t record,
                             struct sg_err *err) {
    if (err->errnum && err->file[0]) return err->code;
    if (strncmp(err->file, job->folder, strlen(job->folder)) == 0) return err->code; /* an intermediate file */
    return sg_err_at(err, job->inputs[input].given->path, frame_offset, record, SG_NOWHERE);
}

enum sg_code dedup_corpus_fit(struct dedup_job *job, uint64_t fixed_bytes, uint64_t *batch_bytes, struct sg_err *err) {
    enum sg_code code = sg_budget_fit(&job->run->budget, fixed_bytes, WORKER_BYTES, err);
    if (code != SG_OK) return code;
    *batch_bytes = job->run->budget.usable_bytes - fixed_bytes - job->run->budget.threads * (WORKER_BYTES / 2);
    return SG_OK;
}

void dedup_corpus_shrink(struct sg_buf *buf) {
    if (buf->cap > KEEP_BYTES) sg_buf_free(buf);
}

enum sg_code dedup_corpus_open(struct dedup_corpus *corpus, struct dedup_job *job, bool first_pass,
                               struct sg_err *err) {
    *corpus = (struct dedup_corpus){.job = job, .first_pass = first_pass};
    dedup_task_inputs(job, &corpus->input, &corpus->end);
    return sg_signals_check(err);
}

static enum sg_code changed(const struct dedup_corpus *corpus, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file changed while the run was reading it: run again");
    return dedup_corpus_at(corpus->job, corpus->input, SG_NOWHERE, SG_NOWHERE, err);
}

/* The file at hand has ended well: note or check what it was. */
static enum sg_code end_file(struct dedup_corpus *corpus, struct sg_err *err) {
    struct dedup_input *input = &corpus->job->inputs[corpus->input];
    struct sg_hash128 hash = sg_frames_hash(corpus->reader);
    enum sg_code code = SG_OK;
    if (corpus->first_pass) {
        input->hash = hash;
        input->bytes = sg_frames_bytes_read(corpus->reader);
    } else if (sg_hash_compare(hash, input->hash) != 0) {
        code = changed(corpus, err);
    }
    sg_frames_close(corpus->reader);
    corpus->reader = NULL;
    corpus->shown_bytes = 0;
    corpus->input++;
    dedup_rows_close(&corpus->spans);
    return code;
}

static enum sg_code begin_file(struct dedup_corpus *corpus, struct sg_err *err) {
    const struct dedup_job *job = corpus->job;
    const struct dedup_input *input = &job->inputs[corpus->input];
    const struct sg_frames_options options = {
        .max_record = job->run->max_record, .stream = input->stream, .memory_bytes = corpus->memory_bytes};
    enum sg_code code = sg_frames_open(&corpus->reader, input->path, &options, err);
    if (code != SG_OK || corpus->first_pass) return code;
    char name[32];
    snprintf(name, sizeof name, "t%u.bat", input->part);
    code = dedup_job_open(job, &corpus->spans, &dedup_batch_kind, name, err);
    dedup_rows_seek(&corpus->spans, input->first_batch);
    corpus->documents = input->first;
    return code;
}

static enum sg_code read_span(struct dedup_corpus *corpus, struct dedup_span *span, struct sg_err *err) {
    const void *row;
    span->input = corpus->input;
    if (corpus->first_pass) return SG_OK;
    enum sg_code code = dedup_rows_next(&corpus->spans, &row, err);
    if (code == SG_END) return changed(corpus, err);
    if (code != SG_OK) return code;
    span->documents = sg_num_get_u32(row);
    span->others = sg_num_get_u32((const char *)row + 4);
    if (sg_num_get_u64((const char *)row + 8) != corpus->input) return changed(corpus, err);
    span->first = corpus->documents;
    corpus->documents += span->documents;
    return SG_OK;
}

enum sg_code dedup_corpus_next(struct dedup_corpus *corpus, struct sg_frames_batch *batch, struct dedup_span *span,
                               struct sg_err *err) {
    for (;;) {
        enum sg_code code = sg_signals_check(err);
        if (code != SG_OK) return code;
        if (corpus->input == corpus->end) return SG_END;
        if (!corpus->reader) code = begin_file(corpus, err);
        if (code == SG_OK) code = sg_frames_next(corpus->reader, batch, err);
        if (code == SG_END) {
            code = end_file(corpus, err);
            if (code == SG_OK) continue;
        }
        if (code != SG_OK) return dedup_corpus_at(corpus->job, corpus->input, SG_NOWHERE, SG_NOWHERE, err);
        uint64_t read = sg_frames_bytes_read(corpus->reader);
        sg_progress_add(corpus->job->run->progress, read - corpus->shown_bytes, 0);
        corpus->shown_bytes = read;
        return read_span(corpus, span, err);
    }
}

void dedup_corpus_close(struct dedup_corpus *corpus) {
    sg_frames_close(corpus->reader);
    dedup_rows_close(&corpus->spans);
    *corpus = (struct dedup_corpus){0};
}
