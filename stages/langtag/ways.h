/*
 * ways: what the two ways of identifying have in common: the embedded engine's, script by script, and fastText's own.
 *
 * Shape   struct langtag as langtag.c makes it. Labels are numbered as the model has them.
 * Calls   langtag.c calls answer_sparse or answer_exact for a text.
 * Owns    nothing but what langtag.c frees.
 * Errors  none: every text has an answer.
 */
#ifndef SANGAM_LANGTAG_WAYS_H
#define SANGAM_LANGTAG_WAYS_H

#include "families.h"
#include "langtag.h"
#include "prior_field.h"
#include "sample.h"
#include "script.h"
#include "sparse.h"

struct label {
    const char *name; /* as the model has it, without __label__ */
    char language[4]; /* "" when the name tells no language: then the name itself is given */
    char script[5];   /* "" when it tells no script: then it is the text's */
    int family;
    double min_score; /* und below it: its own threshold, or everybody's */
};

struct langtag {
    struct fasttext *fasttext; /* one of these two */
    struct sparse_model *sparse;
    struct script_table scripts;
    struct label *labels;
    size_t label_count;
    bool *allowed; /* by label */
    bool limited;
    float **
        bias; /* sparse: by group, as sparse_read wants them: with priors, -INFINITY when not allowed */
    int by_script[SCRIPT_MAX]; /* sparse: the group, -1: none */
    int latin, han, hangul;
    int sparse_zxx; /* the label of what is no language; -1: the model has none */
    uint64_t sample_bytes;
    size_t top;
    bool spans;
    const char *prior_field; /* the member, NULL: none */
};

struct langtag_scratch {
    struct fasttext_scratch fasttext;
    struct sparse_scratch sparse;
    struct letters letters;
    struct letters_stream stream;
    struct sg_buf text, json;
    struct spans *spans; /* made when first asked for */
    struct prior_field prior_field;
};

/* What a text, or a piece of it, says to the embedded engine. */
enum reading_kind { READING_ZXX, READING_UNKNOWN, READING_CERTAIN, READING_ASKED };
struct reading {
    enum reading_kind kind;
    int script;                       /* -1: none */
    const struct sparse_group *group; /* CERTAIN, ASKED */
    const float *bias;
};
/* ASKED: sparse_choose was called. Letters are counted in s->letters. */
struct reading answer_read(const struct langtag *t, struct langtag_scratch *s, const char *text,
                           const struct sample_piece *pieces, size_t count);
/* How to calibrate what was read. */
struct langtag_evidence answer_evidence(const struct reading *reading,
                                        const struct sparse_scratch *s);

/* answer->group and ->low are set before. */
void answer_sparse(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                   struct langtag_answer *answer);
void answer_exact(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                  struct langtag_answer *answer);

/* The script with most letters, the first of equals; -1: none. */
int main_script(const struct langtag *t, const struct letters *n);
const char *script_name(const struct langtag *t, int script); /* Zyyy for -1 */
void answer_one(struct langtag_answer *answer, const char *language, const char *script,
                float score);
void answer_unknown(const struct langtag *t, int script, struct langtag_answer *answer);
void apply_floor(const struct label *label, double score, const char *text_script,
                 struct langtag_answer *answer);

#endif
