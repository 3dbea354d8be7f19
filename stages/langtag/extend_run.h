/*
 * extend_run: `--extend MODEL`: a model file that is there, and what the lessons change in it.
 *
 * Shape   says in one line what is to be done before it is begun, then each label as it is learned.
 * Calls   extend_run, once the lessons and those of the folder of others are read and grouped.
 * Owns    nothing that outlives the call; the new file is appended to out.
 * Errors  those of extend.h and sparse.h; SG_USAGE when there is nothing to learn.
 */
#ifndef SANGAM_LANGTAG_EXTEND_RUN_H
#define SANGAM_LANGTAG_EXTEND_RUN_H

#include "extend.h"
#include "run/progress.h"

enum sg_code extend_run(const char *path, const struct lessons *lessons,
                        const struct extend_settings *settings, struct sg_progress *progress,
                        struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

#endif
