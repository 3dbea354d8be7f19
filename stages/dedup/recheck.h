/*
 * recheck: what it leaves for settle: the window sets of all documents in doubt.
 *
 * Shape   si.set: a blob of sets, each a sorted array of native u64; si.idx: SETS rows (settle.h).
 * Calls   dedup_recheck_done before dedup_sets_load.
 * Owns    nothing.
 * Errors  SG_USAGE: a task of recheck has not finished.
 */
#ifndef SANGAM_DEDUP_RECHECK_H
#define SANGAM_DEDUP_RECHECK_H

#include "job.h"

/* Whether all its tasks are done. */
bool dedup_recheck_done(const struct dedup_job *job);
enum sg_code dedup_sets_load(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

#endif
