/*
 * units: the parts of a text that the modes para and line compare, and what a cut takes with it.
 *
 * Shape   text -> units, in order. line: the lines between U+000A that are not blank, without a CR before the U+000A.
 *         para: the runs of such lines. Blank is what has nothing but White_Space: blank lines are separators, never units.
 *         U+0085, U+2028 and U+2029 part nothing.
 * Units   bytes of the text, half open; min_chars and min_left: code points.
 * Calls   dedup_units_start, dedup_units_next until false; dedup_unit_key for each. dedup_units_spans when the cuts are known.
 * Owns    nothing; text is borrowed.
 * Errors  none: every text has units, perhaps none.
 * Source  dedup.md sections 1, 2, 6.
 *
 * Example "Home | Login\r\n\r\nText.\nMore.\n"   line: "Home | Login" "Text." "More."    para: "Home | Login" "Text.\nMore."
 */
#ifndef SANGAM_DEDUP_UNITS_H
#define SANGAM_DEDUP_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "key_profile.h"

struct dedup_scratch;

enum dedup_unit { DEDUP_UNIT_NONE, DEDUP_UNIT_PARA, DEDUP_UNIT_LINE, DEDUP_UNIT_SPAN }; /* none: documents are compared */

/* "para", "line", "substr": the mode and the reason in ledgers. */
const char *dedup_unit_name_of(enum dedup_unit unit);

struct dedup_unit_rule {
    enum dedup_unit unit;
    enum dedup_profile profile; /* what of a unit is compared; shingle: its light form (keytext.h), or with raw_key all of it */
    bool raw_key;
    bool keep_none;     /* all copies go; else the first one in survivor order stays */
    uint64_t min_count; /* units with fewer copies stay */
    uint64_t min_chars; /* shorter units stay */
    uint64_t min_left;  /* a document with less left goes as a whole */
    bool mark;          /* texts stay, only the ledger says what repeats */
};

struct dedup_units {
    const char *text;
    size_t len, at;
    enum dedup_unit unit;
};

void dedup_units_start(struct dedup_units *units, enum dedup_unit unit, const char *text, size_t len);
bool dedup_units_next(struct dedup_units *units, size_t *begin, size_t *end);

/* One unit, as its key is made from it. */
struct dedup_unit_text {
    const char *at;
    size_t len;
    bool is_nfc;    /* the text it stands in is in NFC */
    uint64_t scope; /* units of different scopes have different keys */
};

/* The key, of which 96 bits count: lo and the low half of hi. False when the unit has fewer than min_chars code points
 * between its first and its last one that is no White_Space, in NFC, so that all copies of a light form are long enough or
 * none; and when the profile leaves nothing of it, for "***" and "---" are no copies of each other. */
bool dedup_unit_key(const struct dedup_unit_rule *rule, struct dedup_scratch *scratch, const struct dedup_unit_text *unit,
                    struct sg_hash128 *key);

/* A unit that goes, which becomes the span that is cut for it. */
struct dedup_unit_cut {
    size_t begin, end;
    uint64_t survivor;
};

/*
 * From units to spans: of the separators between two units that stay, the one with the most U+000A stays (the first of
 * equal ones), so that no separator is doubled and no paragraphs run together. What stands before the first unit and behind
 * the last one stays.
 *
 *     "A\nB\n\nC\n" less B   ->   "A" "\n\n" "C\n"  ("\nB" is cut)      less C   ->   "A\nB\n"  ("\n\nC" is cut)
 *
 * False when a cut is no unit of this text.
 */
bool dedup_units_spans(struct dedup_units *units, struct dedup_unit_cut *cuts, size_t count);

/* Code points between the first and the last one that is no White_Space. */
uint64_t dedup_units_chars(const char *text, size_t len);

#endif
