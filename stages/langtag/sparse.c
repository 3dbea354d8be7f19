/*
 * Reading a text:
 *
 *   1 find      all buckets (grams.c)
 *   2 part      low ones with a dense row from the others; ask memory for what the others need
 *   3 add       rows by vector, pairs one by one, into 32-bit sums
 *   4 logits    bias + scale * sum / sqrt(n)
 *
 * Example: ` cat ` has three 3-grams, one 5-gram (_cat_) and no word feature, so n = 4 and the sums are divided by 2.
 *
 * Softmax: labels more than 9 below the best have less than 0.0002 of its probability; they are left out of the sum and get
 * 0, but for what the caller lists (sparse_choose gives them their share of the same sum).
 */
#include "sparse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/num.h"

#define NEGLIGIBLE 9.0f /* below the best logit */

static void make_room(struct sparse_scratch *s) {
    if (s->grams.count <= s->cap) return;
    s->cap = s->grams.cap;
    s->rows = sg_realloc(s->rows, s->cap * sizeof *s->rows);
    s->buckets = sg_realloc(s->buckets, s->cap * sizeof *s->buckets);
}

static inline void ask_line(const struct sparse_group *group, uint32_t bucket) {
    __builtin_prefetch(group->lines + (size_t)(bucket / SPARSE_LINE_BUCKETS) * SPARSE_LINE_BYTES);
}

/* Dense rows to s->rows, others to s->buckets. Returns the number of rows; *others that of buckets. */
static size_t part(const struct sparse_group *group, struct sparse_scratch *s, size_t *others) {
    size_t rows = 0, left = 0;
    for (size_t i = 0; i < s->grams.low; i++) {
        uint32_t bucket = s->grams.buckets[i], row = group->dense_of[bucket];
        s->rows[rows] = row - 1;
        rows += row != 0;
        s->buckets[left] = bucket;
        left += row == 0;
        ask_line(group, bucket);
    }
    for (size_t i = s->grams.low; i < s->grams.count; i++) {
        s->buckets[left++] = s->grams.buckets[i];
        ask_line(group, s->grams.buckets[i]);
    }
    *others = left;
    return rows;
}

#define AHEAD 8 /* buckets between asking for pairs and adding them */

static void add_pairs(const struct sparse_group *group, const uint32_t *buckets, size_t count,
                      struct sparse_scratch *s) {
    uint32_t first[AHEAD];
    unsigned number[AHEAD];
    size_t low_left = count - (s->grams.count - s->grams.low);
    s->known = 0;
    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i >= AHEAD) {
            const uint8_t *pair = group->pairs + (size_t)first[i % AHEAD] * 2;
            unsigned n = number[i % AHEAD];
            s->known += i - AHEAD >= low_left && n > 0;
            for (; n > 0; n--, pair += 2) s->sums[pair[0]] += (int8_t)pair[1];
        }
        if (i >= count) {
            number[i % AHEAD] = 0;
            continue;
        }
        number[i % AHEAD] = sparse_pairs(group, buckets[i], &first[i % AHEAD]);
        __builtin_prefetch(group->pairs + (size_t)first[i % AHEAD] * 2);
    }
}

void sparse_read(const struct sparse_group *group, const struct letters_stream *stream,
                 struct sparse_scratch *s) {
    grams_find(&group->shape, stream->units, stream->len, &s->grams);
    make_room(s);
    size_t others, rows = part(group, s, &others);
    memset(s->sums, 0, group->width * sizeof *s->sums);
    sparse_kernel()->add_rows(group->dense, group->width, s->rows, rows, s->sums);
    add_pairs(group, s->buckets, others, s);
    s->features = s->grams.count;
    float factor = s->features ? group->scale / sqrtf((float)s->features) : 0;
    for (size_t l = 0; l < group->count; l++)
        s->logits[l] = group->bias[l] + factor * (float)s->sums[l];
}

void sparse_choose(const struct sparse_group *group, const float *bias_too,
                   struct sparse_scratch *s) {
    float best = -INFINITY;
    for (size_t l = 0; l < group->count; l++) {
        s->probabilities[l] = s->logits[l] + bias_too[l];
        if (s->probabilities[l] > best) best = s->probabilities[l];
    }
    double sum = 0;
    for (size_t l = 0; l < group->count; l++) {
        float z = s->probabilities[l];
        s->probabilities[l] = z < best - NEGLIGIBLE ? 0 : (float)sg_num_exp((double)(z - best));
        sum += (double)s->probabilities[l];
    }
    for (size_t l = 0; l < group->count; l++)
        s->probabilities[l] = (float)((double)s->probabilities[l] / sum);
}

void sparse_scratch_free(struct sparse_scratch *s) {
    grams_free(&s->grams);
    free(s->rows);
    free(s->buckets);
    *s = (struct sparse_scratch){0};
}

/* ---- the inner loops ---- */

static void add_rows(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                     int32_t *sums) {
    for (size_t r = 0; r < count; r++) {
        const int8_t *row = dense + rows[r] * width;
        for (size_t l = 0; l < width; l++) sums[l] += row[l];
    }
}

const struct sparse_kernel *sparse_kernel_portable(void) {
    static const struct sparse_kernel kernel = {"portable", add_rows};
    return &kernel;
}

const struct sparse_kernel *sparse_kernel(void) {
#if defined(__x86_64__)
    if (sg_cpu_level() >= SG_CPU_AVX2) return sparse_kernel_avx2();
#endif
    return sparse_kernel_portable();
}
