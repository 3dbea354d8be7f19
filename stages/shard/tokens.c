/*
 * A class is a range of lead bytes, so the sum of weights over a text is a sum over thresholds: with n(t) the number of
 * bytes >= t, a lead byte of class [a, b) is counted in n(a) and not in n(b). Read as signed bytes, UTF-8 is in order:
 *
 *     continuation 80-BF = -128..-65 | leads C2-F4 = -62..-12 | ASCII 00-7F = 0..127
 *
 * so n(C0) counts code points, and each threshold adds the difference of two classes' weights. Sixteen bytes are compared
 * at a time with the compiler's portable vectors; each lane counts to at most 255, then lanes are added up.
 *
 * Example "aक" = 61 E0 A4 95: n(C0) 2, n(E0) 2, n(E1..F0) 1 each, n(00) 1:
 * 400*2 + 100*2 + (200 + 100 - 100 + 300 + 500 - 1250)*1 = 750 thousandths = ASCII 250 + Indic 500: 1 token.
 */
#include "tokens.h"

#include <string.h>

typedef signed char lanes __attribute__((vector_size(16)));
typedef unsigned char sums __attribute__((vector_size(16))); /* up to 255 of a lane; adding wraps, as it must not in lanes */

/* What begins at a byte (as a signed number), and by how much it weighs more than what stands below. */
enum { THRESHOLDS = 8 };
static const signed char begin[THRESHOLDS] = {-64, -32, -31, -30, -29, -18, -16, 0};
static const int64_t step[THRESHOLDS] = {400, 100, 200, 100, -100, 300, 500, -1250};

/* Spelled out, so that every sum stays in a register. */
static void count_block(const char *at, size_t vectors, uint64_t counts[THRESHOLDS]) {
    sums c0 = {0}, e0 = c0, e1 = c0, e2 = c0, e3 = c0, ee = c0, f0 = c0, ascii = c0;
    for (size_t i = 0; i < vectors; i++) {
        lanes bytes;
        memcpy(&bytes, at + 16 * i, 16);
        c0 -= (sums)(bytes >= begin[0]); /* true is -1 */
        e0 -= (sums)(bytes >= begin[1]);
        e1 -= (sums)(bytes >= begin[2]);
        e2 -= (sums)(bytes >= begin[3]);
        e3 -= (sums)(bytes >= begin[4]);
        ee -= (sums)(bytes >= begin[5]);
        f0 -= (sums)(bytes >= begin[6]);
        ascii -= (sums)(bytes >= begin[7]);
    }
    const sums all[THRESHOLDS] = {c0, e0, e1, e2, e3, ee, f0, ascii};
    for (int t = 0; t < THRESHOLDS; t++)
        for (int lane = 0; lane < 16; lane++) counts[t] += all[t][lane];
}

void shard_tokens(const char *utf8, size_t len, uint64_t *code_points, uint64_t *tokens) {
    uint64_t counts[THRESHOLDS] = {0};
    size_t at = 0;
    while (len - at >= 16) {
        size_t vectors = (len - at) / 16;
        if (vectors > 255) vectors = 255;
        count_block(utf8 + at, vectors, counts);
        at += 16 * vectors;
    }
    for (; at < len; at++)
        for (int t = 0; t < THRESHOLDS; t++) counts[t] += (signed char)utf8[at] >= begin[t];
    int64_t thousandths = 0;
    for (int t = 0; t < THRESHOLDS; t++) thousandths += step[t] * (int64_t)counts[t];
    *code_points = counts[0];
    *tokens = ((uint64_t)thousandths + 999) / 1000;
}
