/*
 * The two shorter kinds are what people write in posts and search boxes. Of "The ferry leaves at seven, so we should pack our
 * bags" a window may be "leaves at seven, so we should pack our", a pair "should pack". Text without spaces is cut
 * between characters, and has no pairs.
 */
#include "evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "families.h"
#include "text/utf8.h"

#define WINDOW 40 /* characters */

struct span {
    const char *at;
    size_t len;
};

/* ---- windows ---- */

/* Steps over at most `count` code points. */
static const char *ahead(const char *at, const char *end, size_t count) {
    while (at < end && count-- > 0) sg_utf8_next(&at);
    return at;
}

/* As many whole words as 40 characters hold from a random word on; without spaces just 40 characters. */
static struct span window(struct span line, uint64_t *chance) {
    const char *end = line.at + line.len;
    size_t points = sg_utf8_count(line.at, line.len);
    const char *from = ahead(line.at, end, chance_below(chance, (uint32_t)(points - WINDOW + 1)));
    const char *word = from;
    while (word > line.at && word[-1] != ' ') word--;
    if (ahead(word, from, WINDOW) == from) from = word; /* a word's start is near */
    const char *to = ahead(from, end, WINDOW), *cut = to;
    if (to < end && *to != ' ')
        while (cut > from && cut[-1] != ' ') cut--;
    return (struct span){.at = from, .len = (size_t)((cut > from ? cut : to) - from)};
}

/* Two neighbouring words; len 0: the line has fewer than three. */
static struct span pair(struct span line, uint64_t *chance) {
    size_t spaces = 0, at = 0;
    for (size_t i = 0; i < line.len; i++) spaces += line.at[i] == ' ';
    if (spaces < 2) return (struct span){.at = line.at};
    size_t skip = chance_below(chance, (uint32_t)spaces);
    for (; skip > 0; at++) skip -= line.at[at] == ' ';
    size_t end = at;
    for (size_t seen = 0; end < line.len && (seen += line.at[end] == ' ') < 2;) end++;
    return (struct span){.at = line.at + at, .len = end - at};
}

/* ---- counting ---- */

static size_t label_number(struct evaluation *e, const char *name) {
    for (size_t i = 0; i < e->label_count; i++)
        if (strcmp(e->labels[i].name, name) == 0) return i;
    if (e->label_count == e->label_cap) return e->label_cap - 1; /* und in many scripts */
    strncpy(e->labels[e->label_count].name, name, SPARSE_NAME - 1);
    return e->label_count++;
}

static void count(struct evaluation *e, size_t gold, const struct langtag_answer *answer,
                  enum evaluate_kind kind) {
    char name[SPARSE_NAME + 8];
    snprintf(name, sizeof name, "%s_%s", answer->language, answer->script);
    size_t said = label_number(e, name);
    e->labels[gold].gold[kind]++;
    e->labels[said].called[kind]++;
    e->labels[gold].right[kind] += gold == said;
    if (kind == EVALUATE_LINE) e->confused[gold * e->label_cap + said]++;
    if (e->case_count == e->case_cap) {
        e->case_cap = 2 * e->case_cap + 4096;
        e->cases = sg_realloc(e->cases, e->case_cap * sizeof *e->cases);
        e->kinds = sg_realloc(e->kinds, e->case_cap);
    }
    int family = families_of(e->labels[gold].name);
    e->kinds[e->case_count] = (uint8_t)kind;
    e->cases[e->case_count++] = (struct calibrate_case){
        .evidence = answer->evidence,
        .right = gold == said,
        .right_family = gold == said || (family != FAMILIES_NONE && family == families_of(name))};
}

struct trial {
    struct evaluation *e;
    const struct langtag *langtag;
    struct langtag_scratch *scratch;
    size_t gold;
};

static void try(const struct trial *t, struct span text, enum evaluate_kind kind) {
    struct langtag_answer answer;
    langtag_text(t->langtag, t->scratch, text.at, text.len, &answer);
    count(t->e, t->gold, &answer, kind);
}

static enum sg_code one_file(struct evaluation *e, const struct langtag *langtag,
                             const struct lessons_label *label, struct sg_err *err) {
    struct sg_buf text = {0};
    uint64_t chance = chance_seed(1, label->name);
    const struct trial trial = {.e = e,
                                .langtag = langtag,
                                .scratch = langtag_scratch_new(),
                                .gold = label_number(e, label->name)};
    enum sg_code code = lessons_load(label->path, &text, err);
    for (char *at = text.data, *end = text.data + text.len; code == SG_OK && at < end;) {
        char *lf = memchr(at, '\n', (size_t)(end - at));
        struct span line = {.at = at, .len = (size_t)(lf - at)};
        try(&trial, line, EVALUATE_LINE);
        if (sg_utf8_count(line.at, line.len) > WINDOW) {
            try(&trial, window(line, &chance), EVALUATE_SHORT);
            struct span words = pair(line, &chance);
            if (words.len) try(&trial, words, EVALUATE_PAIR);
        }
        at = lf + 1;
    }
    langtag_scratch_free(trial.scratch);
    sg_buf_free(&text);
    return code;
}

