/*
 * The hash of a gram is a polynomial modulo 2^64 of its code points, moved on by one unit with two products; mixed it is the
 * order in which the least is looked for, and mixed again the key (least values all begin with zeros, keys do not).
 *
 *     units   a b c d e f g h     L = 5, k = 2, w = 4
 *     grams   7 3 9 4 8 1 6       the least of 7 3 9 4, then of 3 9 4 8, then of 9 4 8 1 ...
 *     anchors   3       1         3 stays the least for two windows: one anchor
 *
 * Memory: two rings. Threads: none shared.
 */
#include "winnow.h"

#include <stdlib.h>

#include "text/utf8.h"

#define BASE 0xd6e8feb86659fd93u

void dedup_length_init(struct dedup_length *length, unsigned units) {
    *length = (struct dedup_length){.units = units, .gram = units / 2, .out = 1};
    length->window = units - length->gram + 1;
    for (unsigned i = 0; i < length->gram; i++) length->out *= BASE;
}

/* By blocks, so that punctuation of these scripts counts once: U+3001 is one unit, U+6F22 and U+30C6 are two. */
unsigned dedup_units_of(uint32_t c) {
    if (c < 0x2E80) return 1;
    if (c >= 0x3400 && c <= 0x9FFF) return c >= 0x4DC0 && c <= 0x4DFF ? 1 : 2;
    if (c < 0x3400)
        return (c <= 0x2FDF || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3021 && c <= 0x3029) ||
                (c >= 0x3041 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF))
                   ? 2
                   : 1;
    return (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF66 && c <= 0xFF9F) || (c >= 0x1AFF0 && c <= 0x1B16F) ||
                   (c >= 0x20000 && c <= 0x3FFFF)
               ? 2
               : 1;
}

static uint64_t mix(uint64_t x) {
    x ^= x >> 32;
    x *= 0xe9846af9b1a615dU;
    x ^= x >> 32;
    x *= 0x9e3779b97f4a7c15U;
    return x ^ x >> 29;
}

static unsigned ring_mask(unsigned least) {
    unsigned size = 1;
    while (size <= least) size *= 2;
    return size - 1;
}

static void make_rings(struct dedup_winnow *winnow, const struct dedup_length *length) {
    if (winnow->units) return;
    winnow->unit_mask = ring_mask(length->gram);
    winnow->gram_mask = ring_mask(length->window);
    winnow->units = sg_zalloc(winnow->unit_mask + 1, sizeof *winnow->units);
    winnow->unit_at = sg_zalloc(winnow->unit_mask + 1, sizeof *winnow->unit_at);
    winnow->grams = sg_zalloc(winnow->gram_mask + 1, sizeof *winnow->grams);
    winnow->gram_at = sg_zalloc(winnow->gram_mask + 1, sizeof *winnow->gram_at);
}

void dedup_winnow_free(struct dedup_winnow *winnow) {
    free(winnow->units);
    free(winnow->unit_at);
    free(winnow->grams);
    free(winnow->gram_at);
    *winnow = (struct dedup_winnow){0};
}

/* One text on its way: units and grams seen, and the least gram of the last window. */
struct walk {
    const struct dedup_winnow *winnow;
    const struct dedup_length *length;
    struct sg_buf *anchors;
    uint64_t seed, hash, units, grams, least, least_number;
};

static void put_anchor(struct walk *walk) {
    struct dedup_anchor *anchor = (void *)sg_buf_room(walk->anchors, sizeof *anchor);
    *anchor = (struct dedup_anchor){.key = mix(walk->least ^ walk->seed),
                                    .at = walk->winnow->gram_at[walk->least_number & walk->winnow->gram_mask]};
    walk->anchors->len += sizeof *anchor;
}

/* The least of the window that ends with gram `last`; of equal ones the rightmost, which stays longest. */
static void look_again(struct walk *walk, uint64_t last) {
    const struct dedup_winnow *winnow = walk->winnow;
    walk->least = UINT64_MAX;
    for (uint64_t i = last + 1 - walk->length->window; i <= last; i++) {
        uint64_t value = winnow->grams[i & winnow->gram_mask];
        if (value > walk->least) continue;
        walk->least = value;
        walk->least_number = i;
    }
}

static inline void take_gram(struct walk *walk, uint64_t value, uint32_t at) {
    const struct dedup_winnow *winnow = walk->winnow;
    uint64_t number = walk->grams++;
    unsigned window = walk->length->window;
    winnow->grams[number & winnow->gram_mask] = value;
    winnow->gram_at[number & winnow->gram_mask] = at;
    if (number + 1 < window) return;
    if (number + 1 == window || walk->least_number + window <= number) {
        look_again(walk, number);
        put_anchor(walk);
    } else if (value < walk->least) {
        walk->least = value;
        walk->least_number = number;
        put_anchor(walk);
    }
}

static inline void take_unit(struct walk *walk, uint64_t value, uint32_t at) {
    const struct dedup_winnow *winnow = walk->winnow;
    unsigned gram = walk->length->gram;
    uint64_t number = walk->units++;
    walk->hash = walk->hash * BASE + value;
    if (number >= gram) walk->hash -= winnow->units[(number - gram) & winnow->unit_mask] * walk->length->out;
    winnow->units[number & winnow->unit_mask] = value;
    winnow->unit_at[number & winnow->unit_mask] = at;
    if (number + 1 >= gram)
        take_gram(walk, mix(walk->hash), winnow->unit_at[(number + 1 - gram) & winnow->unit_mask]);
}

void dedup_winnow_text(struct dedup_winnow *winnow, const struct dedup_length *length, const char *text, size_t len,
                       uint64_t seed, struct sg_buf *anchors) {
    make_rings(winnow, length);
    struct walk walk = {.winnow = winnow, .length = length, .anchors = anchors, .seed = seed};
    if (len > UINT32_MAX) len = 0;
    for (const char *at = text, *end = text + len; at < end;) {
        uint32_t offset = (uint32_t)(at - text), c = sg_utf8_next(&at);
        take_unit(&walk, c + 1u, offset);
        if (dedup_units_of(c) == 2) take_unit(&walk, c + 1u, offset);
    }
}

/* ---- distances ---- */

uint64_t dedup_units_count(const char *text, size_t len, uint64_t most) {
    uint64_t units = 0;
    for (const char *at = text, *end = text + len; at < end && units < most;) units += dedup_units_of(sg_utf8_next(&at));
    return units;
}

size_t dedup_units_ahead(const char *text, size_t len, size_t at, unsigned units) {
    const char *here = text + at;
    for (unsigned seen = 0; seen < units && here < text + len;) seen += dedup_units_of(sg_utf8_next(&here));
    return (size_t)(here - text);
}

size_t dedup_units_back(const char *text, size_t at, unsigned units) {
    for (unsigned seen = 0; seen < units && at > 0;) {
        do at--;
        while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80);
        const char *here = text + at;
        seen += dedup_units_of(sg_utf8_next(&here));
    }
    return at;
}

/* A gram may begin with the second unit of the code point at its offset: one more unit behind. */
void dedup_anchor_reach(const struct dedup_length *length, const char *text, size_t len, size_t at, size_t reach[2]) {
    reach[0] = dedup_units_back(text, at, length->window - 1);
    reach[1] = dedup_units_ahead(text, len, at, length->units + 1);
}
