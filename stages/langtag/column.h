/*
 * column: the weights of one label of a model, learned beside those of all others as they are.
 *
 * Shape   a label that is new begins with nothing; one that the model has begins with its own weights, and keeps those that
 *         the lessons say nothing of.
 * Units   weights are float32 until column_put makes them int8 times the script's scale.
 * Calls   column_learn, then column_put; column_free accepts {0}.
 * Owns    its arrays; column_put changes the group in place.
 * Errors  SG_SYSTEM when stopped by a signal.
 * Source  langtag.md section 11.
 */
#ifndef SANGAM_LANGTAG_COLUMN_H
#define SANGAM_LANGTAG_COLUMN_H

#include <stdint.h>

#include "base/err.h"
#include "lessons.h"
#include "sparse.h"

#define COLUMN_NEW SIZE_MAX

struct column_task {
    const struct lessons *lessons;
    const struct lessons_group *own, *rivals; /* of the lessons: the label alone, and the others */
    const struct sparse_group *group;         /* of the model */
    size_t place;                             /* of the label in it, or COLUMN_NEW */
    uint64_t chance, samples;
};

struct column {
    size_t place; /* as in the task */
    size_t buckets;
    float *weights, *sums;
    uint32_t *counts;
    float bias;
};

enum sg_code column_learn(const struct column_task *task, struct column *out,
                          struct sg_err *err) SG_MUST_CHECK;
/* label: the number of a new one in the model. */
void column_put(struct sparse_group *group, const struct column *column, uint32_t label);
void column_free(struct column *column);

#endif
