/*
 * regression: a softmax regression in training, as floats: the whole matrix first, then what is left of it.
 *
 * Shape   full: a row of floats for each bucket, a column for each label, and behind them the row's AdaGrad sum.
 *         thin: whole rows for some buckets, pairs of label and weight for the others.
 * Units   float32. Sums run in one order, so the results are the same on every CPU.
 * Calls   full: regression_init, regression_step per sample; regression_thin, then thin_step per sample; thin_quantise.
 * Owns    its arrays; the free functions accept {0}.
 * Errors  none.
 * Source  langtag.md section 3.
 */
#ifndef SANGAM_LANGTAG_REGRESSION_H
#define SANGAM_LANGTAG_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sparse.h"

struct regression {
    size_t labels, stride, buckets;
    float *weights; /* buckets x stride; [labels] is the AdaGrad sum */
    float *bias;
};

/* What a step works in. */
struct regression_work {
    float z[SPARSE_LABELS + 32]; /* sums, then probabilities */
    uint16_t touched[SPARSE_LABELS];
    float gradient[SPARSE_LABELS];
    size_t touched_count;
    float square; /* of the gradient */
};

struct regression_sample {
    const uint32_t *buckets;
    size_t count, label;
};

void regression_init(struct regression *r, size_t labels, size_t buckets);
void regression_free(struct regression *r);
/* A start by naive Bayes: count samples into the weights, then make weights of the counts. */
void regression_count(struct regression *r, const struct regression_sample *sample);
void regression_start(struct regression *r, float part);
/* Learn from a sample. true: it would have been answered rightly. */
bool regression_step(struct regression *r, const struct regression_sample *sample, float rate,
                     struct regression_work *work);

struct thin {
    size_t labels, stride, buckets, low_buckets;
    float *bias;
    uint16_t *dense_of; /* by low bucket: row counted from 1 */
    float *dense;       /* rows of stride */
    uint32_t dense_count;
    uint32_t *starts; /* by bucket: its first pair; buckets + 1 of them */
    uint8_t *pair_labels;
    float *pair_weights;
    float *sums; /* AdaGrad, by bucket */
};

struct thin_limits {
    size_t low_buckets;
    uint32_t dense, pairs;
    unsigned pairs_of_bucket;
};

/* counts: how often each bucket was met in a number of samples. r's weights are used up. */
void regression_thin(struct regression *r, const uint32_t *counts, const struct thin_limits *limits,
                     struct thin *out);
bool thin_step(struct thin *t, const struct regression_sample *sample, float rate,
               struct regression_work *work);
/* out has labels, bias and shape; the rest is made here. */
void thin_quantise(const struct thin *t, struct sparse_group *out);
void thin_free(struct thin *t);

#endif
