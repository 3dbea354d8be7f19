/*
 * work: the folder of a run: one run at a time in it, and a record of what runs there.
 *
 * Shape   WORK/run.json: pipeline, version, state, host, process, inputs (absolute), stages with
 * label, folder (below WORK) and arguments. WORK/.lock is held by flock while a run and its stages
 * live; it names host and process. Calls   work_lock first; record_publish at the beginning and the
 * end; record_load for status and verify. Owns    a record owns all its texts. Errors  SG_SYSTEM:
 * the folder is in use, or cannot be written. SG_USAGE: it is no WORK folder. SG_DATA: run.json is
 * damaged.
 */
#ifndef SANGAM_CONDUCT_WORK_H
#define SANGAM_CONDUCT_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pipeline.h"

/* Makes WORK and takes its lock: keep *fd open. Waits up to 10 s for stages of a killed run. */
enum sg_code work_lock(const char *folder, int *fd, struct sg_err *err) SG_MUST_CHECK;
/* "host sangam1, process 4711" of the run that holds the lock; false when none does. */
bool work_busy(const char *folder, char owner[160]);

struct record_stage {
    char *stage, *label, *folder; /* folder: with WORK in front once loaded */
};

struct record {
    char *pipeline, *state; /* "running", "done", "failed" */
    char **inputs;
    size_t input_count;
    struct record_stage *stages;
    size_t stage_count;
};

enum sg_code record_publish(const struct pipeline *pipeline, const char *state,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_code record_load(const char *folder, struct record *out, struct sg_err *err) SG_MUST_CHECK;
void record_free(struct record *record); /* accepts {0} */

#endif
