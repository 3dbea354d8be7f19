/*
 * corpus: the inputs of a task as one sequence of batches, the same in every pass.
 *
 * Shape   files in their order; each batch with its span of documents. The first pass learns spans and file hashes, later
 *         ones check against them: an input that changes between passes ends the run.
 * Calls   open, next* until SG_END, close. One thread.
 * Owns    the open reader; a batch belongs to the caller.
 * Errors  SG_DATA: damaged input, or changed since the first pass. SG_SYSTEM: I/O.
 */
#ifndef SANGAM_DEDUP_CORPUS_H
#define SANGAM_DEDUP_CORPUS_H

#include "io/frames.h"
#include "job.h"

struct dedup_span {
    size_t input;
    uint64_t first; /* number of its first document */
    uint32_t documents;
    uint32_t others; /* lines that are no documents: 0 means that line i is document i */
};

struct dedup_corpus {
    struct dedup_job *job;
    struct sg_frames *reader;
    size_t input, end; /* the one at hand; after the last one of the task */
    bool first_pass;
    struct dedup_rows spans;   /* of later passes: t<part>.bat of the input at hand */
    uint64_t documents;        /* number of the next document */
    uint64_t shown_bytes;
    uint64_t memory_bytes;
};

enum sg_code dedup_corpus_open(struct dedup_corpus *corpus, struct dedup_job *job, bool first_pass,
                               struct sg_err *err) SG_MUST_CHECK;
/* In the first pass the span has only its input. */
enum sg_code dedup_corpus_next(struct dedup_corpus *corpus, struct sg_frames_batch *batch, struct dedup_span *span,
                               struct sg_err *err) SG_MUST_CHECK;
void dedup_corpus_close(struct dedup_corpus *corpus);

/* Errors of a batch, with the file they happened in. */
enum sg_code dedup_corpus_at(const struct dedup_job *job, size_t input, uint64_t frame_offset, uint64_t record,
                             struct sg_err *err);

/* Memory of a pass: bytes that batches may hold in flight, and fewer threads when they do not fit. */
enum sg_code dedup_corpus_fit(struct dedup_job *job, uint64_t fixed_bytes, uint64_t *batch_bytes,
                              struct sg_err *err) SG_MUST_CHECK;
/* Give back what a giant record made large. */
void dedup_corpus_shrink(struct sg_buf *buf);

#endif
