/*
 * A new column: for each sample the old labels score as they always do, the new one by its own weights; softmax over all; and
 * only the new weights learn. Two samples in as many as there are labels are of the new language: with more of them it
 * would win text of its neighbours.
 *
 *   z = b + sum of w / sqrt(n);  g = p - y;  A += g^2 / n;  w -= rate / sqrt(n) / sqrt(A + 0.001) * g
 *
 * Then, as in thin.c, the weights of greatest |w| * c^(1/4) stay, twice as many as a label has on the average: 20,000 beside
 * 249 labels of 10,000. In dense rows the new label has its place, else it is one more pair of the bucket; a bucket
 * that has 14 takes no more.
 */
#include "extend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "chance.h"
#include "run/signals.h"
#include "train.h"

#define RATE 0.5f
#define ADAGRAD_START 0.001f
#define LEAST_GRADIENT 0.002f
#define BIAS_RATE 0.02f
#define SAMPLES 4e6
#define CHECK 65536u

struct column {
    size_t buckets;
    float *weights, *sums;
    uint32_t *counts;
    float bias;
};

struct source {
    const struct lessons *lessons;
    struct lessons_group *group; /* of the lessons: without the new label, then it alone */
    struct lessons_group *alone;
    uint32_t part; /* of 2^32 samples: those of the new label */
    uint64_t chance;
    struct letters_stream stream;
    struct sparse_scratch scratch;
};

int extend_find(const struct sparse_model *model, const char *label) {
    for (size_t i = 0; i < model->label_count; i++)
        if (strcmp(model->labels[i].name, label) == 0) return (int)i;
    return -1;
}

/* ---- learning ---- */

static bool next(struct source *s) {
    bool is_new = chance_next(&s->chance) < s->part;
    lessons_sample(s->lessons, is_new ? s->alone : s->group, &s->chance, &s->stream);
    return is_new;
}

/* The probability of the new label beside the old ones. */
static float new_probability(const struct sparse_group *group, const struct column *column,
                             struct sparse_scratch *scratch) {
    float sum = 0, best = scratch->best;
    for (size_t i = 0; i < scratch->grams.count; i++)
        sum += column->weights[scratch->grams.buckets[i]];
    float z = column->bias + sum / sqrtf((float)scratch->grams.count);
    if (z > best) best = z;
    double all = 0, own = sg_num_exp((double)(z - best));
    for (size_t l = 0; l < group->count; l++)
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

static enum sg_code learn(const struct sparse_group *group, struct source *s, uint64_t samples,
                          struct column *column, struct sg_err *err) {
    float *bias = sparse_biases(group);
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        bool is_new = next(s);
        sparse_read(group, bias, &s->stream, &s->scratch);
        if (s->scratch.grams.count == 0) continue;
        float gradient = new_probability(group, column, &s->scratch) - (is_new ? 1 : 0);
        float rate = RATE * (float)(1 - (double)i / (double)samples);
        if (gradient > LEAST_GRADIENT || gradient < -LEAST_GRADIENT)
            step(column, &s->scratch.grams, gradient, rate);
        for (size_t k = 0; k < s->scratch.grams.count; k++)
            column->counts[s->scratch.grams.buckets[k]]++;
        if (i % CHECK == CHECK - 1) code = sg_signals_check(err);
    }
    free(bias);
    return code;
}

/* ---- putting it in ---- */

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x > y ? -1 : x < y;
}

static float worth(const struct column *column, size_t bucket) {
    return fabsf(column->weights[bucket]) * sqrtf(sqrtf((float)column->counts[bucket]));
}

/* The least worth that stays. */
static float least_kept(const struct column *column, size_t wanted) {
    float *all = sg_alloc(column->buckets * sizeof *all);
    for (size_t b = 0; b < column->buckets; b++) all[b] = worth(column, b);
    qsort(all, column->buckets, sizeof *all, by_size);
    float least = wanted < column->buckets ? all[wanted] : 0;
    free(all);
    return least;
}

static int8_t quantise(float weight, float scale) {
    float steps = weight / scale;
    if (steps > 127) return 127;
    if (steps < -127) return -127;
    return (int8_t)(steps < 0 ? steps - 0.5f : steps + 0.5f);
}

