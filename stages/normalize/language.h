/*
 * language: rules that are right in some languages only.
 *
 * Shape   a rule is chosen for a whole document, from its language tag and its letters; then lines go by that rule.
 * Calls   language_rule_of once a document.
 * Owns    nothing.
 * Errors  none: a language without a rule has LANGUAGE_NONE.
 * Source  normalize.md section 7.
 */
#ifndef SANGAM_NORMALIZE_LANGUAGE_H
#define SANGAM_NORMALIZE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum language_rule {
    LANGUAGE_NONE,
    LANGUAGE_ROMANIAN,  /* comma below, not cedilla */
    LANGUAGE_TURKIC,    /* i without a second dot */
    LANGUAGE_PERSIAN,   /* Farsi yeh, keheh */
    LANGUAGE_URDU,      /* and heh goal */
    LANGUAGE_UZBEK,     /* the turned comma of o' g' */
    LANGUAGE_CAUCASIAN, /* palochka */
};

/* lang: ISO 639-3, NULL when unknown. gated: ask for a score (0.8; 0.95 for Persian and Urdu). The text is asked for letters
 * of Sindhi, Pashto, Uyghur and Kurdish, for which the rules of Persian and Urdu would be wrong. */
enum language_rule language_rule_of(const char *lang, double score, bool gated, const char *utf8,
                                    size_t len);

#endif
