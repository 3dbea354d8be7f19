/*
 * A step, for a sample with k features whose rows are w:
 *
 *   z = b + (sum of w) / sqrt(k);  p = softmax(z);  g = p - y, where y is 1 for the right label and 0 elsewhere
 *   labels with |g| <= 0.002 are left alone (of 249, three to ten are not)
 *   every row:  A += |g|^2 / k;  w -= rate / sqrt(k) / sqrt(A + 0.001) * g
 *   b -= 0.02 * rate * g
 *
 * Time is memory traffic: a row of 249 labels is 1 KB and rows lie anywhere in 1.1 GB. So A lies in the row itself, behind
 * the weights (the sum of the A's is made along with the others and not looked at), memory comes in huge pages, and the sums
 * ask for rows ahead (rowsum.c).
 *
 * Example: with k = 4 and p = .6 for the right label, g = -.4 there; its weight in a fresh row (A = .16 / 4 = .04) grows by
 * rate / 2 / .2025 * .4, about .99 times the rate.
 */
#include "regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/num.h"
#include "rowsum.h"

#define LEAST_GRADIENT 0.002f
#define ADAGRAD_START 0.001f
#define BIAS_RATE 0.02f
#define NAIVE_BAYES_SMOOTHING 4e-8
#define LANES 8
#define HUGE_PAGE ((uintptr_t)2 << 20)

