/*
 * A column: for each sample the other labels score as they always do, this one by the weights that it is learning; softmax
 * over all; and only those weights learn. With more samples of its language it would win text of its neighbours, with fewer it
 * would lose its own: a new one gets two in as many as there are labels, less among few (1 in 10 beside 4, 1 in 23 beside
 * 30, 1 in 133 beside 249).
 *
 *   z = b + sum of w / sqrt(n);  g = p - y;  A += g^2 / n;  w -= rate / sqrt(n) / sqrt(A + 0.001) * g
 *
 * A label that the model has begins with the weights it has, its steps are shorter, and it gets one sample in twice as many as
 * there are labels: the model has seen the lines of the others and not the new ones, which therefore weigh more. What it
 * knows moves nothing. Its own lines that others win push weights up, lines of others that it wins push them down.
 *
 * Then, as in thin.c, the weights of greatest |w| * c^(1/4) stay, twice as many as a label has on the average: 20,000 beside
 * 249 labels of 10,000. One that the model has keeps all its pairs, for a few hundred lines say nothing of most words, and
 * gets half as many more. In dense rows a label has its place, else it is one more pair of the bucket; a bucket that has
 * 14 takes no more.
 */
#include "column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "chance.h"
#include "run/signals.h"

#define RATE 0.5f
#define STRENGTHEN_RATE 0.1f
#define ADAGRAD_START 0.001f
#define LEAST_GRADIENT 0.002f
#define BIAS_RATE 0.02f
#define CHECK 65536u

/* ---- what a label has ---- */

static bool has_row(const struct sparse_group *group, uint32_t bucket) {
    return bucket < 1u << group->shape.low_bits && group->dense_of[bucket];
}

static void begin_with(const struct sparse_group *group, struct column *column) {
    size_t place = column->place;
    column->bias = group->bias[place];
    for (uint32_t b = 0; b < column->buckets; b++) {
        uint32_t first;
        unsigned count = sparse_pairs(group, b, &first);
        const uint8_t *pairs = group->pairs + 2 * (size_t)first;
        int8_t weight = 0;
        for (unsigned i = 0; i < count; i++)
            if (pairs[2 * i] == place) weight = (int8_t)pairs[2 * i + 1];
        if (has_row(group, b))
            weight = group->dense[(group->dense_of[b] - 1u) * group->width + place];
        column->weights[b] = weight * group->scale;
    }
}

/* ---- learning ---- */

struct source {
    const struct column_task *task;
    float *bias;   /* of the others: a label does not compete with itself */
    uint32_t part; /* of 2^32 samples: its own */
    uint64_t chance;
    struct letters_stream stream;
    struct sparse_scratch scratch;
};

/* false: nothing was there to read. */
static bool next(struct source *s, bool *is_own) {
    const struct column_task *task = s->task;
    *is_own = chance_next(&s->chance) < s->part;
    lessons_sample(task->lessons, *is_own ? task->own : task->rivals, &s->chance, &s->stream);
    sparse_read(task->group, s->bias, &s->stream, &s->scratch);
    return s->scratch.grams.count > 0;
}

/* The probability of the label beside the others. */
static float probability(const struct column *column, const struct sparse_scratch *scratch,
                         size_t labels) {
    float sum = 0, best = scratch->best;
    for (size_t i = 0; i < scratch->grams.count; i++)
        sum += column->weights[scratch->grams.buckets[i]];
    float z = column->bias + sum / sqrtf((float)scratch->grams.count);
    if (z > best) best = z;
    double all = 0, own = sg_num_exp((double)(z - best));
    for (size_t l = 0; l < labels; l++)
        if (scratch->logits[l] > best - 9) all += sg_num_exp((double)(scratch->logits[l] - best));
    return (float)(own / (own + all));
}

static void step(struct column *column, const struct grams *grams, float gradient, float rate) {
    float square = gradient * gradient / (float)grams->count,
          by = rate * gradient / sqrtf((float)grams->count);
    for (size_t i = 0; i < grams->count; i++) {
        uint32_t bucket = grams->buckets[i];
        column->sums[bucket] += square;
        column->weights[bucket] -= by / sqrtf(column->sums[bucket] + ADAGRAD_START);
    }
    column->bias -= BIAS_RATE * rate * gradient;
}

static enum sg_code learn(struct source *s, struct column *column, struct sg_err *err) {
    const struct grams *grams = &s->scratch.grams;
    float highest = column->place == COLUMN_NEW ? RATE : STRENGTHEN_RATE;
    uint64_t samples = s->task->samples;
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        bool is_own;
        if (i % CHECK == CHECK - 1) code = sg_signals_check(err);
        if (!next(s, &is_own)) continue;
        float gradient = probability(column, &s->scratch, s->task->group->count) - (is_own ? 1 : 0);
        float rate = highest * (float)(1 - (double)i / (double)samples);
        if (gradient > LEAST_GRADIENT || gradient < -LEAST_GRADIENT)
            step(column, grams, gradient, rate);
        for (size_t k = 0; k < grams->count; k++) column->counts[grams->buckets[k]]++;
    }
    return code;
}

