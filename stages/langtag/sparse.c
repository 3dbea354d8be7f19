/*
 * Reading a text:
 *
 *   1 find      all buckets (grams.c)
 *   2 sort out  low ones with a dense row from the others; ask memory for what the others need
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
    s->numbers = sg_realloc(s->numbers, s->cap * sizeof *s->numbers);
}

static inline void ask_line(const struct sparse_group *group, uint32_t bucket) {
    __builtin_prefetch(group->lines + (size_t)(bucket / SPARSE_LINE_BUCKETS) * SPARSE_LINE_BYTES);
}

static inline void ask_row(const struct sparse_group *group, uint32_t row) {
    const int8_t *at = group->dense + (size_t)row * group->width;
    for (size_t l = 0; l < group->width; l += LINE_BYTES) __builtin_prefetch(at + l);
}

/* Dense rows to s->rows, others to s->buckets. Returns the number of rows; *others that of buckets. */
static size_t sort_out(const struct sparse_group *group, struct sparse_scratch *s, size_t *others) {
    size_t low = s->grams.low, high = s->grams.count - low;
    for (size_t i = low; i < s->grams.count; i++) ask_line(group, s->grams.buckets[i]);
    size_t rows =
               sparse_kernel()->part(group->dense_of, s->grams.buckets, low, s->rows, s->buckets),
           left = low - rows;
    for (size_t i = 0; i < left; i++) ask_line(group, s->buckets[i]);
    memcpy(s->buckets + left, s->grams.buckets + s->grams.low, high * sizeof *s->buckets);
    *others = left + high;
    return rows;
}

/* Bytes of a bucket's pairs that are read: half of what there can be, or all of it. What lies in two lines of the cache costs
 * two waits, so the less the better. */
#define HALF (SPARSE_READ_BEHIND / 2)
static inline size_t second_half(uint8_t pairs) {
    return 2 * (size_t)pairs > HALF ? HALF : 0;
}

/* Puts the place of the first pair where the bucket was, and asks memory for what will be read there. */
static void find_pairs(const struct sparse_group *group, uint32_t *buckets, uint8_t *numbers,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t first;
        numbers[i] = (uint8_t)sparse_pairs(group, buckets[i], &first);
        buckets[i] = first;
        const uint8_t *pairs = group->pairs + (size_t)first * 2;
        __builtin_prefetch(pairs);
        __builtin_prefetch(pairs + HALF - 1 + second_half(numbers[i]));
    }
}

#define FOUR_PAIRS 8 /* bytes */
#define CHUNK 64     /* buckets whose pairs are put in a row before the first is added */

/* Pairs of many buckets one behind the other. A bucket's are copied as if there were as many as there can be, and the next
 * bucket's are written over what was too much: neither this loop nor that over the pairs has a branch that depends on how
 * many a bucket has. (What is read behind the last pair of all is there: sparse_group_init gives room.) Pairs are added by
 * fours; those behind the last have the weight 0. */
static void add_pairs(const struct sparse_group *group, const uint32_t *firsts,
                      const uint8_t *numbers, size_t count, int32_t *sums) {
    uint8_t row[CHUNK * 2 * SPARSE_PAIRS + SPARSE_READ_BEHIND];
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t to = count - from < CHUNK ? count : from + CHUNK;
        uint8_t *end = row;
        for (size_t i = from; i < to; i++) {
            const uint8_t *pairs = group->pairs + (size_t)firsts[i] * 2;
            memcpy(end, pairs, HALF);
            memcpy(end + HALF, pairs + second_half(numbers[i]), HALF); /* or the first again */
            end += 2 * numbers[i];
        }
        memset(end, 0, FOUR_PAIRS);
        for (const uint8_t *pair = row; pair < end; pair += FOUR_PAIRS) {
            sums[pair[0]] += (int8_t)pair[1];
            sums[pair[2]] += (int8_t)pair[3];
            sums[pair[4]] += (int8_t)pair[5];
            sums[pair[6]] += (int8_t)pair[7];
        }
    }
}

#define AHEAD 256 /* buckets whose pairs are asked for before they are needed */

/* The rows are added while memory brings the first pairs. */
static void add_all(const struct sparse_group *group, struct sparse_scratch *s) {
    size_t count, rows = sort_out(group, s, &count), asked = count < AHEAD ? count : AHEAD;
    find_pairs(group, s->buckets, s->numbers, asked);
    for (size_t i = 0; i < rows; i++) ask_row(group, s->rows[i]);
    sparse_kernel()->add_rows(group->dense, group->width, s->rows, rows, s->sums);
    for (size_t from = 0; from < count; from += AHEAD) {
        size_t here = asked - from, more = count - asked < AHEAD ? count - asked : AHEAD;
        find_pairs(group, s->buckets + asked, s->numbers + asked, more);
        add_pairs(group, s->buckets + from, s->numbers + from, here, s->sums);
        asked += more;
    }
}

void sparse_read(const struct sparse_group *group, const float *bias,
                 const struct letters_stream *stream, struct sparse_scratch *s) {
    grams_find(&group->shape, stream->units, stream->len, &s->grams);
    make_room(s);
    memset(s->sums, 0, group->width * sizeof *s->sums);
    add_all(group, s);
    s->features = s->grams.count;
    float factor = s->features ? group->scale / sqrtf((float)s->features) : 0;
    s->best = sparse_kernel()->weigh(s->sums, factor, bias, group->width, s->logits);
}