static void copy_rows(const struct sparse_group *old, const struct column *column,
                      struct sparse_group *out) {
    memcpy(out->dense_of, old->dense_of, sizeof *old->dense_of << old->shape.low_bits);
    for (size_t row = 0; row < old->dense_count; row++)
        memcpy(out->dense + row * out->width, old->dense + row * old->width, old->count);
    for (size_t b = 0; b < (size_t)1 << old->shape.low_bits; b++)
        if (old->dense_of[b])
            out->dense[(old->dense_of[b] - 1u) * out->width + old->count] =
                quantise(column->weights[b], old->scale);
}

static void copy_pairs(const struct sparse_group *old, const struct column *column, float least,
                       struct sparse_group *out) {
    uint32_t pairs = 0;
    for (uint32_t b = 0; b < column->buckets; b++) {
        unsigned char *line = out->lines + b / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES;
        uint32_t first;
        unsigned n = sparse_pairs(old, b, &first);
        bool has_row = b < 1u << old->shape.low_bits && old->dense_of[b];
        int8_t weight = quantise(column->weights[b], old->scale);
        uint64_t counts;
        if (b % SPARSE_LINE_BUCKETS == 0) memcpy(line + 8, &pairs, sizeof pairs);
        memcpy(out->pairs + 2 * (size_t)pairs, old->pairs + 2 * (size_t)first, 2 * (size_t)n);
        if (!has_row && weight != 0 && n < SPARSE_PAIRS && worth(column, b) > least) {
            out->pairs[2 * (pairs + n)] = (uint8_t)old->count;
            out->pairs[2 * (pairs + n) + 1] = (uint8_t)weight;
            n++;
        }
        memcpy(&counts, line, sizeof counts);
        counts |= (uint64_t)n << b % SPARSE_LINE_BUCKETS * 4;
        memcpy(line, &counts, sizeof counts);
        pairs += n;
    }
    out->pair_count = pairs;
}

static void put_in(struct sparse_group *group, const struct column *column, uint32_t label) {
    struct sparse_group wide = *group;
    size_t wanted = 2 * group->pair_count / group->count;
    wide.count = group->count + 1;
    wide.pair_count = group->pair_count + (uint32_t)wanted;
    sparse_group_init(&wide);
    memcpy(wide.labels, group->labels, group->count * sizeof *wide.labels);
    memcpy(wide.bias, group->bias, group->count * sizeof *wide.bias);
    wide.labels[group->count] = label;
    wide.bias[group->count] = column->bias;
    copy_rows(group, column, &wide);
    copy_pairs(group, column, least_kept(column, wanted), &wide);
    sparse_group_free(group);
    *group = wide;
}

/* ---- a label ---- */

static uint32_t add_name(struct sparse_model *model, const struct lessons_label *label,
                         size_t group) {
    struct sparse_label *added;
    model->labels = sg_realloc(model->labels, (model->label_count + 1) * sizeof *model->labels);
    added = &model->labels[model->label_count];
    *added =
        (struct sparse_label){.lines = (uint32_t)label->source_lines, .group = (uint32_t)group};
    memcpy(added->name, label->name, SPARSE_NAME);
    return (uint32_t)model->label_count++;
}

/* The lessons of a script without one label, or of that label alone. */
static void pick(const struct lessons *lessons, const struct lessons_group *all, size_t label,
                 bool alone, struct lessons_group *out) {
    *out = (struct lessons_group){.script = all->script, .spaced = all->spaced};
    out->labels = sg_alloc(all->count * sizeof *out->labels);
    for (size_t l = 0; l < all->count; l++)
        if ((all->labels[l] == label) == alone) out->labels[out->count++] = all->labels[l];
    if (out->count > 0) lessons_share(lessons, out);
}

/* What extend_label was asked for, and the script that it concerns. */
struct extending {
    struct sparse_model *model;
    const struct lessons *lessons;
    const struct lessons_group *all; /* of the lessons */
    size_t g;                        /* of the model; its number of groups: a new one */
    const struct extend_settings *settings;
};