static void ask_for_huge_pages(void *memory, size_t bytes) {
    uintptr_t from = ((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE,
              to = ((uintptr_t)memory + bytes) / HUGE_PAGE * HUGE_PAGE;
    if (from < to) (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void regression_init(struct regression *r, size_t labels, size_t buckets) {
    r->labels = labels;
    r->buckets = buckets;
    r->stride = (labels + LANES) / LANES * LANES;
    r->weights = sg_zalloc(buckets * r->stride, sizeof *r->weights);
    ask_for_huge_pages(r->weights, buckets * r->stride * sizeof *r->weights);
    r->bias = sg_zalloc(r->stride, sizeof *r->bias);
}

void regression_free(struct regression *r) {
    free(r->weights);
    free(r->bias);
    *r = (struct regression){0};
}

/* ---- naive Bayes ---- */

void regression_count(struct regression *r, const struct regression_sample *sample) {
    for (size_t i = 0; i < sample->count; i++)
        r->weights[sample->buckets[i] * r->stride + sample->label]++;
    r->bias[sample->label] += (float)sample->count;
}

/* A weight is the logarithm of 1 + f / 0.00000004, where f is the feature's share of all features of the label. */
void regression_start(struct regression *r, float part) {
    double by[SPARSE_LABELS];
    for (size_t l = 0; l < r->labels; l++) {
        by[l] = r->bias[l] > 0 ? 1 / ((double)r->bias[l] * NAIVE_BAYES_SMOOTHING) : 0;
        r->bias[l] = 0;
    }
    for (size_t b = 0; b < r->buckets; b++) {
        float *row = r->weights + b * r->stride;
        for (size_t l = 0; l < r->labels; l++)
            if (row[l] > 0) row[l] = part * (float)sg_num_log(1 + (double)row[l] * by[l]);
    }
}

/* ---- what both kinds of step share ---- */

/* z holds sums of rows; afterwards probabilities. true: the best of them is the right one. */
static bool softmax(const float *bias, size_t labels, const struct regression_sample *sample,
                    float *z) {
    float by = 1 / sqrtf((float)sample->count), best = -INFINITY, lanes[LANES] = {0};
    size_t padded = (labels + LANES - 1) / LANES * LANES;
    for (size_t l = 0; l < labels; l++) z[l] = bias[l] + z[l] * by;
    for (size_t l = labels; l < padded; l++) z[l] = -INFINITY;
    for (size_t l = 0; l < labels; l++) best = z[l] > best ? z[l] : best;
    bool right = z[sample->label] >= best;
    rowsum_kernel()->exponentials(z, padded, best);
    for (size_t l = 0; l < padded; l += LANES)
        for (size_t i = 0; i < LANES; i++) lanes[i] += z[l + i];
    float sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    float part = 1 / sum;
    for (size_t l = 0; l < padded; l++) z[l] *= part;
    return right;
}

static void find_gradient(const struct regression_sample *sample, size_t labels,
                          struct regression_work *work) {
    size_t touched = 0;
    work->square = 0;
    work->z[sample->label] -= 1;
    for (size_t l = 0; l < labels; l++) {
        work->touched[touched] = (uint16_t)l;
        touched += work->z[l] > LEAST_GRADIENT || work->z[l] < -LEAST_GRADIENT;
    }
    for (size_t i = 0; i < touched; i++) {
        work->gradient[i] = work->z[work->touched[i]];
        work->square += work->gradient[i] * work->gradient[i];
    }
    work->touched_count = touched;
}

static void step_bias(float *bias, float rate, const struct regression_work *work) {
    for (size_t i = 0; i < work->touched_count; i++)
        bias[work->touched[i]] -= BIAS_RATE * rate * work->gradient[i];
}

static void step_row(float *row, float step, const struct regression_work *work) {
    for (size_t i = 0; i < work->touched_count; i++)
        row[work->touched[i]] -= step * work->gradient[i];
}

bool regression_step(struct regression *r, const struct regression_sample *sample, float rate,
                     struct regression_work *work) {
    const struct rowsum_table table = {.base = r->weights, .stride = r->stride, .dim = r->stride};
    memset(work->z, 0, r->stride * sizeof *work->z);
    rowsum_kernel()->add(&table, sample->buckets, sample->count, work->z);
    bool right = softmax(r->bias, r->labels, sample, work->z);
    find_gradient(sample, r->labels, work);
    if (work->touched_count == 0) return right;
    float square = work->square / (float)sample->count,
          by_root = rate / sqrtf((float)sample->count);
    for (size_t i = 0; i < sample->count; i++) {
        float *row = r->weights + sample->buckets[i] * r->stride;
        row[r->labels] += square;
        step_row(row, by_root / sqrtf(row[r->labels] + ADAGRAD_START), work);
    }
    step_bias(r->bias, rate, work);
    return right;
}

/* ---- the same on what is left ---- */

static void sum_thin(const struct thin *t, const struct regression_sample *sample, float *z) {
    const struct rowsum_table table = {.base = t->dense, .stride = t->stride, .dim = t->stride};
    for (size_t i = 0; i < sample->count; i++) {
        uint32_t bucket = sample->buckets[i],
                 row = bucket < t->low_buckets ? t->dense_of[bucket] : 0;
        if (row) {
            row--;
            rowsum_kernel()->add(&table, &row, 1, z);
            continue;
        }
        for (uint32_t p = t->starts[bucket]; p < t->starts[bucket + 1]; p++)
            z[t->pair_labels[p]] += t->pair_weights[p];
    }
}

bool thin_step(struct thin *t, const struct regression_sample *sample, float rate,
               struct regression_work *work) {
    memset(work->z, 0, t->stride * sizeof *work->z);
    sum_thin(t, sample, work->z);
    bool right = softmax(t->bias, t->labels, sample, work->z);
    find_gradient(sample, t->labels, work);
    if (work->touched_count == 0) return right;
    float square = work->square / (float)sample->count,
          by_root = rate / sqrtf((float)sample->count);
    for (size_t i = 0; i < sample->count; i++) {
        uint32_t bucket = sample->buckets[i],
                 row = bucket < t->low_buckets ? t->dense_of[bucket] : 0;
        t->sums[bucket] += square;
        float step = by_root / sqrtf(t->sums[bucket] + ADAGRAD_START);
        if (row) {
            step_row(t->dense + (size_t)(row - 1) * t->stride, step, work);
            continue;
        }
        for (uint32_t p = t->starts[bucket]; p < t->starts[bucket + 1]; p++) {
            float gradient = work->z[t->pair_labels[p]];
            if (gradient > LEAST_GRADIENT || gradient < -LEAST_GRADIENT)
                t->pair_weights[p] -= step * gradient;
        }
    }
    step_bias(t->bias, rate, work);
    return right;
}

void thin_free(struct thin *t) {
    free(t->bias);
    free(t->dense_of);
    free(t->dense);
    free(t->starts);
    free(t->pair_labels);
    free(t->pair_weights);
    free(t->sums);
    *t = (struct thin){0};
}
