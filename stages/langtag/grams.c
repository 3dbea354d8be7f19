/*
 * A hash is a sum of products, one for each character, and then a mix: positions do not depend on each other, so the
 * processor works on several at once.
 *
 * Example, Latin with 16 and 20 bits: the stream _cat_0_o'clock_ has the 3-gram _ca in bucket 20790 (0x56D28742 before, and
 * 0x5136F460 after the mix), and as its first high feature the 5-gram _cat_ in bucket 65536 + 1045101. A word of three letters
 * is such a 5-gram, so words are hashed only when they have two letters, or four and more.
 */
#include "grams.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define C0 0x9E3779B1u
#define C1 0x85EBCA77u
#define C2 0xC2B2AE3Du
#define C3 0x27D4EB2Fu
#define C4 0x165667B1u
#define FIVE 0x1234567u /* so that 5-grams are another hash than what they begin with */
#define ONE 7u
#define WORD 0x51ED270Bu

static inline uint32_t mix(uint32_t h) {
    h ^= h >> 15;
    h *= 0x2C1B3C6Du;
    h ^= h >> 13;
    return h * 0x297A2D39u;
}

static inline uint32_t three(const uint16_t *s) {
    return s[0] * C0 + s[1] * C1 + s[2] * C2;
}

/* At most one low feature a unit (Han: two), and one 5-gram and one word. */
static void make_room(struct grams *grams, size_t len) {
    size_t need = 4 * len + 4;
    if (need <= grams->cap) return;
    grams->cap = need + need / 2;
    grams->buckets = sg_realloc(grams->buckets, grams->cap * sizeof *grams->buckets);
}

static void find_han(const struct grams_shape *shape, const uint16_t *s, size_t len,
                     struct grams *out) {
    unsigned low = 32 - shape->low_bits, high = 32 - shape->high_bits;
    uint32_t first_high = 1u << shape->low_bits, *at = out->buckets;
    for (size_t i = 1; i + 1 < len; i++) {
        if (s[i] == ' ') continue;
        *at++ = mix(s[i] * C0 + ONE) >> low;
        if (s[i + 1] != ' ') *at++ = mix(s[i] * C0 + s[i + 1] * C1) >> low;
    }
    out->low = (size_t)(at - out->buckets);
    for (size_t i = 1; i + 3 < len; i++)
        if (s[i] != ' ' && s[i + 1] != ' ' && s[i + 2] != ' ')
            *at++ = first_high + (mix(three(s + i)) >> high);
    out->count = (size_t)(at - out->buckets);
}

/* One pass; 5-grams and words are kept apart until the end. */
static void find_letters(const struct grams_shape *shape, const uint16_t *s, size_t len,
                         struct grams *out) {
    unsigned low = 32 - shape->low_bits, high = 32 - shape->high_bits;
    uint32_t first_high = 1u << shape->low_bits, *at3 = out->buckets, *at5 = at3 + len,
             *words = at5 + len, *at_word = words, word = WORD;
    size_t letters = 0; /* of the word so far */
    uint32_t inner1 = len > 1 && s[1] != ' ', inner2 = len > 2 && s[2] != ' ';
    for (size_t i = 0; i + 2 < len; i++) {
        uint32_t h = three(s + i), inner3 = 0;
        *at3 = mix(h) >> low;
        at3 += inner1;
        if (i + 4 < len) {
            inner3 = s[i + 3] != ' ';
            *at5 = first_high + (mix(h + s[i + 3] * C3 + s[i + 4] * C4 + FIVE) >> high);
            at5 += inner1 & inner2 & inner3;
        }
        if (inner1) {
            word = (word + s[i + 1]) * C0;
            word ^= word >> 15;
            letters++;
        }
        if (!inner2) { /* the word ends */
            *at_word = first_high + (mix(word) >> high);
            at_word += letters == 2 || letters >= 4;
            word = WORD;
            letters = 0;
        }
        inner1 = inner2;
        inner2 = inner3;
    }
    size_t lows = (size_t)(at3 - out->buckets), fives = (size_t)(at5 - out->buckets - len),
           others = (size_t)(at_word - words);
    memmove(at3, out->buckets + len, fives * sizeof *at3);
    memmove(at3 + fives, words, others * sizeof *at3);
    out->low = lows;
    out->count = lows + fives + others;
}

void grams_find(const struct grams_shape *shape, const uint16_t *units, size_t len,
                struct grams *out) {
    make_room(out, len);
    if (shape->han)
        find_han(shape, units, len, out);
    else
        find_letters(shape, units, len, out);
}

void grams_free(struct grams *grams) {
    free(grams->buckets);
    *grams = (struct grams){0};
}
