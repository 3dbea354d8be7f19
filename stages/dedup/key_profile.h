/*
 * key_profile: a whole text in the form that a recipe hashes; stored text is never altered.
 *
 * Shape   valid UTF-8 -> key text. Profiles:
 *           shingle     the tokens of keytext.h as text: folded, ignorable code points left out, separators as one space
 *           fineweb     lower case; numbers are 0; punctuation and controls are spaces; white space collapsed; NFD less Mn
 *           ccnet       no white space at the ends; lower case; every digit 0; some punctuation and controls deleted
 *           slimpajama  lower case; ASCII punctuation deleted; white space collapsed
 *           rpv2        as slimpajama, then NFD
 *           raw         as it is
 * Units   bytes.
 * Calls   dedup_key_text, from any thread with its own buffers.
 * Owns    nothing.
 * Errors  none: every valid UTF-8 text has a key text.
 * Source  datatrove 0.10.1 utils/text.py simplify_text; cc_net text_normalizer.py normalize_for_dedup; Cerebras modelzoo
 *         slimpajama to_minhash.py get_features; RedPajama-Data v2 normalization.py. FORMAT.md section 1 has the lists.
 *
 * What differs from the recipes: their lower case writes U+03C2 for a capital sigma that ends a word, ours always U+03C3; and
 * properties are those of Unicode 15.0.0, theirs those of the Python that ran them.
 *
 * Example "Árbol: 3.14 €"  shingle "árbol 3 14"   fineweb "arbol 0 €"   ccnet "árbol: 0.00 €"   slimpajama "árbol 314 €"
 */
#ifndef SANGAM_DEDUP_KEY_PROFILE_H
#define SANGAM_DEDUP_KEY_PROFILE_H

#include <stddef.h>

#include "base/buf.h"

enum dedup_profile {
    DEDUP_SHINGLE,
    DEDUP_FINEWEB,
    DEDUP_CCNET,
    DEDUP_SLIMPAJAMA,
    DEDUP_RPV2,
    DEDUP_RAW,
};

/* Appended to out; scratch is overwritten. */
void dedup_key_text(enum dedup_profile profile, const char *text, size_t len, struct sg_buf *scratch,
                    struct sg_buf *out);

#endif
