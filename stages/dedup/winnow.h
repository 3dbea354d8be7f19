/*
 * winnow: places of a text at which equal stretches of two texts are sure to meet.
 *
 * Shape   text -> anchors (key, byte offset). The text is a row of units: a code point is one unit, one of Han, Hiragana or
 *         Katakana two. Every k = L/2 units have a hash; of each w = L - k + 1 neighbouring ones the least is an anchor. Two
 *         stretches of L equal units have the same w hashes, so both hold an anchor of that key. Where the least hash
 *         occurs more than once, the anchor that is there already counts, so that runs of one character give few.
 * Units   length L in units; offsets in bytes, at most 4 GiB.
 * Calls   dedup_winnow_init once; dedup_winnow_text per text with a scratch of its own; the others at any time.
 * Owns    struct dedup_winnow owns its rings; free accepts {0}.
 * Errors  none. Text is valid UTF-8.
 * Source  Schleimer, Wilkerson, Aiken 2003 (winnowing; robust winnowing, section 4.1); dedup.md section 11.
 *
 * Example L = 100: "नमस्ते" are 6 units, "東京OK" are 6: 東 and 京 two each.
 */
#ifndef SANGAM_DEDUP_WINNOW_H
#define SANGAM_DEDUP_WINNOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define DEDUP_LENGTH_LEAST 20
#define DEDUP_LENGTH_MOST 10000 /* a context then fits 64 KiB */

struct dedup_length {
    unsigned units;  /* L: repeats of so many are found */
    unsigned gram;   /* k */
    unsigned window; /* w */
    uint64_t out;    /* what takes the oldest unit of a gram out of its hash */
};

struct dedup_anchor {
    uint64_t key;
    uint32_t at;
};

struct dedup_winnow {
    uint64_t *units, *grams; /* rings of the last gram units and window hashes */
    uint32_t *unit_at, *gram_at;
    unsigned unit_mask, gram_mask;
};

/* units from DEDUP_LENGTH_LEAST to DEDUP_LENGTH_MOST. */
void dedup_length_init(struct dedup_length *length, unsigned units);

/* Append the anchors of a text, by offset, as struct dedup_anchor. The seed goes into the keys. */
void dedup_winnow_text(struct dedup_winnow *winnow, const struct dedup_length *length, const char *text, size_t len,
                       uint64_t seed, struct sg_buf *anchors);
void dedup_winnow_free(struct dedup_winnow *winnow);

unsigned dedup_units_of(uint32_t c);
/* Units of a text, counted until there are `most`. */
uint64_t dedup_units_count(const char *text, size_t len, uint64_t most);
/* The offset at least `units` before or behind the one given, or the end of the text. */
size_t dedup_units_back(const char *text, size_t at, unsigned units);
size_t dedup_units_ahead(const char *text, size_t len, size_t at, unsigned units);

/* All that stretches of L units with this anchor may cover: [*begin, *end). */
void dedup_anchor_reach(const struct dedup_length *length, const char *text, size_t len, size_t at, size_t reach[2]);

#endif
