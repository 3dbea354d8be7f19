#include "damaged_utf8.h"

#include <string.h>

enum { LOST = 0x1A };

static bool is_trail(uint8_t byte) {
    return byte >= 0x80 && byte <= 0xBF;
}
static bool is_one_of(uint8_t byte, const char *set, size_t count) {
    return memchr(set, byte, count) != NULL;
}

/* ---- A0 that became a space ---- */

/* 85 is a line end or an ellipsis to many programs; A0 would be a second space. */
static bool is_middle(uint8_t byte) {
    return is_trail(byte) && byte != 0x85 && byte != 0xA0;
}

static size_t length_with_space(const uint8_t *at, size_t left) {
    uint8_t lead = at[0];
    if (lead < 0xC2 || left < 2) return 0;
    if (at[1] == ' ' && is_one_of(lead, "\xC2\xC3\xC5\xCE\xD0\xD9", 6)) return 2;
    if (left < 3) return 0;
    if ((lead == 0xE2 || lead == 0xE3) && at[1] == ' ' && is_middle(at[2])) return 3;
    if (lead >= 0xE0 && lead <= 0xE3 && is_middle(at[1]) && at[2] == ' ') return 3;
    if (left < 4 || lead != 0xF0) return 0;
    unsigned spaces = 0, trails = 0;
    for (int i = 1; i < 4; i++) spaces += at[i] == ' ', trails += is_trail(at[i]);
    return spaces == 1 && trails == 2 ? 4 : 0;
}

/* The word U+00E0 of French and Portuguese keeps its space; "às", "àquele", "àquela", "àquilo" are one word. */
static bool is_grave_word(const uint8_t *at, size_t left) {
    static const char *const goes_on[] = {" ", "quele", "quela", "quilo", "s "};
    if (left < 2 || at[0] != 0xC3 || at[1] != ' ') return false;
    for (unsigned i = 0; i < sizeof goes_on / sizeof *goes_on; i++) {
        size_t len = strlen(goes_on[i]);
        if (left - 2 >= len && memcmp(at + 2, goes_on[i], len) == 0) return false;
    }
    return true;
}

bool damaged_restore_a0(const uint8_t *bytes, size_t len, struct sg_buf *out) {
    bool restored = false;
    size_t copied = 0;
    for (size_t at = 0; at < len;) {
        size_t length = length_with_space(bytes + at, len - at);
        if (length == 0) {
            at++;
            continue;
        }
        restored = true;
        sg_buf_put(out, bytes + copied, at - copied);
        if (is_grave_word(bytes + at, len - at)) {
            sg_buf_puts(out, "\xC3\xA0 ");
        } else {
            for (size_t i = 0; i < length; i++)
                sg_buf_putc(out, bytes[at + i] == ' ' ? (char)0xA0 : (char)bytes[at + i]);
        }
        copied = at += length;
    }
    if (restored) sg_buf_put(out, bytes + copied, len - copied);
    return restored;
}

/* ---- bytes that were lost ---- */

static bool is_lost(uint8_t byte) {
    return byte == LOST || byte == '?';
}
static bool is_trail_or_lost(uint8_t byte) {
    return is_trail(byte) || byte == LOST;
}

/* A pair of surrogates, ED A0-AF xx ED B0-BF xx, of which one xx at least is lost. */
static bool is_lost_pair(const uint8_t *at, size_t left) {
    return left >= 6 && at[0] == 0xED && at[1] >= 0xA0 && at[1] <= 0xAF && at[3] == 0xED &&
           at[4] >= 0xB0 && at[4] <= 0xBF && (is_trail(at[2]) || is_lost(at[2])) &&
           (is_trail(at[5]) || is_lost(at[5])) && (is_lost(at[2]) || is_lost(at[5]));
}

/* A lead and its trails, one or more of them lost, of these at most one as `?`, which is too common for more. */
static bool is_lost_sequence(const uint8_t *at, size_t left, size_t length) {
    unsigned lost = 0, asked = 0;
    if (left < length) return false;
    for (size_t i = 1; i < length; i++) {
        lost += is_lost(at[i]);
        asked += at[i] == '?';
        if (at[i] != '?' && !is_trail_or_lost(at[i])) return false;
    }
    return lost > 0 && asked <= 1;
}

static size_t length_of_lost(const uint8_t *at, size_t left) {
    uint8_t lead = at[0];
    if (lead == LOST) return 1;
    if (lead < 0xC2 || lead > 0xF4 || left < 2) return 0;
    if (lead <= 0xDF) return at[1] == LOST || (lead <= 0xC3 && at[1] == '?') ? 2 : 0;
    if (is_lost_pair(at, left)) return 6;
    size_t length = lead <= 0xEF ? 3 : 4;
    return is_lost_sequence(at, left, length) ? length : 0;
}

bool damaged_replace_lost(const uint8_t *bytes, size_t len, struct sg_buf *out) {
    if (!memchr(bytes, LOST, len) && !memchr(bytes, '?', len)) return false;
    bool replaced = false;
    size_t copied = 0;
    for (size_t at = 0; at < len;) {
        size_t length = length_of_lost(bytes + at, len - at);
        if (length == 0) {
            at++;
            continue;
        }
        replaced = true;
        sg_buf_put(out, bytes + copied, at - copied);
        sg_buf_puts(out, "\xEF\xBF\xBD");
        copied = at += length;
    }
    if (replaced) sg_buf_put(out, bytes + copied, len - copied);
    return replaced;
}

/* ---- decoding ---- */

static uint32_t six(uint8_t byte) {
    return byte & 0x3Fu;
}

/* Length of the sequence, 0 when ill-formed. */
static size_t decode_one(const uint8_t *at, size_t left, uint32_t *point) {
    uint8_t lead = at[0];
    if (left < 2 || !is_trail(at[1])) return 0;
    if (lead == 0xC0 && at[1] == 0x80) return *point = 0, 2; /* Java's U+0000 */
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return *point = (lead & 0x1Fu) << 6 | six(at[1]), 2;
    if (left < 3 || !is_trail(at[2])) return 0;
    if (lead < 0xF0) {
        *point = (lead & 0x0Fu) << 12 | six(at[1]) << 6 | six(at[2]);
        if (*point < 0x800) return 0;
        if (*point < 0xD800 || *point > 0xDFFF) return 3;
        uint32_t high = *point, low;
        if (high > 0xDBFF || left < 6 || at[3] != 0xED || !is_trail(at[4]) || !is_trail(at[5]))
            return 0;
        low = 0xD000 | six(at[4]) << 6 | six(at[5]);
        if (low < 0xDC00) return 0;
        return *point = 0x10000 + ((high & 0x3FFu) << 10 | (low & 0x3FFu)), 6;
    }
    if (left < 4 || lead > 0xF4 || !is_trail(at[3])) return 0;
    *point = (lead & 0x07u) << 18 | six(at[1]) << 12 | six(at[2]) << 6 | six(at[3]);
    return *point < 0x10000 || *point > 0x10FFFF ? 0 : 4;
}

bool damaged_decode(const uint8_t *bytes, size_t len, struct line *out) {
    line_reserve(out, len);
    uint32_t *to = out->at + out->len;
    for (size_t at = 0; at < len;) {
        if (bytes[at] < 0x80) {
            *to++ = bytes[at++];
            continue;
        }
        size_t length = decode_one(bytes + at, len - at, to);
        if (length == 0) return false;
        at += length;
        to++;
    }
    out->len = (size_t)(to - out->at);
    return true;
}
