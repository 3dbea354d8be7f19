/*
 * progress: what a person sees while a run lasts, and the one place that writes to standard error.
 *
 * Shape   a live line on a terminal (done/total bytes, MB/s, documents/s, time left, memory), else a log line every
 *         30 s; messages as "sangam-STAGE: error: ..." or, with --log json, one JSON object a line.
 * Calls   sg_log_* from any thread; sg_progress_add from any thread (atomic); start and stop from one.
 * Errors  none: a standard error that is gone is ignored.
 */
#ifndef SANGAM_RUN_PROGRESS_H
#define SANGAM_RUN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum sg_log_level { SG_LOG_ERROR, SG_LOG_WARNING, SG_LOG_INFO, SG_LOG_DETAIL };

struct sg_log {
    const char *program; /* "sangam-filter" */
    bool json, quiet;    /* quiet: errors and warnings only */
    unsigned verbose;
};

struct sg_progress;

struct sg_progress *sg_progress_new(const struct sg_log *log, bool live, bool off);
void sg_progress_free(struct sg_progress *progress); /* ends the live line; accepts NULL */
/* Begin a phase ("map", "apply"): resets the counts. total_bytes 0: unknown. */
void sg_progress_phase(struct sg_progress *progress, const char *name, uint64_t total_bytes);
void sg_progress_add(struct sg_progress *progress, uint64_t bytes, uint64_t documents);

void sg_log_line(struct sg_progress *progress, enum sg_log_level level, const char *format, ...)
    SG_PRINTF(3, 4);
/* What a person asked for (--explain): whole lines, as they are, -q or not. */
void sg_log_text(struct sg_progress *progress, const char *text, size_t len);
void sg_log_error(const struct sg_log *log,
                  const struct sg_err *err); /* the last word of a failed run */

#endif
