/*
 * run: sangam-dedup from inputs to outputs.
 *
 * Shape   dedup_run is the stage's default verb.
 * Calls   from sg_stage_main.
 * Owns    nothing beyond the call.
 * Errors  those of the verbs.
 */
#ifndef SANGAM_DEDUP_RUN_H
#define SANGAM_DEDUP_RUN_H

#include "run/stage.h"

enum sg_code dedup_run(struct sg_run *run, struct sg_err *err) SG_MUST_CHECK;

#endif
