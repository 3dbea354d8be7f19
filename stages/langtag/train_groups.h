/*
 * train_groups: a whole model from lessons, its scripts side by side.
 *
 * Shape   threads take the next script until none is left. The model does not depend on their number: each script has its
 *         own chances and its own samples.
 * Calls   train_groups, once the lessons are read and grouped.
 * Owns    *out is the caller's: sparse_free.
 * Errors  SG_BUDGET when memory does not hold the largest script. SG_SYSTEM when stopped by a signal.
 */
#ifndef SANGAM_LANGTAG_TRAIN_GROUPS_H
#define SANGAM_LANGTAG_TRAIN_GROUPS_H

#include <stdint.h>

#include "base/err.h"
#include "lessons.h"
#include "run/progress.h"
#include "sparse.h"

struct train_groups_settings {
    struct sg_progress *progress; /* told every ten seconds */
    uint64_t seed;
    double effort;
    unsigned threads;
    uint64_t usable_bytes;
};

enum sg_code train_groups(const struct lessons *lessons,
                          const struct train_groups_settings *settings, struct sparse_model **out,
                          struct sg_err *err) SG_MUST_CHECK;

#endif
