/*
 * A group's training:
 *
 *   1 start     large groups: half the weights of naive Bayes; takes seconds, and is worth ten times as many samples of
 *               the next step. Small groups have samples enough, and their pairs of words come out worse for it.
 *   2 learn     S samples into the full matrix; the rate falls to 0; a quarter of the features of a sample is dropped
 *   3 count     how often each bucket is met in samples not seen before
 *   4 thin      (thin.c) of 277 million weights about four million stay
 *   5 tune      S2 samples on what is left, rate 1 to 0, a tenth dropped
 *   6 quantise  to int8
 *
 * A label alone in its script needs none of it. Memory: 4 bytes a weight, 1.1 GB for Latin; a group of 31 labels takes 20 MB.
 */
#include "train.h"

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "regression.h"
#include "run/signals.h"

#define TUNE_RATE 1.0f
#define START_PART 0.5f /* of the weights of naive Bayes */
#define DROP 64         /* of 256 features */
#define TUNE_DROP 26
#define CHECK 65536u /* samples between looks at signals and reports */

struct train_plan train_plan(const struct lessons *lessons, const struct lessons_group *group,
                             double effort) {
    static const struct {
        size_t labels; /* at most */
        unsigned low_bits, high_bits;
        double samples, tune; /* millions */
        uint32_t dense, pairs;
        unsigned of_bucket;
    } rows[] = {
        {2, 14, 16, 0.8, 0.2, 0, 32000, 2},
        {7, 14, 16, 1.5, 0.5, 0, 60000, 4},
        {20, 15, 17, 5, 2, 5000, 200000, 8},
        {60, 15, 17, 6, 2, 5000, 240000, 8},
        {SPARSE_LABELS, 16, 20, 40, 8, 6000, 2750000, 12},
    };
    size_t i = 0;
    while (group->count > rows[i].labels) i++;
    struct train_plan plan = {
        .shape = {.low_bits = rows[i].low_bits, .high_bits = rows[i].high_bits},
        .samples = (uint64_t)(rows[i].samples * 1e6 * effort),
        .tune_samples = (uint64_t)(rows[i].tune * 1e6 * effort),
        .count_samples = (uint64_t)((group->count < 60 ? 0.5e6 : 2e6) * effort),
        .rate = group->count < 60 ? 1.5f : 0.6f,
        .start_samples = (uint64_t)(group->count < 60 ? 0 : 4e6 * effort),
        .dense = rows[i].dense,
        .pairs = rows[i].pairs,
        .pairs_of_bucket = rows[i].of_bucket,
    };
    if (strcmp(lessons->scripts.names[group->script], "Hani") == 0) {
        plan.shape = (struct grams_shape){.low_bits = 16, .high_bits = 17, .han = true};
        plan.samples = (uint64_t)(4e6 * effort);
        plan.tune_samples = (uint64_t)(1e6 * effort);
        plan.dense = 0;
        plan.pairs = 160000;
        plan.pairs_of_bucket = 3;
    }
    return plan;
}

uint64_t train_samples(const struct train_plan *plan) {
    return plan->start_samples + plan->samples + plan->tune_samples + plan->count_samples;
}

uint64_t train_bytes(const struct train_plan *plan, size_t labels) {
    return grams_buckets(&plan->shape) * (labels + 8 + plan->pairs_of_bucket * 2 + 4) *
           sizeof(float);
}

/* Samples as they come, and where to report. */
struct source {
    const struct lessons *lessons;
    const struct lessons_group *group;
    const struct grams_shape *shape;
    uint64_t chance;
    struct letters_stream stream;
    struct grams grams;
    struct train_progress *progress;
    uint64_t seen, right;
    float rate;
};

/* The next sample, less the features that are dropped. false: nothing is left of it. */
static bool next(struct source *s, uint32_t drop, struct regression_sample *sample) {
    sample->label = lessons_sample(s->lessons, s->group, &s->chance, &s->stream);
    grams_find(s->shape, s->stream.units, s->stream.len, &s->grams);
    size_t kept = 0;
    for (size_t i = 0; i < s->grams.count;) {
        uint32_t bits = chance_next(&s->chance); /* enough for four features */
        for (int k = 0; k < 4 && i < s->grams.count; k++, i++, bits >>= 8) {
            s->grams.buckets[kept] = s->grams.buckets[i];
            kept += (bits & 0xFF) >= drop;
        }
    }
    sample->buckets = s->grams.buckets;
    sample->count = kept;
    return kept > 0;
}

