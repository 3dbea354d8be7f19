#include "flags.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/buf.h"

/* Class of the last code point of the full canonical decomposition; 0 when there is none. */
static unsigned trailing_class(const UNormalizer2 *nfd, uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[64];
    int32_t len = unorm2_getDecomposition(nfd, (UChar32)c, parts, 64, &status);
    if (U_FAILURE(status) || len <= 0) return 0;
    UChar32 last;
    U16_PREV(parts, 0, len, last);
    return u_getCombiningClass(last);
}

static uint16_t cell_of(const UNormalizer2 *nfd, uint32_t c) {
    unsigned flags = 0;
    if (c == 0x0B || c == 0x0C || c == 0x0D || c == 0x85 || c == 0x2028 || c == 0x2029)
        flags |= FLAG_NEWLINE;
    if (c <= 0x08 || (c >= 0x0E && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) ||
        c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC) || (c >= 0xFDD0 && c <= 0xFDEF) ||
        (c & 0xFFFE) == 0xFFFE)
        flags |= FLAG_CONTROL;
    if (c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
        c == 0x3000)
        flags |= FLAG_SPACE;
    if (c == 0xFFFD) flags |= FLAG_FFFD;
    if (u_charType((UChar32)c) == U_PRIVATE_USE_CHAR) flags |= FLAG_PRIVATE;
    int32_t quick = u_getIntPropertyValue((UChar32)c, UCHAR_NFC_QUICK_CHECK);
    if (quick == UNORM_NO) flags |= FLAG_NO;
    if (quick == UNORM_MAYBE) flags |= FLAG_MAYBE;
    unsigned class = u_getCombiningClass((UChar32)c), trailing = class ? 0 : trailing_class(nfd, c);
    if (trailing) flags |= FLAG_COMPOSITE;
    return (uint16_t)(flags | (class | trailing) << 8);
}

static uint32_t slot_of(uint64_t key, uint32_t mask) {
    return (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 40) & mask;
}

static void add_pair(struct flags *flags, uint32_t first, uint32_t second) {
    uint64_t key = (uint64_t)first << 32 | second;
    uint32_t at = slot_of(key, flags->pair_mask);
    while (flags->pairs[at] && flags->pairs[at] != key) at = (at + 1) & flags->pair_mask;
    flags->pairs[at] = key;
}

bool flags_composes(const struct flags *flags, uint32_t first, uint32_t second) {
    if (second >= 0x1161 && second <= 0x11C2) /* Hangul is arithmetic: L + V, LV + T */
        return (first >= 0x1100 && first <= 0x1112 && second <= 0x1175) ||
               (first >= 0xAC00 && first <= 0xD7A3 && (first - 0xAC00) % 28 == 0 &&
                second >= 0x11A8);
    uint64_t key = (uint64_t)first << 32 | second;
    for (uint32_t at = slot_of(key, flags->pair_mask); flags->pairs[at];
         at = (at + 1) & flags->pair_mask)
        if (flags->pairs[at] == key) return true;
    return false;
}

static void add_pairs(struct flags *flags) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    flags->pair_mask = 4095; /* some 950 pairs */
    flags->pairs = sg_zalloc(flags->pair_mask + 1, sizeof *flags->pairs);
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        UChar parts[32];
        if (c >= 0xAC00 && c <= 0xD7A3) continue;
        status = U_ZERO_ERROR;
        int32_t len = unorm2_getRawDecomposition(nfc, (UChar32)c, parts, 32, &status), at = 0;
        if (U_FAILURE(status) || len < 2) continue;
        UChar32 first, second;
        U16_NEXT(parts, at, len, first);
        if (at >= len) continue; /* a singleton */
        U16_NEXT(parts, at, len, second);
        if (unorm2_composePair(nfc, first, second) == (UChar32)c)
            add_pair(flags, (uint32_t)first, (uint32_t)second);
    }
}

void flags_init(struct flags *flags) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    uint16_t cells[256];
    size_t count = 0;
    for (uint32_t high = 0; high < 0x1100; high++) {
        for (uint32_t low = 0; low < 256; low++) cells[low] = cell_of(nfd, high << 8 | low);
        size_t same = 0;
        while (same < count && memcmp(flags->cells[same], cells, sizeof cells) != 0) same++;
        if (same == count) {
            flags->cells = sg_realloc(flags->cells, ++count * sizeof *flags->cells);
            memcpy(flags->cells[same], cells, sizeof cells);
        }
        flags->block[high] = (uint16_t)same;
    }
    add_pairs(flags);
}

void flags_free(struct flags *flags) {
    free(flags->cells);
    free(flags->pairs);
}
