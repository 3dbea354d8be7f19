/*
 * conduct: the verbs of `sangam`.
 *
 * Shape   each takes a parsed command line and does all of it; what is asked for goes to standard
 * output. Errors  exit codes of contract.md section 1; run: the code of the stage that failed.
 * Source  contract.md section 8; architecture.md section 7.
 */
#ifndef SANGAM_CONDUCT_CONDUCT_H
#define SANGAM_CONDUCT_CONDUCT_H

#include "base/err.h"
#include "pipeline.h"
#include "run/inputs.h"
#include "run/stage.h"

enum sg_code conduct_run(struct sg_run *run, struct sg_err *err);
enum sg_code conduct_plan(struct sg_run *run, struct sg_err *err);
enum sg_code conduct_status(struct sg_run *run, struct sg_err *err);
enum sg_code conduct_verify(struct sg_run *run, struct sg_err *err);

/* Shared by run and plan: the pipeline that the command line means, its first stage's input files. */
enum sg_code conduct_load(const struct sg_run *run, struct pipeline *pipeline,
                          struct sg_err *err) SG_MUST_CHECK;
enum sg_code conduct_find_inputs(const struct pipeline *pipeline, struct sg_inputs *inputs,
                                 struct sg_err *err) SG_MUST_CHECK;
enum sg_code conduct_print_plan(const struct sg_run *run, const struct pipeline *pipeline,
                                struct sg_err *err) SG_MUST_CHECK;
enum sg_code conduct_print(const struct sg_buf *text,
                           struct sg_err *err) SG_MUST_CHECK; /* to standard output */

#endif
