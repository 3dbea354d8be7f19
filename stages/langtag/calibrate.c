/*
 * Cases are sorted by probability and pooled: a case is a block of one; while a block's share of right answers is not above
 * that of the block before it, the two are one. What is left rises. The value at a knot is that of the line between the
 * middles of the blocks around it.
 *
 * Example: probabilities .2 .4 .6 .8, right: no yes no yes. The blocks 0, 1, 0, 1 become 0, 1/2 (.4 and .6), 1: at .5 half
 * of the answers are right. Few cases prove little, so a knot also counts some that say that its probability is true.
 */
#include "calibrate.h"

#include <stdlib.h>
#include <string.h>

#define STEPS (SPARSE_MAP_KNOTS - 1)
#define SURE 254 /* of 255: only a script of one label is certain */
#define LAST_BLOCK 50
#define BELIEF 8 /* cases that agree with the model, beside those near a knot */

uint8_t calibrate_class(const char *script) {
    static const char *const own[] = {"Latn", "Cyrl", "Arab", "Deva"};
    uint8_t i = 0;
    while (i < sizeof own / sizeof *own && strcmp(own[i], script) != 0) i++;
    return i;
}

uint8_t calibrate_bin(size_t features) {
    return features < 16 ? 0 : features < CALIBRATE_SHORT ? 1 : features < 100 ? 2 : 3;
}

static float look_up(const uint8_t knots[SPARSE_MAP_KNOTS], float p) {
    float at = p * STEPS;
    int k = at >= STEPS ? STEPS - 1 : at > 0 ? (int)at : 0;
    float part = at - (float)k, low = knots[k], high = knots[k + 1];
    float value = (low + (high - low) * part) / 255;
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

float calibrate_score(const struct sparse_model *model, const struct langtag_evidence *evidence,
                      float probability) {
    return look_up(model->maps[SPARSE_MAP_LABEL][evidence->map_class][evidence->map_bin],
                   probability);
}

float calibrate_family(const struct sparse_model *model, const struct langtag_evidence *evidence) {
    return look_up(model->maps[SPARSE_MAP_FAMILY][evidence->map_class][evidence->map_bin],
                   evidence->family);
}

/* ---- fitting ---- */

struct block {
    double p, right, weight; /* sums over its cases */
};

static int by_probability(const void *a, const void *b) {
    double x = ((const struct block *)a)->p, y = ((const struct block *)b)->p;
    return x < y ? -1 : x > y;
}

static size_t pool(struct block *blocks, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        blocks[kept++] = blocks[i];
        while (kept > 1 && blocks[kept - 1].right * blocks[kept - 2].weight <=
                               blocks[kept - 2].right * blocks[kept - 1].weight) {
            blocks[kept - 2].p += blocks[kept - 1].p;
            blocks[kept - 2].right += blocks[kept - 1].right;
            blocks[kept - 2].weight += blocks[kept - 1].weight;
            kept--;
        }
    }
    while (kept > 1 && blocks[kept - 1].weight < LAST_BLOCK) { /* three of three is not certainty */
        kept--;
        blocks[kept - 1].p += blocks[kept].p;
        blocks[kept - 1].right += blocks[kept].right;
        blocks[kept - 1].weight += blocks[kept].weight;
    }
    return kept;
}

/* Blocks are at their mean probability. */
static double value_at(const struct block *blocks, size_t count, double p) {
    size_t i = 0;
    while (i < count && blocks[i].p / blocks[i].weight < p) i++;
    if (i == 0) return blocks[0].right / blocks[0].weight;
    double low = blocks[i - 1].right / blocks[i - 1].weight,
           from = blocks[i - 1].p / blocks[i - 1].weight;
    if (i == count) return low;
    double high = blocks[i].right / blocks[i].weight, to = blocks[i].p / blocks[i].weight;
    return to > from ? low + (high - low) * (p - from) / (to - from) : high;
}

static double believe(double fitted, double p, size_t near) {
    return (fitted * (double)near + p * BELIEF) / ((double)near + BELIEF);
}

/* Knots rise by at least one step, so that equal scores stay equal and others stay apart. */
static void set_knots(const struct block *blocks, size_t count, const size_t near[SPARSE_MAP_KNOTS],
                      uint8_t knots[SPARSE_MAP_KNOTS]) {
    int before = -1;
    for (int k = 0; k <= STEPS; k++) {
        double p = (double)k / STEPS, fitted = count ? value_at(blocks, count, p) : p;
        int value = (int)(believe(fitted, p, near[k]) * 255 + 0.5);
        if (k == 0) value = 0;
        if (value <= before) value = before + 1;
        if (value > SURE - (STEPS - k)) value = SURE - (STEPS - k);
        knots[k] = (uint8_t)(before = value);
    }
}

static void fit(struct sparse_model *model, const struct calibrate_case *cases, size_t count,
                const int which[3]) {
    struct block *blocks = sg_alloc((count + 1) * sizeof *blocks);
    size_t n = 0, near[SPARSE_MAP_KNOTS] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct langtag_evidence *e = &cases[i].evidence;
        if (!e->asked || e->map_class != which[1] || e->map_bin != which[2]) continue;
        bool family = which[0] == SPARSE_MAP_FAMILY;
        double p = (double)(family ? e->family : e->label);
        blocks[n++] = (struct block){
            .p = p, .right = family ? cases[i].right_family : cases[i].right, .weight = 1};
        int knot = (int)(p * STEPS + 0.5);
        near[knot < STEPS ? knot : STEPS]++;
    }
    qsort(blocks, n, sizeof *blocks, by_probability);
    size_t kept = pool(blocks, n);
    set_knots(blocks, kept, near, model->maps[which[0]][which[1]][which[2]]);
    free(blocks);
}

void calibrate_fit(struct sparse_model *model, const struct calibrate_case *cases, size_t count) {
    for (int kind = 0; kind < 2; kind++)
        for (int c = 0; c < SPARSE_MAP_CLASSES; c++)
            for (int bin = 0; bin < SPARSE_MAP_BINS; bin++)
                fit(model, cases, count, (const int[3]){kind, c, bin});
}

void calibrate_identity(struct sparse_model *model) {
    for (int kind = 0; kind < 2; kind++)
        for (int c = 0; c < SPARSE_MAP_CLASSES; c++)
            for (int bin = 0; bin < SPARSE_MAP_BINS; bin++)
                for (int k = 0; k <= STEPS; k++)
                    model->maps[kind][c][bin][k] = (uint8_t)((k * 255 + STEPS / 2) / STEPS);
}