static enum sg_code report(struct source *s, bool right, struct sg_err *err) {
    s->right += right;
    if (++s->seen % CHECK) return SG_OK;
    atomic_fetch_add_explicit(&s->progress->done, CHECK, memory_order_relaxed);
    atomic_store_explicit(&s->progress->right, s->right, memory_order_relaxed);
    s->right = 0;
    return sg_signals_check(err);
}

static enum sg_code start(struct source *s, uint64_t samples, struct regression *r,
                          struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        struct regression_sample sample;
        if (next(s, 0, &sample)) regression_count(r, &sample);
        code = report(s, false, err);
    }
    if (code == SG_OK && samples > 0) regression_start(r, START_PART);
    return code;
}

static enum sg_code learn(struct source *s, uint64_t samples, struct regression *r,
                          struct sg_err *err) {
    struct regression_work work;
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        struct regression_sample sample;
        float rate = s->rate * (float)(1 - (double)i / (double)samples);
        code = report(s, next(s, DROP, &sample) && regression_step(r, &sample, rate, &work), err);
    }
    return code;
}

static enum sg_code count(struct source *s, uint64_t samples, uint32_t *counts,
                          struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        struct regression_sample sample;
        if (next(s, 0, &sample))
            for (size_t k = 0; k < sample.count; k++) counts[sample.buckets[k]]++;
        code = report(s, false, err);
    }
    return code;
}

static enum sg_code tune(struct source *s, uint64_t samples, struct thin *t, struct sg_err *err) {
    struct regression_work work;
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < samples; i++) {
        struct regression_sample sample;
        float rate = TUNE_RATE * (float)(1 - (double)i / (double)samples);
        code = report(s, next(s, TUNE_DROP, &sample) && thin_step(t, &sample, rate, &work), err);
    }
    return code;
}

static enum sg_code train(struct source *s, const struct train_plan *plan, struct sparse_group *out,
                          struct sg_err *err) {
    struct regression full = {0};
    struct thin thin = {0};
    size_t buckets = grams_buckets(&plan->shape);
    const struct thin_limits limits = {.low_buckets = (size_t)1 << plan->shape.low_bits,
                                       .dense = plan->dense,
                                       .pairs = plan->pairs,
                                       .pairs_of_bucket = plan->pairs_of_bucket};
    uint32_t *counts = sg_zalloc(buckets, sizeof *counts);
    regression_init(&full, s->group->count, buckets);
    enum sg_code code = start(s, plan->start_samples, &full, err);
    if (code == SG_OK) code = learn(s, plan->samples, &full, err);
    if (code == SG_OK) code = count(s, plan->count_samples, counts, err);
    if (code == SG_OK) {
        regression_thin(&full, counts, &limits, &thin);
        code = tune(s, plan->tune_samples, &thin, err);
    }
    if (code == SG_OK) {
        out->shape = plan->shape;
        thin_quantise(&thin, out);
    }
    free(counts);
    regression_free(&full);
    thin_free(&thin);
    return code;
}

enum sg_code train_group(const struct train_task *task, struct sparse_group *out,
                         struct sg_err *err) {
    const struct lessons_group *group = task->group;
    const char *script = task->lessons->scripts.names[group->script];
    struct source source = {.lessons = task->lessons,
                            .group = group,
                            .shape = &task->plan.shape,
                            .chance = chance_seed(task->seed, script),
                            .progress = task->progress,
                            .rate = task->plan.rate};
    enum sg_code code = SG_OK;
    memcpy(out->script, script, 4);
    out->count = group->count;
    if (group->count > 1)
        code = train(&source, &task->plan, out, err);
    else
        sparse_group_init(out);
    if (code == SG_OK) memcpy(out->labels, group->labels, group->count * sizeof *out->labels);
    letters_free(&source.stream);
    grams_free(&source.grams);
    return code;
}
