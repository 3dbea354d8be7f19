/*
 * utf8: is it UTF-8, and what to do when it is not.
 *
 * Shape   byte ranges in, byte ranges out; code points are uint32_t.
 * Units   bytes.
 * Errors  no failure: invalid input is a position or a count.
 * Source  RFC 3629; Unicode 15 section 3.9 (maximal subparts, table 3-8); WHATWG Encoding.
 *         AVX2 validation after Keiser & Lemire, "Validating UTF-8 in less than one instruction per byte".
 */
#ifndef SANGAM_TEXT_UTF8_H
#define SANGAM_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Length of the longest valid prefix: len when all of it is well-formed UTF-8 (no surrogates, no overlongs). */
size_t sg_utf8_valid(const char *bytes, size_t len);

/* Append bytes to out with every maximal ill-formed subpart as U+FFFD; returns how many there were.
 * CESU-8 surrogate pairs are joined and C0 80 is dropped (normalize.md pass 1); both count as repaired. */
size_t sg_utf8_repair(const char *bytes, size_t len, struct sg_buf *out);

/* Code points in valid UTF-8 (counts non-continuation bytes). */
uint64_t sg_utf8_count(const char *bytes, size_t len);

/* Decode one code point of valid UTF-8 and step over it; *p < end. */
static inline uint32_t sg_utf8_next(const char **p) {
    const unsigned char *s = (const unsigned char *)*p;
    uint32_t c = s[0];
    if (c < 0x80) {
        *p += 1;
        return c;
    }
    if (c < 0xE0) {
        *p += 2;
        return (c & 0x1F) << 6 | (s[1] & 0x3Fu);
    }
    if (c < 0xF0) {
        *p += 3;
        return (c & 0x0F) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    *p += 4;
    return (c & 0x07) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

/* Write one scalar value, at most 4 bytes; returns how many. */
static inline size_t sg_utf8_encode(uint32_t c, char out[4]) {
    unsigned char *o = (unsigned char *)out;
    if (c < 0x80) {
        o[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        o[0] = (unsigned char)(0xC0 | c >> 6);
        o[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        o[0] = (unsigned char)(0xE0 | c >> 12);
        o[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        o[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    o[0] = (unsigned char)(0xF0 | c >> 18);
    o[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    o[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    o[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

#endif
