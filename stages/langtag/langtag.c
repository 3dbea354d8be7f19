/*
 * The embedded engine, for one text:
 *
 *   1 sample    pieces of a long text (sample.c)
 *   2 count     letters by script, symbols, tokens (letters.c)
 *   3 zxx?      no letters, hardly any letters, or program text: zxx_Zxxx, score 1
 *   4 script    the one with most letters. One label in that script: that is the answer, score 1. None: und
 *   5 write     the letters of that script as the model knows them (letters.c)
 *   6 choose    softmax among the labels of the script (sparse.c), with their priors
 *   7 family    sisters compete together; if the best shares its family's probability with a sister, name the family too
 *   8 calibrate what such a probability was worth on development text
 *   9 floor     und when the best, its family counted with it, is below its threshold or --min-score
 *
 * Example: U+0915 U+093E U+092E (kam, "work") and "bob" have three letters and marks each of Deva and Latn; the first
 * script in the table's order, which is that of code points, is Latn. One letter more and the labels of Deva compete.
 *
 * With a fastText model of the user's only 6 is done, by fastText's own rules on the whole text (exact.c), and its labels are
 * taken apart.
 *
 * Memory: the model's tables (9 MB for the embedded one), and per thread a little more than the longest text that was read
 * whole.
 */
#include "langtag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "iso639.h"
#include "run/opts.h"
#include "spans.h"
#include "text/utf8.h"
#include "ways.h"

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

/* "hin_Deva" is that label, "hin" all labels of the language. */
static bool named(const struct label *label, const char *wish) {
    return strcmp(wish, label->name) == 0 ||
           (label->language[0] && strcmp(wish, label->language) == 0);
}

