/*
 * The embedded engine, for one text:
 *
 *   1 sample    pieces of a long text (sample.c)
 *   2 count     letters by script, symbols, tokens (letters.c)
 *   3 zxx?      no letters, hardly any letters, or program text: zxx_Zxxx, score 1
 *   4 script    the one with most letters. One label in that script: that is the answer, score 1. None: und
 *   5 write     the letters of that script as the model knows them (letters.c)
 *   6 choose    softmax among the labels of the script (fasttext.c)
 *   7 family    if the best language shares its family's probability with a sister, name the family too
 *   8 floor     und when the best, its family counted with it, is below --min-score
 *
 * Example: U+0915 U+093E U+092E (kam, "work") and "bob" have three letters and marks each of Deva and Latn; the first
 * script in the table's order, which is that of code points, is Latn. One letter more and the labels of Deva compete.
 *
 * With a model of the user's only 6 is done, by fastText's own rules on the whole text, and its labels are taken apart.
 *
 * Memory: the model's rows as floats (45 MB for the embedded one), and per thread a little more than the longest text
 * that was read whole.
 */
#include "langtag.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "families.h"
#include "iso639.h"
#include "run/opts.h"
#include "sample.h"
#include "text/utf8.h"

struct label {
    const char *name; /* as the model has it, without __label__ */
    char language[4]; /* "" when the name tells no language: then the name itself is given */
    char script[5];   /* "" when it tells no script: then it is the text's */
    int number;       /* of the script by which the label is chosen; -1: never */
    int family;
};

/* A script, by number: the labels to choose among, and how many the model has, allowed or not. */
struct script {
    uint32_t *labels;
    size_t count, all;
};

struct langtag {
    struct fasttext *model;
    struct script_table scripts;
    struct label *labels;
    bool *allowed; /* by label */
    struct script by_script[SCRIPT_MAX];
    int latin, han, hangul;
    bool exact, limited;
    double min_score;
    uint64_t sample_bytes;
    size_t top;
};

struct langtag_scratch {
    struct fasttext_scratch fasttext;
    struct letters letters;
    struct sg_buf stream, text, json;
};

/* ---- labels ---- */

/* xxx_Xxxx. Anything else in `name` leaves both empty, but for a bare language code. */
static void take_apart(struct label *label) {
    const char *name = label->name;
    size_t len = strlen(name), letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    const char *three = iso639_three(name);
    bool upper = len == 8 && name[4] >= 'A' && name[4] <= 'Z';
    if (letters == 3 && upper && name[3] == '_' &&
        strspn(name + 5, "abcdefghijklmnopqrstuvwxyz") == 3) {
        memcpy(label->language, name, 3);
        memcpy(label->script, name + 4, 4);
    } else if (len == 3 && letters == 3) {
        memcpy(label->language, name, 3);
    } else if (three) {
        memcpy(label->language, three, 3);
    }
}

/* The script whose letters a text in this label is made of. */
static int script_of_label(const struct langtag *t, const struct label *label) {
    static const char *const written_in[][2] = {
        {"Hans", "Hani"}, {"Hant", "Hani"}, {"Jpan", "Hani"}, {"Kore", "Hang"}, {"Zxxx", "Latn"}};
    for (size_t i = 0; i < sizeof written_in / sizeof *written_in; i++)
        if (strcmp(label->script, written_in[i][0]) == 0)
            return script_number(&t->scripts, written_in[i][1]);
    return script_number(&t->scripts, label->script);
}

/* "hin_Deva" is that label, "hin" all labels of the language. */
static bool named(const struct label *label, const char *wish) {
    return strcmp(wish, label->name) == 0 ||
           (label->language[0] && strcmp(wish, label->language) == 0);
}