enum sg_code column_learn(const struct column_task *task, struct column *out, struct sg_err *err) {
    const struct sparse_group *group = task->group;
    double labels = (double)group->count,
           part = task->place == COLUMN_NEW ? 2 / (labels + 16) : 0.5 / (labels + 2);
    struct source s = {.task = task,
                       .bias = sparse_biases(group),
                       .part = (uint32_t)(part * 4294967295.0),
                       .chance = task->chance};
    *out = (struct column){.place = task->place, .buckets = grams_buckets(&group->shape)};
    out->weights = sg_zalloc(out->buckets, sizeof *out->weights);
    out->sums = sg_zalloc(out->buckets, sizeof *out->sums);
    out->counts = sg_zalloc(out->buckets, sizeof *out->counts);
    if (task->place != COLUMN_NEW) {
        begin_with(group, out);
        s.bias[task->place] = -INFINITY;
    }
    enum sg_code code = learn(&s, out, err);
    free(s.bias);
    letters_free(&s.stream);
    sparse_scratch_free(&s.scratch);
    return code;
}

void column_free(struct column *column) {
    free(column->weights);
    free(column->sums);
    free(column->counts);
}

/* ---- putting it in ---- */

/* What stays of a group, and what it becomes. */
struct change {
    const struct sparse_group *old;
    const struct column *column;
    size_t place; /* of the label in the new group */
    float least;  /* worth of a pair that is new */
    struct sparse_group *out;
};

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x > y ? -1 : x < y;
}

static float worth(const struct column *column, size_t bucket) {
    return fabsf(column->weights[bucket]) * sqrtf(sqrtf((float)column->counts[bucket]));
}

/* Where in the pairs of a bucket the label's own is; their number when there is none. */
static unsigned own_pair(const uint8_t *pairs, unsigned count, size_t place) {
    unsigned at = 0;
    while (at < count && pairs[2 * at] != place) at++;
    return at;
}

/* The least worth of the `wanted` pairs that are to be added. */
static float least_kept(const struct sparse_group *group, const struct column *column,
                        size_t wanted) {
    float *all = sg_alloc(column->buckets * sizeof *all);
    size_t count = 0;
    for (uint32_t b = 0; b < column->buckets; b++) {
        uint32_t first;
        unsigned pairs = sparse_pairs(group, b, &first);
        bool has_pair = own_pair(group->pairs + 2 * (size_t)first, pairs, column->place) < pairs;
        if (!has_pair && !has_row(group, b)) all[count++] = worth(column, b);
    }
    qsort(all, count, sizeof *all, by_size);
    float least = wanted < count ? all[wanted] : 0;
    free(all);
    return least;
}

static int8_t quantise(float weight, float scale) {
    float steps = weight / scale;
    if (steps > 127) return 127;
    if (steps < -127) return -127;
    return (int8_t)(steps < 0 ? steps - 0.5f : steps + 0.5f);
}

static void copy_rows(const struct change *c) {
    const struct sparse_group *old = c->old;
    struct sparse_group *out = c->out;
    memcpy(out->dense_of, old->dense_of, sizeof *old->dense_of << old->shape.low_bits);
    for (size_t row = 0; row < old->dense_count; row++)
        memcpy(out->dense + row * out->width, old->dense + row * old->width, old->count);
    for (size_t b = 0; b < (size_t)1 << old->shape.low_bits; b++)
        if (old->dense_of[b])
            out->dense[(old->dense_of[b] - 1u) * out->width + c->place] =
                quantise(c->column->weights[b], old->scale);
}

/* The pairs of a bucket with the label's weight among them. Returns their number. */
static unsigned copy_bucket(const struct change *c, uint32_t bucket, uint8_t *pairs) {
    uint32_t first;
    unsigned count = sparse_pairs(c->old, bucket, &first);
    int8_t weight = quantise(c->column->weights[bucket], c->old->scale);
    memcpy(pairs, c->old->pairs + 2 * (size_t)first, 2 * (size_t)count);
    unsigned at = own_pair(pairs, count, c->column->place);
    if (at < count) {
        pairs[2 * at + 1] = (uint8_t)weight; /* 0 too: it may be made stronger again */
        return count;
    }
    if (has_row(c->old, bucket) || weight == 0 || count == SPARSE_PAIRS ||
        worth(c->column, bucket) <= c->least)
        return count;
    pairs[2 * count] = (uint8_t)c->place;
    pairs[2 * count + 1] = (uint8_t)weight;
    return count + 1;
}

static void copy_pairs(const struct change *c) {
    uint32_t pairs = 0;
    for (uint32_t b = 0; b < c->column->buckets; b++) {
        unsigned char *line = c->out->lines + b / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES;
        uint64_t counts;
        if (b % SPARSE_LINE_BUCKETS == 0) memcpy(line + 8, &pairs, sizeof pairs);
        unsigned count = copy_bucket(c, b, c->out->pairs + 2 * (size_t)pairs);
        memcpy(&counts, line, sizeof counts);
        counts |= (uint64_t)count << b % SPARSE_LINE_BUCKETS * 4;
        memcpy(line, &counts, sizeof counts);
        pairs += count;
    }
    c->out->pair_count = pairs;
}

void column_put(struct sparse_group *group, const struct column *column, uint32_t label) {
    bool is_new = column->place == COLUMN_NEW;
    struct sparse_group wide = *group;
    size_t average = group->pair_count / group->count, wanted = is_new ? 2 * average : average;
    wide.count = group->count + is_new;
    wide.pair_count = group->pair_count + (uint32_t)wanted;
    sparse_group_init(&wide);
    memcpy(wide.labels, group->labels, group->count * sizeof *wide.labels);
    memcpy(wide.bias, group->bias, group->count * sizeof *wide.bias);
    struct change change = {.old = group,
                            .column = column,
                            .place = is_new ? group->count : column->place,
                            .least = least_kept(group, column, wanted),
                            .out = &wide};
    wide.labels[change.place] = label;
    wide.bias[change.place] = column->bias;
    copy_rows(&change);
    copy_pairs(&change);
    sparse_group_free(group);
    *group = wide;
}
