/*
 * Which weights stay. A low bucket is worth sqrt(c) times the sum of its squares, where c is how often it is met: the best
 * keep whole rows. A weight elsewhere is worth |w| times the fourth root of c, so that rare 5-grams and words, which decide
 * short texts, are not crowded out: of each bucket the best few, and of those the best of all.
 *
 * Example: with 1.8 million pairs the Latin model keeps 1.7 of the 249 labels of an average bucket: a word that two or three
 * languages have in common tells these from the rest.
 *
 * The least worth that is kept is found exactly by counting bit patterns of floats, which order as their values do: first by
 * the upper 16 bits, then by the lower ones. Of equals the first ones stay.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "regression.h"

#define HALVES 65536
#define SCALE_PART 0.9995 /* of the weights are inside the scale, the others are clipped */

struct candidate {
    uint16_t label;
    float worth;
};

struct candidates {
    struct candidate *items; /* pairs_of_bucket for each bucket, best first; worth 0: none */
    size_t of_bucket, buckets;
};

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* ---- whole rows ---- */

struct row_worth {
    float worth;
    uint32_t bucket;
};

static int by_worth(const void *a, const void *b) {
    const struct row_worth *x = a, *y = b;
    if (x->worth != y->worth) return x->worth < y->worth ? 1 : -1;
    return x->bucket < y->bucket ? -1 : 1;
}

static void choose_rows(const struct regression *r, const uint32_t *counts,
                        const struct thin_limits *limits, struct thin *out) {
    struct row_worth *rows = sg_zalloc(limits->low_buckets, sizeof *rows);
    for (size_t b = 0; b < limits->low_buckets; b++) {
        const float *w = r->weights + b * r->stride;
        float sum = 0;
        for (size_t l = 0; l < r->labels; l++) sum += w[l] * w[l];
        rows[b] = (struct row_worth){.worth = sqrtf((float)counts[b]) * sum, .bucket = (uint32_t)b};
    }
    qsort(rows, limits->low_buckets, sizeof *rows, by_worth);
    while (out->dense_count < limits->dense && out->dense_count < limits->low_buckets &&
           rows[out->dense_count].worth > 0)
        out->dense_count++;
    out->dense = sg_zalloc((size_t)out->dense_count * r->stride + 1, sizeof *out->dense);
    for (uint32_t i = 0; i < out->dense_count; i++) {
        out->dense_of[rows[i].bucket] = (uint16_t)(i + 1);
        memcpy(out->dense + (size_t)i * r->stride, r->weights + (size_t)rows[i].bucket * r->stride,
               r->labels * sizeof *out->dense);
    }
    free(rows);
}

/* ---- pairs ---- */

/* The best labels of a row, by insertion. */
static void choose_labels(const float *w, size_t labels, float by, struct candidate *best,
                          size_t room) {
    for (size_t l = 0; l < labels; l++) {
        float worth = fabsf(w[l]) * by;
        if (!(worth > best[room - 1].worth)) continue;
        size_t at = room - 1;
        for (; at > 0 && worth > best[at - 1].worth; at--) best[at] = best[at - 1];
        best[at] = (struct candidate){.label = (uint16_t)l, .worth = worth};
    }
}

static void find_candidates(const struct regression *r, const uint32_t *counts,
                            const struct thin *out, struct candidates *c) {
    for (size_t b = 0; b < r->buckets; b++) {
        if (counts[b] == 0 || (b < out->low_buckets && out->dense_of[b])) continue;
        choose_labels(r->weights + b * r->stride, r->labels, sqrtf(sqrtf((float)counts[b])),
                      c->items + b * c->of_bucket, c->of_bucket);
    }
}

/* The least bit pattern of the `wanted` greatest; *equal is how many candidates of that very worth stay. */
static uint32_t least_kept(const struct candidates *c, size_t wanted, size_t *equal) {
    size_t *count = sg_zalloc(HALVES, sizeof *count), size = c->buckets * c->of_bucket, above = 0;
    for (size_t i = 0; i < size; i++) count[bits_of(c->items[i].worth) >> 16]++;
    count[0] = 0; /* worth nothing */
    uint32_t upper = HALVES - 1, lower = HALVES - 1;
    while (upper > 0 && above + count[upper] <= wanted) above += count[upper--];
    memset(count, 0, HALVES * sizeof *count);
    for (size_t i = 0; i < size && upper > 0; i++)
        if (bits_of(c->items[i].worth) >> 16 == upper) count[bits_of(c->items[i].worth) & 0xFFFF]++;
    while (lower > 0 && above + count[lower] <= wanted) above += count[lower--];
    free(count);
    *equal = wanted - above;
    return upper << 16 | lower;
}

static bool stays(const struct candidate *candidate, uint32_t least, size_t *equal) {
    uint32_t bits = bits_of(candidate->worth);
    if (candidate->worth <= 0 || bits < least) return false;
    if (bits > least) return true;
    if (*equal == 0) return false;
    --*equal;
    return true;
}

