/*
 * train: the weights of one script's labels, learned from samples, thinned out, and quantised.
 *
 * Shape   one pass of samples by one thread: the same samples, order and sums whatever runs beside it.
 * Units   samples; weights are float32 until train_group ends.
 * Calls   train_plan, train_group; train_bytes tells what it will hold.
 * Owns    nothing that outlives the call but the group it fills.
 * Errors  SG_SYSTEM when stopped by a signal.
 * Source  langtag.md section 3. AdaGrad by rows: Duchi, Hazan and Singer (2011).
 */
#ifndef SANGAM_LANGTAG_TRAIN_H
#define SANGAM_LANGTAG_TRAIN_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "lessons.h"
#include "sparse.h"

struct train_plan {
    struct grams_shape shape;
    uint64_t start_samples, samples, tune_samples, count_samples;
    uint32_t dense; /* rows kept whole */
    uint32_t pairs; /* weights kept elsewhere */
    unsigned pairs_of_bucket;
    float rate; /* of the first samples; it falls to 0 */
};

/* What other threads may look at while a group is trained. */
struct train_progress {
    _Atomic uint64_t done;  /* samples of all kinds */
    _Atomic uint64_t right; /* of the last 65,536: the best label was the right one */
};

/* By the number of labels; effort multiplies the samples (1: as many as the shipped model has seen). */
struct train_plan train_plan(const struct lessons *lessons, const struct lessons_group *group,
                             double effort);
uint64_t train_samples(const struct train_plan *plan);
uint64_t train_bytes(const struct train_plan *plan, size_t labels);

struct train_task {
    const struct lessons *lessons;
    const struct lessons_group *group;
    struct train_plan plan;
    uint64_t seed;
    struct train_progress *progress;
};

/* out: a group with its labels numbered as in lessons. */
enum sg_code train_group(const struct train_task *task, struct sparse_group *out,
                         struct sg_err *err) SG_MUST_CHECK;

#endif
