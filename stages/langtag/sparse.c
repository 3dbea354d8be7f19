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
 * Softmax: labels more than 9 below the best have less than 0.0002 of its probability; they are left out, as if 0.
 */
#include "sparse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/num.h"

#define LINE_BYTES 64   /* of the cache */
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

static inline void ask_row(const struct sparse_group *group, uint32_t row) {
    const int8_t *at = group->dense + (size_t)row * group->width;
    for (size_t l = 0; l < group->width; l += LINE_BYTES) __builtin_prefetch(at + l);
}

/* Dense rows to s->rows, others to s->buckets. Returns the number of rows; *others that of buckets. */
static size_t part(const struct sparse_group *group, struct sparse_scratch *s, size_t *others) {
    size_t rows = 0, left = 0;
    for (size_t i = s->grams.low; i < s->grams.count; i++) ask_line(group, s->grams.buckets[i]);
    for (size_t i = 0; i < s->grams.low; i++) {
        uint32_t bucket = s->grams.buckets[i], row = group->dense_of[bucket];
        if (row) {
            s->rows[rows++] = row - 1;
            ask_row(group, row - 1);
        } else {
            s->buckets[left++] = bucket;
            ask_line(group, bucket);
        }
    }
    size_t high = s->grams.count - s->grams.low;
    memcpy(s->buckets + left, s->grams.buckets + s->grams.low, high * sizeof *s->buckets);
    *others = left + high;
    return rows;
}

#define CHUNK 64 /* buckets whose pairs are asked for before the first is added */
#define FEW 4

/* Most buckets have at most four pairs: these are added without a branch, those that are not the bucket's own as 0. (What is
 * read behind the last pair of all is there: sparse_group_init gives room.) */
static inline void add_bucket(const uint8_t *pair, unsigned n, int32_t *sums) {
    if (n <= FEW) {
        for (unsigned i = 0; i < FEW; i++) sums[pair[2 * i]] += i < n ? (int8_t)pair[2 * i + 1] : 0;
        return;
    }
    for (; n > 0; n--, pair += 2) sums[pair[0]] += (int8_t)pair[1];
}

static void add_pairs(const struct sparse_group *group, const uint32_t *buckets, size_t count,
                      int32_t *sums) {
    const uint8_t *pairs[CHUNK];
    unsigned number[CHUNK];
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t some = count - from < CHUNK ? count - from : CHUNK;
        for (size_t i = 0; i < some; i++) {
            uint32_t first;
            number[i] = sparse_pairs(group, buckets[from + i], &first);
            pairs[i] = group->pairs + (size_t)first * 2;
            __builtin_prefetch(pairs[i]);
        }
        for (size_t i = 0; i < some; i++) add_bucket(pairs[i], number[i], sums);
    }
}

void sparse_read(const struct sparse_group *group, const float *bias,
                 const struct letters_stream *stream, struct sparse_scratch *s) {
    const struct sparse_kernel *kernel = sparse_kernel();
    grams_find(&group->shape, stream->units, stream->len, &s->grams);
    make_room(s);
    size_t others, rows = part(group, s, &others);
    memset(s->sums, 0, sizeof s->sums);
    kernel->add_rows(group->dense, group->width, s->rows, rows, s->sums);
    add_pairs(group, s->buckets, others, s->sums);
    s->features = s->grams.count;
    float factor = s->features ? group->scale / sqrtf((float)s->features) : 0;
    s->best = kernel->weigh(s->sums, factor, bias, group->width, s->logits);
}

void sparse_choose(const struct sparse_group *group, struct sparse_scratch *s) {
    s->least_live = s->best - NEGLIGIBLE;
    s->live_count = sparse_kernel()->above(s->logits, group->width, s->least_live, s->live);
    double sum = 0;
    for (size_t i = 0; i < s->live_count; i++) {
        s->probability[i] = (float)sg_num_exp((double)(s->logits[s->live[i]] - s->best));
        sum += (double)s->probability[i];
    }
    for (size_t i = 0; i < s->live_count; i++)
        s->probability[i] = (float)((double)s->probability[i] / sum);
    s->sum = sum;
}

float sparse_probability(const struct sparse_scratch *s, size_t local) {
    return (float)(sg_num_exp((double)(s->logits[local] - s->best)) / s->sum);
}

float *sparse_biases(const struct sparse_group *group) {
    float *bias = sg_alloc(group->width * sizeof *bias);
    for (size_t l = 0; l < group->width; l++)
        bias[l] = l < group->count ? group->bias[l] : -INFINITY;
    return bias;
}

void sparse_scratch_free(struct sparse_scratch *s) {
    grams_free(&s->grams);
    free(s->rows);
    free(s->buckets);
    *s = (struct sparse_scratch){0};
}

/* ---- the inner loops ---- */

/* Vectors as the compiler has them for any CPU: eight 16-bit sums, which hold 256 rows. */
typedef int8_t eight_bytes __attribute__((vector_size(8)));
typedef int16_t eight_sums __attribute__((vector_size(16)));
#define LANES 8
#define ROWS 256

static inline eight_sums load_eight(const int8_t *at) {
    eight_bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return __builtin_convertvector(bytes, eight_sums);
}

static void add_rows(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                     int32_t *sums) {
    for (size_t from = 0; from < count; from += ROWS) {
        size_t to = count - from < ROWS ? count : from + ROWS;
        for (size_t l = 0; l < width; l += 2 * LANES) {
            eight_sums low = {0}, high = {0};
            for (size_t r = from; r < to; r++) {
                const int8_t *at = dense + rows[r] * width + l;
                low += load_eight(at);
                high += load_eight(at + LANES);
            }
            for (size_t i = 0; i < LANES; i++) {
                sums[l + i] += low[i];
                sums[l + LANES + i] += high[i];
            }
        }
    }
}

static float weigh(const int32_t *sums, float factor, const float *bias, size_t width,
                   float *logits) {
    float best = -INFINITY;
    for (size_t l = 0; l < width; l++) {
        logits[l] = bias[l] + factor * (float)sums[l];
        if (logits[l] > best) best = logits[l];
    }
    return best;
}

static size_t above(const float *logits, size_t width, float least, uint16_t *places) {
    size_t count = 0;
    for (size_t l = 0; l < width; l++) {
        places[count] = (uint16_t)l;
        count += logits[l] >= least;
    }
    return count;
}

const struct sparse_kernel *sparse_kernel_portable(void) {
    static const struct sparse_kernel kernel = {"portable", add_rows, weigh, above};
    return &kernel;
}

const struct sparse_kernel *sparse_kernel(void) {
#if defined(__x86_64__)
    if (sg_cpu_level() >= SG_CPU_AVX2) return sparse_kernel_avx2();
#endif
    return sparse_kernel_portable();
}
