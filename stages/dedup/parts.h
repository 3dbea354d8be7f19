/*
 * parts: what the tasks of map say of the inputs they read.
 *
 * Shape   ti.in: an INPT row of 12 u64 an input: number, bytes, raw bytes, documents, bad, blank, first document and first
 *         batch (both from the task's start), stream, hash (lo, hi), mtime.
 * Calls   map writes with dedup_parts_write; every later verb begins with dedup_parts_load, which numbers documents
 *         through all tasks, opens the ids and binds the job to these inputs.
 * Owns    nothing.
 * Errors  SG_USAGE: a task of map has not finished. SG_DATA: damaged, or of another plan.
 */
#ifndef SANGAM_DEDUP_PARTS_H
#define SANGAM_DEDUP_PARTS_H

#include "job.h"

enum sg_code dedup_parts_write(const struct dedup_job *job, size_t first, size_t end, struct sg_err *err) SG_MUST_CHECK;
/* Whether a task of map has read just these inputs already. */
bool dedup_parts_current(const struct dedup_job *job, size_t first, size_t end);
enum sg_code dedup_parts_load(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

/* Rows of one kind of all map tasks, one file after the other. */
struct dedup_parts_rows {
    const struct dedup_job *job;
    struct dedup_rows_kind kind;
    const char *suffix; /* ".doc": t0.doc, t1.doc, ... */
    struct dedup_rows rows;
    size_t part; /* at hand */
    bool open;
};

/* SG_END after the last row of the last task. rows->part says whose the record is. */
enum sg_code dedup_parts_next(struct dedup_parts_rows *rows, const void **record, struct sg_err *err) SG_MUST_CHECK;
void dedup_parts_close(struct dedup_parts_rows *rows);
void dedup_parts_drop(const struct dedup_job *job, const char *suffix);

#endif
