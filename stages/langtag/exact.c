/* A fastText model's own answer: its labels, its probabilities, no step of ours (contract.md section 5). */
#include <string.h>

#include "ways.h"

static void list_best(const struct langtag *t, const struct fasttext_answer *best, size_t count,
                      struct langtag_answer *answer) {
    answer->count = count < t->top ? count : t->top;
    for (size_t i = 0; i < answer->count; i++) {
        answer->labels[i] = t->labels[best[i].label].name;
        answer->scores[i] = best[i].score;
    }
}

void answer_exact(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                  struct langtag_answer *answer) {
    struct fasttext_answer best[LANGTAG_TOP_MAX];
    fasttext_read(t->fasttext, &s->fasttext, text, len);
    size_t found =
        fasttext_best(t->fasttext, &s->fasttext, t->limited ? t->allowed : NULL, t->top, best);
    int script = -1;
    const struct label *label = found ? &t->labels[best[0].label] : NULL;
    if (!label || !label->script[0] || (double)best[0].score < label->min_score) {
        letters_none(&s->letters);
        letters_count(&t->scripts, text, len, &s->letters);
        script = main_script(t, &s->letters);
    }
    if (!label) {
        answer_unknown(t, script, answer);
        return;
    }
    list_best(t, best, found, answer);
    answer->language = label->language[0] ? label->language : label->name;
    answer->script = label->script[0] ? label->script : script_name(t, script);
    answer->score = best[0].score;
    apply_floor(label, (double)answer->score, script_name(t, script), answer);
}