enum sg_code evaluate_folder(const struct langtag *langtag, const char *folder,
                             struct evaluation *e, struct sg_err *err) {
    struct lessons list = {0};
    enum sg_code code = lessons_list(&list, folder, err);
    e->label_cap = list.label_count + 512;
    e->labels = sg_zalloc(e->label_cap, sizeof *e->labels);
    e->confused = sg_zalloc(e->label_cap * e->label_cap, sizeof *e->confused);
    for (size_t i = 0; code == SG_OK && i < list.label_count; i++)
        label_number(e, list.labels[i].name);
    for (size_t i = 0; code == SG_OK && i < list.label_count; i++)
        code = one_file(e, langtag, &list.labels[i], err);
    lessons_free(&list);
    return code;
}

void evaluate_free(struct evaluation *e) {
    free(e->labels);
    free(e->confused);
    free(e->cases);
    free(e->kinds);
    *e = (struct evaluation){0};
}

/* ---- telling ---- */

static double f1(uint32_t right, uint32_t gold, uint32_t called) {
    return gold + called ? 2.0 * right / (gold + called) : 0;
}

static double label_f1(const struct evaluate_label *label, enum evaluate_kind kind) {
    return f1(label->right[kind], label->gold[kind], label->called[kind]);
}

static double recall(const struct evaluate_label *label, enum evaluate_kind kind) {
    return label->gold[kind] ? (double)label->right[kind] / label->gold[kind] : 0;
}

double evaluate_f1(const struct evaluation *e, enum evaluate_kind kind) {
    double sum = 0;
    size_t labels = 0;
    for (size_t i = 0; i < e->label_count; i++) {
        if (e->labels[i].gold[kind] == 0) continue;
        sum += label_f1(&e->labels[i], kind);
        labels++;
    }
    return labels ? sum / (double)labels : 0;
}

static double accuracy(const struct evaluation *e, enum evaluate_kind kind) {
    uint64_t right = 0, all = 0;
    for (size_t i = 0; i < e->label_count; i++) {
        right += e->labels[i].right[kind];
        all += e->labels[i].gold[kind];
    }
    return all ? (double)right / (double)all : 0;
}

/* Mean distance of score and share of right answers, over 20 bins of the score. */
static double calibration_error(const struct evaluation *e, const struct sparse_model *model,
                                enum evaluate_kind kind) {
    double score[20] = {0}, right[20] = {0}, sum = 0, all = 0;
    for (size_t i = 0; i < e->case_count; i++) {
        const struct calibrate_case *c = &e->cases[i];
        if (e->kinds[i] != kind || !c->evidence.asked) continue;
        double p = (double)(model ? calibrate_score(model, &c->evidence, c->evidence.label)
                                  : c->evidence.label);
        int bin = p < 1 ? (int)(p * 20) : 19;
        score[bin] += p;
        right[bin] += c->right;
        all++;
    }
    for (int b = 0; b < 20; b++)
        sum += score[b] > right[b] ? score[b] - right[b] : right[b] - score[b];
    return all > 0 ? sum / all : 0;
}

static void tell_sums(const struct evaluation *e, const struct sparse_model *model,
                      struct sg_buf *out) {
    static const char *const names[] = {"lines", "windows of 40", "pairs of words"};
    sg_buf_puts(out, "                  texts  macro-F1  accuracy  calibration error (before)\n");
    for (enum evaluate_kind k = 0; k < EVALUATE_KINDS; k++) {
        uint64_t texts = 0;
        for (size_t i = 0; i < e->label_count; i++) texts += e->labels[i].gold[k];
        sg_buf_printf(out, "%-14s  %7llu  %8.4f  %8.4f  %17.4f (%.4f)\n", names[k],
                      (unsigned long long)texts, evaluate_f1(e, k), accuracy(e, k),
                      calibration_error(e, model, k), calibration_error(e, NULL, k));
    }
}

/* What a label's lines were called most, beside itself. */
static void tell_confusions(const struct evaluation *e, size_t gold, struct sg_buf *out) {
    const uint32_t *row = e->confused + gold * e->label_cap;
    uint32_t last = UINT32_MAX;
    size_t last_at = 0;
    for (int n = 0; n < 3; n++) {
        size_t best = e->label_count;
        for (size_t i = 0; i < e->label_count; i++) {
            bool told = row[i] > last || (row[i] == last && i <= last_at);
            if (i == gold || told || row[i] == 0) continue;
            if (best == e->label_count || row[i] > row[best]) best = i;
        }
        if (best == e->label_count) break;
        last = row[best];
        last_at = best;
        sg_buf_printf(out, "  %s %u", e->labels[best].name, row[best]);
    }
}

void evaluate_report(const struct evaluation *e, const struct sparse_model *model,
                     struct sg_buf *out) {
    tell_sums(e, model, out);
    sg_buf_puts(out, "\nlabel             F1: lines windows pairs   recall: lines windows  lines  "
                     "called  confused with\n");
    for (size_t i = 0; i < e->label_count; i++) {
        const struct evaluate_label *l = &e->labels[i];
        if (l->gold[0] == 0) continue;
        sg_buf_printf(out, "%-16s     %6.3f  %6.3f %6.3f          %6.3f  %6.3f %6u  %6u", l->name,
                      label_f1(l, EVALUATE_LINE), label_f1(l, EVALUATE_SHORT),
                      label_f1(l, EVALUATE_PAIR), recall(l, EVALUATE_LINE),
                      recall(l, EVALUATE_SHORT), l->gold[0], l->called[0]);
        tell_confusions(e, i, out);
        sg_buf_putc(out, '\n');
    }
}
