/*
 * breakage: clean lines broken in the ways in which text breaks, for measurements.
 *
 * Shape   one line of valid UTF-8 in, the broken line appended to a buffer. What cannot be broken in that way comes
 *         out as it was.
 * Calls   breakage_apply any time.
 * Owns    nothing.
 * Errors  none.
 * Source  windows-1252 80..9F: WHATWG Encoding; half-width katakana FF71..FF9D and Arabic isolated forms: UCD.
 */
#ifndef SANGAM_TESTS_BREAKAGE_H
#define SANGAM_TESTS_BREAKAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/buf.h"
#include "text/utf8.h"

enum breakage {
    BREAK_WINDOWS_1252, /* U+0915 -> 00E0 00A4 2022 */
    BREAK_LATIN_1,      /* U+0915 -> 00E0 00A4 0095 */
    BREAK_DECOMPOSED,   /* U+00E9 -> 0065 0301 */
    BREAK_DOUBLE_SPACE,
    BREAK_NO_BREAK_SPACE,
    BREAK_ZERO_WIDTH, /* U+200B after every fourth letter */
    BREAK_CRLF,
    BREAK_ENTITIES,     /* U+00E9 -> &#233; */
    BREAK_PRESENTATION, /* fi -> FB01, Arabic isolated forms, half-width katakana */
    BREAKAGES
};

static const char *const breakage_names[BREAKAGES] = {
    "mojibake, windows-1252", "mojibake, latin-1", "decomposed", "double spaces",
    "no-break spaces",        "zero width spaces", "CRLF",       "entities",
    "presentation forms"};

static inline void breakage_put(struct sg_buf *out, uint32_t c) {
    out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
}

static inline uint32_t breakage_1252(unsigned char byte) {
    static const uint16_t high[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}

static inline void breakage_decompose(struct sg_buf *out, uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    UChar units[32];
    int32_t len =
        unorm2_getDecomposition(unorm2_getNFDInstance(&status), (UChar32)c, units, 32, &status);
    if (len < 0 || U_FAILURE(status)) {
        breakage_put(out, c);
        return;
    }
    for (int32_t i = 0, d; i < len;) {
        U16_NEXT(units, i, len, d);
        breakage_put(out, (uint32_t)d);
    }
}

/* The presentation form of c, or c. */
static inline uint32_t breakage_form(uint32_t c) {
    static const uint16_t arabic[][2] = {{0x0627, 0xFE8D}, {0x0628, 0xFE8F}, {0x062F, 0xFEA9},
                                         {0x0631, 0xFEAD}, {0x0644, 0xFEDD}, {0x0645, 0xFEE1},
                                         {0x0646, 0xFEE5}, {0x0648, 0xFEED}, {0x064A, 0xFEF1}};
    static const uint16_t katakana[45] = {
        /* FF71.. in their order */
        0x30A2, 0x30A4, 0x30A6, 0x30A8, 0x30AA, 0x30AB, 0x30AD, 0x30AF, 0x30B1,
        0x30B3, 0x30B5, 0x30B7, 0x30B9, 0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4,
        0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC, 0x30CD, 0x30CE, 0x30CF, 0x30D2,
        0x30D5, 0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4,
        0x30E6, 0x30E8, 0x30E9, 0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3};
    for (size_t i = 0; c < 0x700 && i < sizeof arabic / sizeof *arabic; i++)
        if (arabic[i][0] == c) return arabic[i][1];
    for (uint32_t i = 0; c >= 0x30A0 && c < 0x3100 && i < 45; i++)
        if (katakana[i] == c) return 0xFF71 + i;
    return c;
}

static inline void breakage_bytes(struct sg_buf *out, const char *line, size_t len, bool latin_1) {
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)line[i];
        breakage_put(out, latin_1 ? byte : breakage_1252(byte));
    }
}

static inline void breakage_apply(enum breakage kind, const char *line, size_t len,
                                  struct sg_buf *out) {
    if (kind == BREAK_WINDOWS_1252 || kind == BREAK_LATIN_1) {
        breakage_bytes(out, line, len, kind == BREAK_LATIN_1);
        return;
    }
    unsigned letters = 0;
    for (const char *at = line, *end = line + len; at < end;) {
        uint32_t c = sg_utf8_next(&at);
        letters = c == ' ' ? 0 : letters + 1;
        if (kind == BREAK_DECOMPOSED) {
            breakage_decompose(out, c);
        } else if (kind == BREAK_NO_BREAK_SPACE && c == ' ') {
            breakage_put(out, 0xA0);
        } else if (kind == BREAK_ENTITIES && (c >= 0x80 || c == '"')) {
            sg_buf_printf(out, "&#%u;", (unsigned)c);
        } else if (kind == BREAK_PRESENTATION && c == 'f' && at < end && *at == 'i') {
            breakage_put(out, 0xFB01);
            at++;
        } else {
            breakage_put(out, kind == BREAK_PRESENTATION ? breakage_form(c) : c);
        }
        if (kind == BREAK_DOUBLE_SPACE && c == ' ') sg_buf_putc(out, ' ');
        if (kind == BREAK_ZERO_WIDTH && letters % 4 == 3) breakage_put(out, 0x200B);
    }
    if (kind == BREAK_CRLF) sg_buf_putc(out, '\r');
}

#endif
