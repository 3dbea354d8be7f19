/*
 * measure: what a model file is worth on development text, and what it is given after training: calibration and priors.
 *
 * Shape   a model is its bytes, here as in its file; those that are given something are written anew into the same buffer.
 * Calls   measure_priors before measure_model: priors are part of what is measured.
 * Owns    nothing that outlives a call.
 * Errors  those of sparse.h and evaluate.h; SG_USAGE for priors that name no label, and to calibrate a fastText model.
 */
#ifndef SANGAM_LANGTAG_MEASURE_H
#define SANGAM_LANGTAG_MEASURE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* The priors of a file become the model's own. */
enum sg_code measure_priors(struct sg_buf *bytes, const char *path,
                            struct sg_err *err) SG_MUST_CHECK;
/* Tables to standard output; with fit, the model's maps are made from what is seen. */
enum sg_code measure_model(struct sg_buf *bytes, const char *folder, bool fit,
                           struct sg_err *err) SG_MUST_CHECK;

#endif
