/*
 * run: the verbs of sangam-dedup.
 *
 * Shape   dedup_run is the default verb, from inputs to outputs; the others do one step each (job.h).
 * Calls   from sg_stage_main.
 * Owns    nothing beyond the call.
 * Errors  those of the verbs.
 */
#ifndef SANGAM_DEDUP_RUN_H
#define SANGAM_DEDUP_RUN_H

#include "run/stage.h"

enum sg_code dedup_run(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_plan(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_map(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_link(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_cluster(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_settle(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_recheck(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_apply(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;

enum sg_code dedup_run_index(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_run_explain(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;

#endif
