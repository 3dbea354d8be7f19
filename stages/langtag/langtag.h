/*
 * langtag: which language and script a text is in.
 *
 * Shape   an identifier made once from settings and a model, read-only afterwards and shared by threads; a scratch per
 *         thread; an answer per text. Two ways: a model of sangam's own with langtag.md's steps around it (script first, zxx
 *         rules, sampling, families, calibration, floor), or any fastText model exactly as fastText answers.
 * Units   text in bytes of valid UTF-8; scores are probabilities as float32.
 * Calls   langtag_new; langtag_scratch_new per thread; langtag_text or langtag_record per text.
 * Owns    the identifier borrows the model's bytes. Strings of an answer belong to the identifier or to the answer itself.
 * Errors  SG_DATA for a damaged model, SG_USAGE for labels that it does not have.
 * Source  langtag.md sections 1, 5, 6 and 9; contract.md sections 3 and 5.
 */
#ifndef SANGAM_LANGTAG_H
#define SANGAM_LANGTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fasttext.h"
#include "letters.h"
#include "text/record.h"

#define LANGTAG_TOP_MAX 100
#define LANGTAG_FLOOR 0.35    /* below this the embedded engine says und */
#define LANGTAG_SAMPLE_MIN 64 /* bytes */

struct langtag_settings {
    const void *
        model; /* bytes of a model: sangam's own, or fastText's, which is asked without our steps */
    size_t model_len;
    const char *priors; /* lines of label and number, in place of the model's own; NULL: these */
    const char *prior_field; /* a member of records that names their language roughly; NULL: none */
    const char *const *labels; /* only these: "hin_Deva", or "hin" for all its scripts; NULL: all */
    size_t label_count;
    double min_score; /* 0: none */
    const char
        *thresholds; /* lines of label and score, in place of min_score for these; NULL: none */
    uint64_t sample_bytes; /* 0: all of the text */
    size_t top;
    bool
        spans; /* langtag_record tells which part is in which language; not with a fastText model */
};

struct langtag;
struct langtag_scratch;

/* What a score was made from. */
struct langtag_evidence {
    bool asked;          /* the script alone did not decide */
    float label, family; /* probabilities before calibration */
    uint8_t map_class, map_bin;
};

struct langtag_answer {
    const char *language; /* ISO 639-3, und, zxx, or (exact) any label */
    const char *script;   /* ISO 15924 */
    const char *group;    /* "" when none */
    float score;
    bool low;     /* scored less than min_score, family and all; or nothing is known of the text */
    size_t count; /* at least 1 */
    const char *labels[LANGTAG_TOP_MAX];
    float scores[LANGTAG_TOP_MAX];
    char own_label[16]; /* und_Deva */
    struct langtag_evidence evidence;
    size_t lone_surrogates; /* langtag_record: in the text, read as U+FFFD */
    bool unknown_prior;     /* langtag_record: prior_field names no label of the model */
};

enum sg_code langtag_new(struct langtag **out, const struct langtag_settings *settings,
                         struct sg_err *err) SG_MUST_CHECK;
void langtag_free(struct langtag *langtag);
uint64_t langtag_bytes(const struct langtag *langtag);
/* Read such lines: priors has a number for each label of the model, and those that are named are set. */
enum sg_code langtag_priors(const struct langtag *langtag, const char *text, float *priors,
                            struct sg_err *err) SG_MUST_CHECK;

struct langtag_scratch *langtag_scratch_new(void);
void langtag_scratch_free(struct langtag_scratch *scratch);

void langtag_text(const struct langtag *langtag, struct langtag_scratch *scratch, const char *text,
                  size_t len, struct langtag_answer *answer);

/* Tag a record: sets the members of contract.md section 3. false: its text is missing or no string. */
bool langtag_record(const struct langtag *langtag, struct langtag_scratch *scratch,
                    struct sg_record *record, struct langtag_answer *answer);

/* The model in the program itself. */
extern const unsigned char langtag_embedded[], langtag_embedded_end[];

#endif
