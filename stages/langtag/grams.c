/*
 * A hash is a sum of products, one for each character, and then a mix: positions do not depend on each other, so the
 * processor works on several at once (grams_avx2.c on eight).
 *
 * Example, Latin with 16 and 20 bits: the stream _cat_0_o'clock_ has the 3-gram _ca in bucket 20790 (0x56D28742 before, and
 * 0x5136F460 after the mix), and as its first high feature the 5-gram _cat_ in bucket 65536 + 1045101. A word of three letters
 * is such a 5-gram, so words are hashed only when they have two letters, or four and more.
 */
#include "grams.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cpu.h"
#include "grams_hash.h"

static inline uint32_t three(const uint16_t *s) {
    return s[0] * GRAMS_C0 + s[1] * GRAMS_C1 + s[2] * GRAMS_C2;
}

/* At most one low feature a unit (Han: two), and one 5-gram and one word. */
static void make_room(struct grams *grams, size_t len) {
    size_t need = 3 * (len + GRAMS_BEHIND);
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
        *at++ = grams_mix(s[i] * GRAMS_C0 + GRAMS_ONE) >> low;
        if (s[i + 1] != ' ') *at++ = grams_mix(s[i] * GRAMS_C0 + s[i + 1] * GRAMS_C1) >> low;
    }
    out->low = (size_t)(at - out->buckets);
    for (size_t i = 1; i + 3 < len; i++)
        if (s[i] != ' ' && s[i + 1] != ' ' && s[i + 2] != ' ')
            *at++ = first_high + (grams_mix(three(s + i)) >> high);
    out->count = (size_t)(at - out->buckets);
}

/* One pass for all three kinds. */
void grams_letters_portable(const struct grams_shape *shape, const uint16_t *s, size_t len,
                            struct grams_ends *ends) {
    unsigned low = 32 - shape->low_bits, high = 32 - shape->high_bits;
    uint32_t first_high = 1u << shape->low_bits, word = GRAMS_WORD;
    struct grams_ends at = *ends;
    size_t letters = 0; /* of the word so far */
    uint32_t inner1 = len > 1 && s[1] != ' ', inner2 = len > 2 && s[2] != ' ';
    for (size_t i = 0; i + 2 < len; i++) {
        uint32_t h = three(s + i), inner3 = 0;
        *at.threes = grams_mix(h) >> low;
        at.threes += inner1;
        if (i + 4 < len) {
            inner3 = s[i + 3] != ' ';
            h += s[i + 3] * GRAMS_C3 + s[i + 4] * GRAMS_C4 + GRAMS_FIVE;
            *at.fives = first_high + (grams_mix(h) >> high);
            at.fives += inner1 & inner2 & inner3;
        }
        if (inner1) {
            word = grams_word_unit(word, s[i + 1]);
            letters++;
        }
        if (!inner2) { /* the word ends */
            *at.words = first_high + (grams_mix(word) >> high);
            at.words += grams_word_counts(letters);
            word = GRAMS_WORD;
            letters = 0;
        }
        inner1 = inner2;
        inner2 = inner3;
    }
    *ends = at;
}

static void find_letters(const struct grams_shape *shape, const uint16_t *s, size_t len,
                         struct grams *out) {
    size_t most = len + GRAMS_BEHIND;
    uint32_t *fives = out->buckets + most, *words = fives + most;
    struct grams_ends ends = {out->buckets, fives, words};
#if defined(__x86_64__)
    if (sg_cpu_level() >= SG_CPU_AVX2)
        grams_letters_avx2(shape, s, len, &ends);
    else
#endif
        grams_letters_portable(shape, s, len, &ends);
    size_t five_count = (size_t)(ends.fives - fives), word_count = (size_t)(ends.words - words);
    memmove(ends.threes, fives, five_count * sizeof *fives);
    memmove(ends.threes + five_count, words, word_count * sizeof *words);
    out->low = (size_t)(ends.threes - out->buckets);
    out->count = out->low + five_count + word_count;
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