void sparse_choose(const struct sparse_group *group, struct sparse_scratch *s) {
    s->least_live = s->best - NEGLIGIBLE;
    s->live_count = sparse_kernel()->above(s->logits, group->width, s->least_live, s->live);
    for (size_t i = 0; i < s->live_count; i++) s->probability[i] = s->logits[s->live[i]] - s->best;
    s->sum = sparse_kernel()->softmax(s->probability, s->live_count);
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
    free(s->numbers);
    *s = (struct sparse_scratch){0};
}

/* ---- the inner loops ---- */

/* Vectors as the compiler has them for any CPU. Two weights are one 16-bit number: w + 256 v, where w is made 0..255 by adding
 * 128. The sum of these numbers modulo 65536 less 256 times the sum of the v is the sum of the w, for up to 256 rows; so a
 * load, a shift and two additions do for eight pairs of weights, without widening any. Example: the weights -3, 2 and 4, -1
 * are (125, 2) and (132, -1): 637 and 65412 make 513 modulo 65536, less 256 * 1 is 257, less 2 * 128 is 1. */
typedef uint16_t eight_sums __attribute__((vector_size(16)));
typedef int16_t eight_weights __attribute__((vector_size(16)));
#define LANES 8
#define BLOCK (2 * LANES) /* weights in a vector; every width is a multiple */
#define ROWS 256

struct block_sums {
    eight_sums both, odd;
};

static inline eight_sums load_sixteen(const int8_t *at) {
    const eight_sums raise = {128, 128, 128, 128, 128, 128, 128, 128};
    eight_sums two;
    memcpy(&two, at, sizeof two);
    return two ^ raise;
}

static inline void add_sixteen(struct block_sums *sum, const int8_t *at) {
    eight_sums two = load_sixteen(at);
    sum->both += two;
    sum->odd += (eight_sums)((eight_weights)two >> 8);
}

static inline void part_sums(const struct block_sums *sum, size_t rows, int32_t *sums) {
    for (size_t i = 0; i < LANES; i++) {
        uint16_t odd = sum->odd[i], even = (uint16_t)(sum->both[i] - (uint16_t)(odd << 8));
        sums[2 * i] += (int32_t)even - 128 * (int32_t)rows;
        sums[2 * i + 1] += (int16_t)odd;
    }
}

/* Without a branch: which a 3-gram is cannot be guessed. */
static size_t part(const uint16_t *dense_of, const uint32_t *buckets, size_t count, uint32_t *rows,
                   uint32_t *others) {
    size_t found = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = dense_of[buckets[i]];
        rows[found] = row - 1;
        others[left] = buckets[i];
        found += row != 0;
        left += row == 0;
    }
    return found;
}

static void add_rows(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                     int32_t *sums) {
    for (size_t from = 0; from < count; from += ROWS) {
        size_t some = count - from < ROWS ? count - from : ROWS, l = 0;
        for (; l + 4 * BLOCK <= width; l += 4 * BLOCK) {
            struct block_sums a = {0}, b = {0}, c = {0}, d = {0};
            for (size_t r = from; r < from + some; r++) {
                const int8_t *at = dense + rows[r] * width + l;
                add_sixteen(&a, at);
                add_sixteen(&b, at + BLOCK);
                add_sixteen(&c, at + 2 * BLOCK);
                add_sixteen(&d, at + 3 * BLOCK);
            }
            part_sums(&a, some, sums + l);
            part_sums(&b, some, sums + l + BLOCK);
            part_sums(&c, some, sums + l + 2 * BLOCK);
            part_sums(&d, some, sums + l + 3 * BLOCK);
        }
        for (; l < width; l += BLOCK) {
            struct block_sums a = {0};
            for (size_t r = from; r < from + some; r++)
                add_sixteen(&a, dense + rows[r] * width + l);
            part_sums(&a, some, sums + l);
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

static size_t above(const float *logits, size_t width, float least, uint32_t *places) {
    size_t count = 0;
    for (size_t l = 0; l < width; l++) {
        places[count] = (uint32_t)l;
        count += logits[l] >= least;
    }
    return count;
}

static size_t next(const float *logits, size_t width, float limit, size_t wanted,
                   uint32_t *places) {
    size_t count = 0;
    float over = SPARSE_LEAST; /* what has a place is greater */
    for (size_t l = 0; wanted > 0 && l < width; l++) {
        if (!(logits[l] > over) || logits[l] >= limit) continue;
        count = sparse_insert(logits, (uint32_t)l, places, count, wanted);
        if (count == wanted) over = logits[places[count - 1]];
    }
    return count;
}

static double softmax(float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)sg_num_exp((double)values[i]);
        sum += (double)values[i];
    }
    for (size_t i = 0; i < count; i++) values[i] = (float)((double)values[i] / sum);
    return sum;
}

const struct sparse_kernel *sparse_kernel_portable(void) {
    static const struct sparse_kernel kernel = {"portable", part, add_rows, weigh,
                                                above,      next, softmax};
    return &kernel;
}

const struct sparse_kernel *sparse_kernel(void) {
#if defined(__x86_64__)
    if (sg_cpu_level() >= SG_CPU_AVX2) return sparse_kernel_avx2();
#endif
    return sparse_kernel_portable();
}