static enum sg_code unknown_label(const struct langtag *t, const char *wish, struct sg_err *err) {
    size_t count = t->label_count;
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
    size_t count = t->label_count;
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

static const char *label_name(const struct langtag *t, size_t i) {
    return t->sparse ? t->sparse->labels[i].name : fasttext_label(t->fasttext, i);
}

static enum sg_code read_labels(struct langtag *t, double min_score, struct sg_err *err) {
    t->label_count = t->sparse ? t->sparse->label_count : fasttext_labels(t->fasttext);
    t->labels = sg_zalloc(t->label_count, sizeof *t->labels);
    t->allowed = sg_zalloc(t->label_count, sizeof *t->allowed);
    for (size_t i = 0; i < t->label_count; i++) {
        struct label *label = &t->labels[i];
        label->name = label_name(t, i);
        if (sg_utf8_valid(label->name, strlen(label->name)) != strlen(label->name))
            return sg_err_set(err, SG_DATA, "label %zu of the model is not UTF-8", i + 1);
        take_apart(label);
        label->family = families_of(label->name);
        label->min_score = min_score;
    }
    return SG_OK;
}

/* ---- groups and priors ---- */

static void find_groups(struct langtag *t) {
    for (size_t i = 0; i < SCRIPT_MAX; i++) t->by_script[i] = -1;
    for (size_t g = 0; g < t->sparse->group_count; g++) {
        int number = script_number(&t->scripts, t->sparse->groups[g].script);
        if (number >= 0) t->by_script[number] = (int)g;
    }
}

static void set_biases(struct langtag *t, const float *priors) {
    t->bias = sg_zalloc(t->sparse->group_count, sizeof *t->bias);
    for (size_t g = 0; g < t->sparse->group_count; g++) {
        const struct sparse_group *group = &t->sparse->groups[g];
        t->bias[g] = sparse_biases(group);
        for (size_t l = 0; l < group->count; l++) {
            uint32_t label = group->labels[l];
            t->bias[g][l] += priors ? priors[label] : t->sparse->labels[label].prior;
            if (!t->allowed[label]) t->bias[g][l] = -INFINITY;
        }
    }
}

/* ---- files of the user's: a number for each of some labels ---- */

struct numbers {
    const char *what; /* they are */
    double least, most;
    void (*set)(void *to, size_t label, double value);
    void *to;
};

/* A line is a label, white space and a number; # begins a comment. */
static enum sg_code parse_line(const struct langtag *t, char *line, const struct numbers *numbers,
                               struct sg_err *err) {
    double value;
    line[strcspn(line, "#")] = 0;
    char *name = strtok_r(line, " \t\r", &line), *number = strtok_r(NULL, " \t\r", &line);
    if (!name) return SG_OK;
    if (!number || strtok_r(NULL, " \t\r", &line) || !sg_num_parse_double(number, &value) ||
        !(value >= numbers->least && value <= numbers->most))
        return sg_err_set(err, SG_USAGE,
                          "a line of %s is a label and a number from %g to %g, not '%.40s'",
                          numbers->what, numbers->least, numbers->most, name);
    for (size_t i = 0; i < t->label_count; i++) {
        if (strcmp(t->labels[i].name, name) != 0) continue;
        numbers->set(numbers->to, i, value);
        return SG_OK;
    }
    return unknown_label(t, name, err);
}

static enum sg_code parse_numbers(const struct langtag *t, const char *text,
                                  const struct numbers *numbers, struct sg_err *err) {
    char *copy = sg_strdup(text), *rest = copy;
    enum sg_code code = SG_OK;
    for (char *line; code == SG_OK && (line = strsep(&rest, "\n"));)
        code = parse_line(t, line, numbers, err);
    free(copy);
    return code;
}

static void set_prior(void *to, size_t label, double value) {
    ((float *)to)[label] = (float)value;
}

enum sg_code langtag_priors(const struct langtag *t, const char *text, float *priors,
                            struct sg_err *err) {
    const struct numbers numbers = {"priors", -20, 20, set_prior, priors};
    return parse_numbers(t, text, &numbers, err);
}

static void set_threshold(void *to, size_t label, double value) {
    ((struct label *)to)[label].min_score = value;
}

static enum sg_code set_thresholds(struct langtag *t, const char *text, struct sg_err *err) {
    const struct numbers numbers = {"thresholds", 0, 1, set_threshold, t->labels};
    return parse_numbers(t, text, &numbers, err);
}

/* ---- life ---- */

static enum sg_code load_model(struct langtag *t, const struct langtag_settings *settings,
                               struct sg_err *err) {
    if (sparse_is_model(settings->model, settings->model_len))
        return sparse_load(&t->sparse, settings->model, settings->model_len, err);
    return fasttext_load(&t->fasttext, settings->model, settings->model_len, err);
}

static enum sg_code set_up(struct langtag *t, const struct langtag_settings *settings,
                           struct sg_err *err) {
    enum sg_code code = load_model(t, settings, err);
    if (code == SG_OK) code = read_labels(t, settings->min_score, err);
    if (code == SG_OK) code = limit(t, settings, err);
    if (code == SG_OK && settings->thresholds) code = set_thresholds(t, settings->thresholds, err);
    if (code == SG_OK && t->spans && !t->sparse)
        return sg_err_set(err, SG_USAGE, "--spans does not go with a fastText model");
    if (code == SG_OK && t->prior_field && !t->sparse)
        return sg_err_set(err, SG_USAGE, "--prior does not go with a fastText model");
    if (code != SG_OK || !t->sparse) return code;
    t->sparse_zxx = -1;
    for (size_t i = 0; i < t->label_count; i++)
        if (strcmp(t->labels[i].name, "zxx_Zxxx") == 0) t->sparse_zxx = (int)i;
    float *priors = settings->priors ? sg_zalloc(t->label_count, sizeof *priors) : NULL;
    if (priors) code = langtag_priors(t, settings->priors, priors, err);
    find_groups(t);
    set_biases(t, priors);
    free(priors);
    return code;
}

enum sg_code langtag_new(struct langtag **out, const struct langtag_settings *settings,
                         struct sg_err *err) {
    struct langtag *t = sg_zalloc(1, sizeof *t);
    t->sample_bytes = settings->sample_bytes;
    t->spans = settings->spans;
    t->prior_field = settings->prior_field;
    t->top = settings->top < LANGTAG_TOP_MAX ? settings->top : LANGTAG_TOP_MAX;
    script_init(&t->scripts);
    t->latin = script_number(&t->scripts, "Latn");
    t->han = script_number(&t->scripts, "Hani");
    t->hangul = script_number(&t->scripts, "Hang");
    enum sg_code code = set_up(t, settings, err);
    if (code == SG_OK)
        *out = t;
    else
        langtag_free(t);
    return code;
}

void langtag_free(struct langtag *t) {
    if (!t) return;
    for (size_t g = 0; t->bias && g < t->sparse->group_count; g++) free(t->bias[g]);
    free(t->bias);
    free(t->labels);
    free(t->allowed);
    script_free(&t->scripts);
    fasttext_free(t->fasttext);
    sparse_free(t->sparse);
    free(t);
}

uint64_t langtag_bytes(const struct langtag *t) {
    return t->sparse ? sparse_bytes(t->sparse) : fasttext_bytes(t->fasttext);
}

struct langtag_scratch *langtag_scratch_new(void) {
    return sg_zalloc(1, sizeof(struct langtag_scratch));
}

void langtag_scratch_free(struct langtag_scratch *s) {
    if (!s) return;
    fasttext_scratch_free(&s->fasttext);
    sparse_scratch_free(&s->sparse);
    letters_free(&s->stream);
    spans_free(s->spans);
    prior_field_free(&s->prior_field);
    sg_buf_free(&s->text);
    sg_buf_free(&s->json);
    free(s);
}

void langtag_text(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                  struct langtag_answer *answer) {
    answer->group = "";
    answer->low = false;
    answer->evidence = (struct langtag_evidence){0};
    if (t->sparse)
        answer_sparse(t, s, text, len, answer);
    else
        answer_exact(t, s, text, len, answer);
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

enum span_member { SPAN_START, SPAN_END, SPAN_LANG };

static void set_spans(const struct langtag *t, struct langtag_scratch *s, struct sg_record *record,
                      enum span_member member) {
    static const char *const names[] = {"span_starts", "span_ends", "span_langs"};
    s->json.len = 0;
    sg_buf_putc(&s->json, '[');
    for (size_t i = 0; i < s->spans->count; i++) {
        const struct span *span = &s->spans->list[i];
        char label[SPANS_NAME] = {0};
        if (i) sg_buf_putc(&s->json, ',');
        spans_label(t, span->label, label);
        if (member == SPAN_LANG)
            sg_json_quote(&s->json, label, strlen(label));
        else
            sg_buf_printf(&s->json, "%zu", member == SPAN_START ? span->start : span->end);
    }
    sg_buf_putc(&s->json, ']');
    sg_record_set(record, names[member], s->json.data, s->json.len);
}

static void add_spans(const struct langtag *t, struct langtag_scratch *s, struct sg_record *record,
                      const char *text, size_t len) {
    if (!s->spans) s->spans = spans_new();
    spans_find(t, s, text, len, s->spans);
    for (enum span_member m = SPAN_START; m <= SPAN_LANG; m++) set_spans(t, s, record, m);
    const char *mixed = s->spans->mixed ? "true" : "false";
    sg_record_set(record, "mixed", mixed, strlen(mixed));
}

bool langtag_record(const struct langtag *t, struct langtag_scratch *s, struct sg_record *record,
                    struct langtag_answer *answer) {
    size_t len = 0, lone = 0;
    char number[SG_NUM_TEXT];
    const char *text = sg_record_string(record, "text", &s->text, &len, &lone);
    if (!text) return false;
    answer->unknown_prior = t->prior_field && !prior_field_read(t, s, record);
    langtag_text(t, s, text, len, answer);
    answer->lone_surrogates = lone;
    sg_num_float(answer->score, number);
    sg_record_set_string(record, "language", answer->language, strlen(answer->language));
    sg_record_set_string(record, "language_script", answer->script, strlen(answer->script));
    sg_record_set(record, "language_score", number, strlen(number));
    set_list(s, record, answer, false);
    set_list(s, record, answer, true);
    sg_record_set_string(record, "language_group", answer->group, strlen(answer->group));
    if (t->spans) add_spans(t, s, record, text, len);
    prior_field_forget(s);
    return true;
}
