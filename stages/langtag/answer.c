/* The embedded engine's steps for one text: langtag.c tells them all. */
#include <math.h>
#include <string.h>

#include "calibrate.h"
#include "sample.h"
#include "ways.h"

/* ---- what the text is made of ---- */

/* No linguistic content, by langtag.md section 6. The limit on code holds in Latin only: some key maps of small scripts
 * have = and < for letters. */
static bool is_zxx(const struct langtag *t, const struct letters *n, int script) {
    if (n->scripted == 0) return true;
    bool latin = script == t->latin;
    if (10 * (uint64_t)n->scripted < (latin ? 6u : 3u) * (uint64_t)n->solid) return true;
    uint64_t code = (uint64_t)n->code + n->parens;
    if (latin && n->code >= 1 && code >= 3 && 100 * code > 8 * (uint64_t)n->solid) return true;
    return !n->beyond_ascii && n->solid > 24 * (uint64_t)n->tokens;
}

/* The script with most letters, the first of equals; -1: none. A Han character or Hangul syllable says as much as three
 * letters: a Japanese page about software often has more letters of English in it than characters of its own. */
int main_script(const struct langtag *t, const struct letters *n) {
    uint64_t most = 0;
    int best = -1;
    for (int word = 0; word < SCRIPT_MAX / 64; word++) {
        for (uint64_t bits = n->met[word]; bits; bits &= bits - 1) {
            int i = 64 * word + __builtin_ctzll(bits);
            uint64_t weight = (uint64_t)n->by_script[i] * (i == t->han || i == t->hangul ? 3 : 1);
            if (weight > most) {
                most = weight;
                best = i;
            }
        }
    }
    return best;
}

const char *script_name(const struct langtag *t, int script) {
    return script < 0 ? "Zyyy" : t->scripts.names[script];
}

/* ---- answers ---- */

void answer_one(struct langtag_answer *answer, const char *language, const char *script,
                float score) {
    answer->language = language;
    answer->script = script;
    answer->score = score;
    answer->count = 1;
    strcpy(answer->own_label, language);
    strcat(answer->own_label, "_");
    strcat(answer->own_label, script);
    answer->labels[0] = answer->own_label;
    answer->scores[0] = score;
}

void answer_unknown(const struct langtag *t, int script, struct langtag_answer *answer) {
    answer_one(answer, "und", script_name(t, script), 0);
    answer->low = true;
}

void apply_floor(const struct label *label, double score, const char *text_script,
                 struct langtag_answer *answer) {
    if (score >= label->min_score) return;
    answer->low = true;
    answer->language = "und";
    answer->script = text_script;
}

/* ---- families ---- */

struct winner {
    size_t local;
    float own;         /* its probability */
    double mass;       /* the same, or its family's */
    const char *group; /* its family, when it does not stand out there; else "" */
};

static int family_of(const struct langtag *t, const struct sparse_group *group, size_t local,
                     bool is_short) {
    int family = t->labels[group->labels[local]].family;
    return family != FAMILIES_NONE && families_short_only(family) && !is_short ? FAMILIES_NONE
                                                                               : family;
}

/* Sisters share what belongs to their family, so a family competes by the sum of its members. */
static struct winner winner(const struct langtag *t, const struct sparse_group *group,
                            const struct sparse_scratch *s) {
    struct family_sum {
        double mass;
        float best;
        size_t local;
    } sums[FAMILIES_MAX];
    uint32_t met = 0; /* bits: families that sums has something for */
    bool is_short = s->features < CALIBRATE_SHORT;
    struct winner won = {.mass = -1, .group = ""};
    for (size_t i = 0; i < s->live_count; i++) {
        float p = s->probability[i];
        int family = family_of(t, group, s->live[i], is_short);
        if (family == FAMILIES_NONE) {
            if ((double)p > won.mass)
                won =
                    (struct winner){.local = s->live[i], .own = p, .mass = (double)p, .group = ""};
            continue;
        }
        struct family_sum *sum = &sums[family];
        if (!(met >> family & 1)) *sum = (struct family_sum){0};
        met |= 1u << family;
        if (p > sum->best) {
            sum->best = p;
            sum->local = s->live[i];
        }
        sum->mass += (double)p;
    }
    for (; met; met &= met - 1) {
        int f = __builtin_ctz(met);
        if (sums[f].mass <= won.mass || sums[f].mass <= 0) continue;
        bool stands_out = (double)sums[f].best >= FAMILIES_SHARE * sums[f].mass;
        won = (struct winner){.local = sums[f].local,
                              .own = sums[f].best,
                              .mass = sums[f].mass,
                              .group = stands_out ? "" : families_name(f)};
    }
    return won;
}

/* ---- the list of the best ---- */

struct listed {
    const char *name;
    float score;
};

static bool before(const struct listed *a, const struct listed *b) {
    return a->score > b->score || (a->score == b->score && strcmp(a->name, b->name) < 0);
}