static void keep_pairs(const struct regression *r, const struct candidates *c, size_t wanted,
                       struct thin *out) {
    size_t equal, pairs = 0;
    uint32_t least = least_kept(c, wanted, &equal);
    out->starts = sg_zalloc(r->buckets + 1, sizeof *out->starts);
    out->pair_labels = sg_alloc(wanted + 1);
    out->pair_weights = sg_alloc((wanted + 1) * sizeof *out->pair_weights);
    for (size_t b = 0; b < r->buckets; b++) {
        const struct candidate *best = c->items + b * c->of_bucket;
        bool kept[SPARSE_LABELS] = {false};
        for (size_t i = 0; i < c->of_bucket; i++)
            if (stays(&best[i], least, &equal)) kept[best[i].label] = true;
        for (size_t l = 0; l < r->labels; l++) { /* in the order of labels, which packs best */
            if (!kept[l]) continue;
            out->pair_labels[pairs] = (uint8_t)l;
            out->pair_weights[pairs++] = r->weights[b * r->stride + l];
        }
        out->starts[b + 1] = (uint32_t)pairs;
    }
}

void regression_thin(struct regression *r, const uint32_t *counts, const struct thin_limits *limits,
                     struct thin *out) {
    *out = (struct thin){.labels = r->labels,
                         .stride = r->stride,
                         .buckets = r->buckets,
                         .low_buckets = limits->low_buckets};
    out->dense_of = sg_zalloc(limits->low_buckets, sizeof *out->dense_of);
    choose_rows(r, counts, limits, out);
    struct candidates c = {.of_bucket = limits->pairs_of_bucket, .buckets = r->buckets};
    c.items = sg_zalloc(c.buckets * c.of_bucket, sizeof *c.items);
    find_candidates(r, counts, out, &c);
    keep_pairs(r, &c, limits->pairs, out);
    free(c.items);
    out->sums = sg_alloc(r->buckets * sizeof *out->sums);
    for (size_t b = 0; b < r->buckets; b++) out->sums[b] = r->weights[b * r->stride + r->labels];
    out->bias = r->bias;
    r->bias = NULL;
    free(r->weights);
    r->weights = NULL;
}

/* ---- int8 ---- */

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* What 127 stands for. */
static float find_scale(const struct thin *t) {
    size_t pairs = t->starts[t->buckets], count = 0;
    float *sizes = sg_alloc((pairs + (size_t)t->dense_count * t->labels + 1) * sizeof *sizes);
    for (size_t p = 0; p < pairs; p++) sizes[count++] = fabsf(t->pair_weights[p]);
    for (size_t row = 0; row < t->dense_count; row++)
        for (size_t l = 0; l < t->labels; l++)
            sizes[count++] = fabsf(t->dense[row * t->stride + l]);
    qsort(sizes, count, sizeof *sizes, compare_floats);
    float top = count ? sizes[(size_t)((double)(count - 1) * SCALE_PART)] : 0;
    free(sizes);
    return top > 0 ? top / 127 : 1;
}

static int8_t quantise(float weight, float scale) {
    float steps = weight / scale;
    if (steps > 127) return 127;
    if (steps < -127) return -127;
    return (int8_t)(steps < 0 ? steps - 0.5f : steps + 0.5f);
}

/* Pairs that became 0 say nothing any more. */
static size_t quantise_pairs(const struct thin *t, size_t bucket, float scale, uint8_t *out) {
    size_t kept = 0;
    for (uint32_t p = t->starts[bucket]; p < t->starts[bucket + 1]; p++) {
        int8_t weight = quantise(t->pair_weights[p], scale);
        if (weight == 0) continue;
        out[2 * kept] = t->pair_labels[p];
        out[2 * kept++ + 1] = (uint8_t)weight;
    }
    return kept;
}

void thin_quantise(const struct thin *t, struct sparse_group *out) {
    out->dense_count = t->dense_count;
    out->pair_count = t->starts[t->buckets];
    out->count = t->labels;
    sparse_group_init(out);
    out->scale = find_scale(t);
    memcpy(out->bias, t->bias, t->labels * sizeof *out->bias);
    memcpy(out->dense_of, t->dense_of, t->low_buckets * sizeof *out->dense_of);
    for (size_t row = 0; row < t->dense_count; row++)
        for (size_t l = 0; l < t->labels; l++)
            out->dense[row * out->width + l] = quantise(t->dense[row * t->stride + l], out->scale);
    uint32_t pairs = 0;
    for (size_t b = 0; b < t->buckets; b++) {
        unsigned char *line = out->lines + b / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES;
        uint64_t counts;
        if (b % SPARSE_LINE_BUCKETS == 0) memcpy(line + 8, &pairs, sizeof pairs);
        size_t kept = quantise_pairs(t, b, out->scale, out->pairs + 2 * (size_t)pairs);
        memcpy(&counts, line, sizeof counts);
        counts |= (uint64_t)kept << b % SPARSE_LINE_BUCKETS * 4;
        memcpy(line, &counts, sizeof counts);
        pairs += (uint32_t)kept;
    }
    out->pair_count = pairs;
}