static enum sg_code unknown_label(const struct langtag *t, const char *wish, struct sg_err *err) {
    size_t count = fasttext_labels(t->model);
    const char **names = sg_alloc(count * sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = t->labels[i].name;
    const char *nearest = sg_opts_nearest(wish, names, count);
    char quoted[80];
    sg_err_quote(wish, quoted, sizeof quoted);
    if (nearest)
        sg_err_set(err, SG_USAGE, "the model has no label %s, did you mean '%s'?", quoted, nearest);
    else
        sg_err_set(err, SG_USAGE, "the model has no label %s", quoted);
    free(names);
    return SG_USAGE;
}

static enum sg_code limit(struct langtag *t, const struct langtag_settings *settings,
                          struct sg_err *err) {
    size_t count = fasttext_labels(t->model);
    t->limited = settings->label_count > 0;
    for (size_t i = 0; i < count; i++) t->allowed[i] = !t->limited;
    for (size_t w = 0; w < settings->label_count; w++) {
        bool found = false;
        for (size_t i = 0; i < count; i++) {
            if (!named(&t->labels[i], settings->labels[w])) continue;
            t->allowed[i] = found = true;
        }
        if (!found) return unknown_label(t, settings->labels[w], err);
    }
    return SG_OK;
}

static enum sg_code read_labels(struct langtag *t, struct sg_err *err) {
    size_t count = fasttext_labels(t->model);
    t->labels = sg_zalloc(count, sizeof *t->labels);
    t->allowed = sg_zalloc(count, sizeof *t->allowed);
    for (size_t i = 0; i < count; i++) {
        struct label *label = &t->labels[i];
        label->name = fasttext_label(t->model, i);
        if (sg_utf8_valid(label->name, strlen(label->name)) != strlen(label->name))
            return sg_err_set(err, SG_DATA, "label %zu of the model is not UTF-8", i + 1);
        take_apart(label);
        label->number = label->script[0] ? script_of_label(t, label) : -1;
        label->family = families_of(label->name);
    }
    return SG_OK;
}

static void sort_by_script(struct langtag *t) {
    for (size_t i = 0; i < fasttext_labels(t->model); i++) {
        if (t->labels[i].number < 0) continue;
        struct script *choices = &t->by_script[t->labels[i].number];
        choices->all++;
        if (!t->allowed[i]) continue;
        choices->labels =
            sg_realloc(choices->labels, (choices->count + 1) * sizeof *choices->labels);
        choices->labels[choices->count++] = (uint32_t)i;
    }
}

/* ---- life ---- */

enum sg_code langtag_new(struct langtag **out, const struct langtag_settings *settings,
                         struct sg_err *err) {
    struct langtag *t = sg_zalloc(1, sizeof *t);
    t->exact = settings->exact;
    t->min_score = settings->min_score;
    t->sample_bytes = settings->sample_bytes;
    t->top = settings->top < LANGTAG_TOP_MAX ? settings->top : LANGTAG_TOP_MAX;
    enum sg_code code = fasttext_load(&t->model, settings->model, settings->model_len, err);
    if (code != SG_OK) goto out;
    script_init(&t->scripts);
    t->latin = script_number(&t->scripts, "Latn");
    t->han = script_number(&t->scripts, "Hani");
    t->hangul = script_number(&t->scripts, "Hang");
    code = read_labels(t, err);
    if (code == SG_OK) code = limit(t, settings, err);
    if (code != SG_OK) goto out;
    sort_by_script(t);
    if (!t->exact) fasttext_fold(t->model);
out:
    if (code == SG_OK)
        *out = t;
    else
        langtag_free(t);
    return code;
}

void langtag_free(struct langtag *t) {
    if (!t) return;
    for (size_t i = 0; i < SCRIPT_MAX; i++) free(t->by_script[i].labels);
    free(t->labels);
    free(t->allowed);
    script_free(&t->scripts);
    fasttext_free(t->model);
    free(t);
}

uint64_t langtag_bytes(const struct langtag *t) {
    return fasttext_bytes(t->model);
}

struct langtag_scratch *langtag_scratch_new(void) {
    return sg_zalloc(1, sizeof(struct langtag_scratch));
}

void langtag_scratch_free(struct langtag_scratch *s) {
    if (!s) return;
    fasttext_scratch_free(&s->fasttext);
    sg_buf_free(&s->stream);
    sg_buf_free(&s->text);
    sg_buf_free(&s->json);
    free(s);
}

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
static int main_script(const struct langtag *t, const struct letters *n) {
    uint64_t most = 0;
    int best = -1;
    for (int i = SCRIPT_FIRST; i < (int)t->scripts.count; i++) {
        uint64_t weight = (uint64_t)n->by_script[i] * (i == t->han || i == t->hangul ? 3 : 1);
        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    return best;
}

static const char *script_name(const struct langtag *t, int script) {
    return script < 0 ? "Zyyy" : t->scripts.names[script];
}

/* ---- answers ---- */

static void answer_one(struct langtag_answer *answer, const char *language, const char *script,
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

static void answer_unknown(const struct langtag *t, int script, struct langtag_answer *answer) {
    answer_one(answer, "und", script_name(t, script), 0);
    answer->low = true;
}

static void list_best(const struct langtag *t, const struct fasttext_answer *best, size_t count,
                      struct langtag_answer *answer) {
    answer->count = count < t->top ? count : t->top;
    for (size_t i = 0; i < answer->count; i++) {
        answer->labels[i] = t->labels[best[i].label].name;
        answer->scores[i] = best[i].score;
    }
}

static void apply_floor(const struct langtag *t, double score, const char *text_script,
                        struct langtag_answer *answer) {
    if (score >= t->min_score) return;
    answer->low = true;
    answer->language = "und";
    answer->script = text_script;
}

struct winner {
    uint32_t label;
    double mass;       /* its probability, or its family's */
    const char *group; /* its family, when it does not stand out there; else "" */
};

static uint32_t best_of_family(const struct langtag *t, const struct script *script,
                               const float *score, int family) {
    uint32_t best = 0;
    float most = -1;
    for (size_t i = 0; i < script->count; i++) {
        uint32_t label = script->labels[i];
        if (t->labels[label].family != family || score[label] <= most) continue;
        most = score[label];
        best = label;
    }
    return best;
}

/* Sisters share what belongs to their family, so a family competes by the sum of its members. `best` is the best label by
 * itself: only a family that it is not of can beat it. */
static struct winner winner(const struct langtag *t, const struct script *script,
                            const float *score, uint32_t best) {
    double mass[FAMILIES_MAX] = {0};
    for (size_t i = 0; i < script->count; i++) {
        int family = t->labels[script->labels[i]].family;
        if (family != FAMILIES_NONE) mass[family] += (double)score[script->labels[i]];
    }
    int family = t->labels[best].family;
    struct winner won = {.label = best,
                         .mass = family == FAMILIES_NONE ? (double)score[best] : mass[family],
                         .group = ""};
    for (int f = 0; f < families_count(); f++)
        if (mass[f] > won.mass) won.mass = mass[family = f];
    if (family == FAMILIES_NONE) return won;
    if (t->labels[best].family != family) won.label = best_of_family(t, script, score, family);
    if ((double)score[won.label] < FAMILIES_SHARE * won.mass) won.group = families_name(family);
    return won;
}

static void answer_embedded(const struct langtag *t, struct langtag_scratch *s, const char *text,
                            size_t len, struct langtag_answer *answer) {
    struct sample_piece pieces[SAMPLE_PIECES];
    size_t count = sample_pieces(text, len, t->sample_bytes, pieces);
    memset(&s->letters, 0, sizeof s->letters);
    for (size_t i = 0; i < count; i++)
        letters_count(&t->scripts, text + pieces[i].at, pieces[i].len, &s->letters);
    int script = main_script(t, &s->letters);
    if (is_zxx(t, &s->letters, script)) {
        answer_one(answer, "zxx", "Zxxx", 1);
        return;
    }
    const struct script *choices = &t->by_script[script];
    if (choices->count == 0) {
        answer_unknown(t, script, answer);
        return;
    }
    if (choices->all == 1) {
        const struct label *only = &t->labels[choices->labels[0]];
        answer_one(answer, only->language, only->script, 1);
        return;
    }
    s->stream.len = 0;
    for (size_t i = 0; i < count; i++)
        letters_write(&t->scripts, text + pieces[i].at, pieces[i].len, (uint32_t)script,
                      script == t->han, &s->stream);
    struct fasttext_answer best[LANGTAG_TOP_MAX];
    fasttext_read(t->model, &s->fasttext, s->stream.data, s->stream.len);
    const struct fasttext_among among = {.labels = choices->labels, .count = choices->count};
    size_t found = fasttext_choose(t->model, &s->fasttext, &among, t->top, best);
    if (found == 0) {
        answer_unknown(t, script, answer);
        return;
    }
    list_best(t, best, found, answer);
    struct winner won = winner(t, choices, s->fasttext.output, best[0].label);
    answer->language = t->labels[won.label].language;
    answer->script = t->labels[won.label].script;
    answer->score = s->fasttext.output[won.label];
    answer->group = won.group;
    apply_floor(t, won.mass, script_name(t, script), answer);
}

static void answer_exact(const struct langtag *t, struct langtag_scratch *s, const char *text,
                         size_t len, struct langtag_answer *answer) {
    struct fasttext_answer best[LANGTAG_TOP_MAX];
    fasttext_read(t->model, &s->fasttext, text, len);
    size_t found =
        fasttext_best(t->model, &s->fasttext, t->limited ? t->allowed : NULL, t->top, best);
    int script = -1;
    if (found == 0 || !t->labels[best[0].label].script[0] || (double)best[0].score < t->min_score) {
        memset(&s->letters, 0, sizeof s->letters);
        letters_count(&t->scripts, text, len, &s->letters);
        script = main_script(t, &s->letters);
    }
    if (found == 0) {
        answer_unknown(t, script, answer);
        return;
    }
    const struct label *label = &t->labels[best[0].label];
    list_best(t, best, found, answer);
    answer->language = label->language[0] ? label->language : label->name;
    answer->script = label->script[0] ? label->script : script_name(t, script);
    answer->score = best[0].score;
    apply_floor(t, (double)answer->score, script_name(t, script), answer);
}

void langtag_text(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                  struct langtag_answer *answer) {
    answer->group = "";
    answer->low = false;
    if (t->exact)
        answer_exact(t, s, text, len, answer);
    else
        answer_embedded(t, s, text, len, answer);
}

/* ---- members ---- */

static void set_list(struct langtag_scratch *s, struct sg_record *record,
                     const struct langtag_answer *answer, bool scores) {
    char number[SG_NUM_TEXT];
    s->json.len = 0;
    sg_buf_putc(&s->json, '[');
    for (size_t i = 0; i < answer->count; i++) {
        if (i) sg_buf_putc(&s->json, ',');
        if (scores)
            sg_buf_puts(&s->json, sg_num_float(answer->scores[i], number));
        else
            sg_json_quote(&s->json, answer->labels[i], strlen(answer->labels[i]));
    }
    sg_buf_putc(&s->json, ']');
    sg_record_set(record, scores ? "top_scores" : "top_langs", s->json.data, s->json.len);
}

bool langtag_record(const struct langtag *t, struct langtag_scratch *s, struct sg_record *record,
                    struct langtag_answer *answer) {
    size_t len = 0, lone = 0;
    char number[SG_NUM_TEXT];
    const char *text = sg_record_string(record, "text", &s->text, &len, &lone);
    if (!text) return false;
    langtag_text(t, s, text, len, answer);
    answer->lone_surrogates = lone;
    sg_num_float(answer->score, number);
    sg_record_set_string(record, "language", answer->language, strlen(answer->language));
    sg_record_set_string(record, "language_script", answer->script, strlen(answer->script));
    sg_record_set(record, "language_score", number, strlen(number));
    set_list(s, record, answer, false);
    set_list(s, record, answer, true);
    sg_record_set_string(record, "language_group", answer->group, strlen(answer->group));
    return true;
}