struct list {
    struct listed best[LANGTAG_TOP_MAX];
    size_t count, most;
    float least; /* a score below it has no place */
};

static void list_one(struct list *list, struct listed one) {
    struct listed *best = list->best;
    if (list->count == list->most && !before(&one, &best[list->most - 1])) return;
    size_t at = list->count < list->most ? list->count++ : list->most - 1;
    for (; at > 0 && before(&one, &best[at - 1]); at--) best[at] = best[at - 1];
    best[at] = one;
    if (list->count == list->most) list->least = best[list->most - 1].score;
}

static void list_best(const struct langtag *t, const struct reading *reading,
                      const struct sparse_scratch *s, struct langtag_answer *answer) {
    const struct sparse_group *group = reading->group;
    struct list list;
    list.count = 0;
    list.most = t->top;
    list.least = 0;
    uint32_t places[LANGTAG_TOP_MAX];
    for (size_t i = 0; i < s->live_count; i++) {
        if (s->probability[i] < list.least) continue; /* nearly all */
        list_one(&list, (struct listed){.name = t->labels[group->labels[s->live[i]]].name,
                                        .score = s->probability[i]});
    }
    size_t more =
        sparse_kernel()->next(s->logits, group->width, s->least_live, t->top - list.count, places);
    for (size_t i = 0; i < more; i++)
        list_one(&list, (struct listed){.name = t->labels[group->labels[places[i]]].name,
                                        .score = sparse_probability(s, places[i])});
    answer->count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        answer->labels[i] = list.best[i].name;
        answer->scores[i] = calibrate_score(t->sparse, &answer->evidence, list.best[i].score);
    }
}

/* ---- all of it ---- */

static bool some_allowed(const struct reading *reading) {
    for (size_t l = 0; l < reading->group->count; l++)
        if (sparse_allowed(reading->bias, l)) return true;
    return false;
}

struct reading answer_read(const struct langtag *t, struct langtag_scratch *s, const char *text,
                           const struct sample_piece *pieces, size_t count) {
    struct reading reading = {.kind = READING_UNKNOWN};
    letters_none(&s->letters);
    for (size_t i = 0; i < count; i++)
        letters_count(&t->scripts, text + pieces[i].at, pieces[i].len, &s->letters);
    int script = reading.script = main_script(t, &s->letters);
    if (is_zxx(t, &s->letters, script)) {
        reading.kind = READING_ZXX;
        return reading;
    }
    if (t->by_script[script] < 0) return reading;
    reading.group = &t->sparse->groups[t->by_script[script]];
    reading.bias = prior_field_bias(t, s, t->by_script[script]);
    if (t->limited && !some_allowed(&reading)) return reading;
    reading.kind = reading.group->count == 1 ? READING_CERTAIN : READING_ASKED;
    if (reading.kind == READING_CERTAIN) return reading;
    s->stream.len = 0;
    for (size_t i = 0; i < count; i++)
        letters_write(&t->scripts, text + pieces[i].at, pieces[i].len, (uint32_t)script,
                      &s->stream);
    sparse_read(reading.group, reading.bias, &s->stream, &s->sparse);
    sparse_choose(reading.group, &s->sparse);
    return reading;
}

struct langtag_evidence answer_evidence(const struct reading *reading,
                                        const struct sparse_scratch *s) {
    return (struct langtag_evidence){.asked = true,
                                     .map_class = calibrate_class(reading->group->script),
                                     .map_bin = calibrate_bin(s->features)};
}

static void answer_asked(const struct langtag *t, const struct reading *reading,
                         const struct sparse_scratch *s, struct langtag_answer *answer) {
    const struct sparse_group *group = reading->group;
    struct winner won = winner(t, group, s);
    const struct label *label = &t->labels[group->labels[won.local]];
    answer->evidence = answer_evidence(reading, s);
    answer->evidence.label = won.own;
    answer->evidence.family = (float)won.mass;
    list_best(t, reading, s, answer);
    answer->language = label->language;
    answer->script = label->script;
    answer->group = won.group;
    answer->score = calibrate_score(t->sparse, &answer->evidence, answer->evidence.label);
    double mass = (double)calibrate_family(t->sparse, &answer->evidence);
    apply_floor(label, mass > (double)answer->score ? mass : (double)answer->score, group->script,
                answer);
}

void answer_sparse(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                   struct langtag_answer *answer) {
    struct sample_piece pieces[SAMPLE_PIECES];
    size_t count = sample_pieces(text, len, t->sample_bytes, pieces);
    struct reading reading = answer_read(t, s, text, pieces, count);
    const struct label *only;
    switch (reading.kind) {
    case READING_ZXX: answer_one(answer, "zxx", "Zxxx", 1); return;
    case READING_UNKNOWN: answer_unknown(t, reading.script, answer); return;
    case READING_ASKED: answer_asked(t, &reading, &s->sparse, answer); return;
    case READING_CERTAIN:
        only = &t->labels[reading.group->labels[0]];
        answer_one(answer, only->language, only->script, 1);
    }
}