static enum sg_code add_column(const struct extending *x, size_t label, struct sg_err *err) {
    const struct lessons *lessons = x->lessons;
    struct sparse_group *group = &x->model->groups[x->g];
    const char *name = lessons->labels[label].name;
    struct lessons_group others, alone;
    struct source s = {.lessons = lessons,
                       .group = &others,
                       .alone = &alone,
                       .part = (uint32_t)(2 * 4294967295.0 / (double)(group->count + 2)),
                       .chance = chance_seed(x->settings->seed, name)};
    struct column column = {.buckets = grams_buckets(&group->shape)};
    enum sg_code code = SG_OK;
    pick(lessons, x->all, label, false, &others);
    pick(lessons, x->all, label, true, &alone);
    if (others.count == 0)
        code = sg_err_set(
            err, SG_USAGE,
            "to add %s, text of other labels of its script is needed too: 200 lines of each", name);
    if (code == SG_OK && group->count == SPARSE_LABELS)
        code = sg_err_set(err, SG_USAGE, "%s has %d labels: no room for %s", group->script,
                          SPARSE_LABELS, name);
    if (code == SG_OK) {
        column.weights = sg_zalloc(column.buckets, sizeof *column.weights);
        column.sums = sg_zalloc(column.buckets, sizeof *column.sums);
        column.counts = sg_zalloc(column.buckets, sizeof *column.counts);
        code = learn(group, &s, (uint64_t)(SAMPLES * x->settings->effort), &column, err);
    }
    if (code == SG_OK) {
        uint32_t number = add_name(x->model, &lessons->labels[label], x->g);
        put_in(group, &column, number);
        x->model->labels[number].local = (uint32_t)group->count - 1;
    }
    free(column.weights);
    free(column.sums);
    free(column.counts);
    free(others.labels);
    free(others.share);
    free(alone.labels);
    free(alone.share);
    letters_free(&s.stream);
    sparse_scratch_free(&s.scratch);
    return code;
}

/* A script that is new to the model, or had one label: trained from its text alone. */
static enum sg_code train_script(const struct extending *x, struct sg_err *err) {
    struct sparse_model *model = x->model;
    struct train_progress progress = {0};
    struct sparse_group trained = {0};
    const struct train_task task = {.lessons = x->lessons,
                                    .group = x->all,
                                    .plan = train_plan(x->lessons, x->all, x->settings->effort),
                                    .seed = x->settings->seed,
                                    .progress = &progress};
    for (size_t l = 0; x->g < model->group_count && l < model->groups[x->g].count; l++) {
        const char *name = model->labels[model->groups[x->g].labels[l]].name;
        if (!lessons_find(x->lessons, name))
            return sg_err_set(err, SG_USAGE,
                              "text of %s is needed too: so far its script alone decides", name);
    }
    enum sg_code code = train_group(&task, &trained, err);
    if (code != SG_OK) {
        sparse_group_free(&trained);
        return code;
    }
    if (x->g == model->group_count) {
        model->groups = sg_realloc(model->groups, (x->g + 1) * sizeof *model->groups);
        model->group_count++;
    } else {
        sparse_group_free(&model->groups[x->g]);
    }
    for (size_t l = 0; l < trained.count; l++) {
        const struct lessons_label *label = &x->lessons->labels[trained.labels[l]];
        int number = extend_find(model, label->name);
        trained.labels[l] = number >= 0 ? (uint32_t)number : add_name(model, label, x->g);
        model->labels[trained.labels[l]].local = (uint32_t)l;
    }
    model->groups[x->g] = trained;
    return SG_OK;
}

enum sg_code extend_label(struct sparse_model *model, const struct lessons *lessons, size_t label,
                          const struct extend_settings *settings, struct sg_err *err) {
    struct extending x = {
        .model = model, .lessons = lessons, .all = lessons->groups, .settings = settings};
    while (x.all->script != lessons->labels[label].script) x.all++;
    const char *script = lessons->scripts.names[x.all->script];
    while (x.g < model->group_count && strcmp(model->groups[x.g].script, script) != 0) x.g++;
    if (x.g == SPARSE_SCRIPTS)
        return sg_err_set(err, SG_USAGE, "the model has %d scripts: no room for %s", SPARSE_SCRIPTS,
                          script);
    if (x.g == model->group_count || model->groups[x.g].count == 1) return train_script(&x, err);
    return add_column(&x, label, err);
}
