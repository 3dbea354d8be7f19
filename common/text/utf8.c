/*
 * Which bytes are UTF-8 (RFC 3629; Unicode table 3-7):
 *     00..7F | C2..DF t | E0 A0..BF t | E1..EC t t | ED 80..9F t | EE..EF t t
 *            | F0 90..BF t t | F1..F3 t t t | F4 80..8F t t          with t = 80..BF
 *
 * Repair replaces each *maximal subpart* by one U+FFFD: the longest beginning of a row above, or else one byte
 * (Unicode section 3.9, table 3-8). So a cut character costs one U+FFFD, and nothing well-formed is ever eaten.
 *
 * Example: 61 F1 80 80 E1 80 C2 62  ->  61 FFFD FFFD FFFD 62   (F1 80 80 | E1 80 | C2)
 *          ED A0 BD ED B8 80        ->  U+1F600                (CESU-8: the two halves of a UTF-16 pair)
 *          61 C0 80 62              ->  61 62                  (Java's and Tcl's spelling of U+0000)
 *
 * Memory: none but the output. Threads: no state.
 */
#include "text/utf8.h"

#include <string.h>

#include "text/kernels.h"

static bool trail(const unsigned char *s) {
    return (*s & 0xC0) == 0x80;
}

/* Bytes of the maximal subpart at s (at least 1); *whole says whether it is a character. len > 0. */
static size_t subpart(const unsigned char *s, size_t len, bool *whole) {
    unsigned char lead = s[0];
    *whole = lead < 0x80;
    if (lead < 0xC2 || lead > 0xF4) return 1;
    size_t need = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char from = 0x80, to = 0xBF; /* of the second byte */
    if (lead == 0xE0) from = 0xA0;        /* below: overlong */
    if (lead == 0xED) to = 0x9F;          /* above: surrogates */
    if (lead == 0xF0) from = 0x90;        /* below: overlong */
    if (lead == 0xF4) to = 0x8F;          /* above: past U+10FFFF */
    if (len < 2 || s[1] < from || s[1] > to) return 1;
    for (size_t i = 2; i < need; i++)
        if (i == len || !trail(s + i)) return i;
    *whole = true;
    return need;
}

size_t sg_utf8_valid_portable(const char *bytes, size_t len) {
    const unsigned char *s = (const unsigned char *)bytes;
    size_t i = 0;
    while (i < len) {
        if (s[i] < 0x80) { /* runs of ASCII, eight bytes at a time */
            uint64_t word = 0;
            while (len - i >= 8 && (memcpy(&word, s + i, 8), (word & 0x8080808080808080u) == 0))
                i += 8;
            while (i < len && s[i] < 0x80) i++;
            continue;
        }
        /* Three bytes with no special case: most of what is neither ASCII nor Latin, Greek, Cyrillic, Arabic. */
        if (len - i >= 3 && s[i] > 0xE0 && s[i] < 0xF0 && s[i] != 0xED && trail(s + i + 1) &&
            trail(s + i + 2)) {
            i += 3;
            continue;
        }
        bool whole;
        size_t step = subpart(s + i, len - i, &whole);
        if (!whole) break;
        i += step;
    }
    return i;
}

uint64_t sg_utf8_count_portable(const char *bytes, size_t len) {
    uint64_t trails = 0;
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        trails += (uint64_t)__builtin_popcountll(word >> 7 & ~word >> 6 & 0x0101010101010101u);
    }
    for (; i < len; i++) trails += trail((const unsigned char *)bytes + i);
    return len - trails;
}

/* Nothing may be NULL, with which the kernels must not count. */
size_t sg_utf8_valid(const char *bytes, size_t len) {
    return len ? sg_kernels()->valid(bytes, len) : 0;
}

uint64_t sg_utf8_count(const char *bytes, size_t len) {
    return len ? sg_kernels()->count(bytes, len) : 0;
}

/* ED A0..AF xx ED B0..BF xx: the supplementary character that the pair means, else 0. */
static uint32_t cesu8_pair(const unsigned char *s, size_t len) {
    if (len < 6 || s[0] != 0xED || (s[1] & 0xF0) != 0xA0 || !trail(s + 2)) return 0;
    if (s[3] != 0xED || (s[4] & 0xF0) != 0xB0 || !trail(s + 5)) return 0;
    uint32_t high = (s[1] & 0x0Fu) << 6 | (s[2] & 0x3Fu),
             low = (s[4] & 0x0Fu) << 6 | (s[5] & 0x3Fu);
    return 0x10000 + (high << 10 | low);
}

/* One repair at s, where no character is; returns the bytes it takes there. */
static size_t repair_one(const unsigned char *s, size_t len, struct sg_buf *out) {
    char spelled[4];
    uint32_t c = cesu8_pair(s, len);
    if (c) {
        sg_buf_put(out, spelled, sg_utf8_encode(c, spelled));
        return 6;
    }
    if (len >= 2 && s[0] == 0xC0 && s[1] == 0x80) return 2;
    sg_buf_put(out, "\xEF\xBF\xBD", 3);
    bool whole;
    return subpart(s, len, &whole);
}

size_t sg_utf8_repair(const char *bytes, size_t len, struct sg_buf *out) {
    const struct sg_kernels *kernels = sg_kernels();
    size_t repairs = 0;
    for (size_t i = 0; i < len;) {
        /* Bad bytes come in clusters (another charset): a step without the kernel's start-up cost. */
        size_t near = len - i < 16 ? len - i : 16, good = sg_utf8_valid_portable(bytes + i, near);
        if (near - good < 4)
            good = kernels->valid(bytes + i, len - i); /* what stopped it may be the cut at 16 */
        sg_buf_put(out, bytes + i, good);
        i += good;
        if (i == len) break;
        i += repair_one((const unsigned char *)bytes + i, len - i, out);
        repairs++;
    }
    return repairs;
}
