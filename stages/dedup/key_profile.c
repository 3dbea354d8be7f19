/*
 * Key texts, one code point after the other: recipes are compared with, not run at speed, so plain loops will do.
 *
 * Memory: the key text, and once more for profiles that end in NFD. Threads: any.
 */
#include "key_profile.h"

#include <stdbool.h>
#include <stdint.h>

#include "keytext.h"
#include "normal_form.h"
#include "text/utf8.h"
#include "unicode_table.h"

static void put(struct sg_buf *out, uint32_t c) {
    char bytes[4];
    sg_buf_put(out, bytes, sg_utf8_encode(c, bytes));
}

/* What recipes strip and collapse: White_Space, and the four separators of ASCII. */
static bool is_space(uint32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    return dedup_unicode_entry(c) & DEDUP_SPACE;
}

/* General category Nd: those that fold to an ASCII digit, and these. */
static bool is_digit(uint32_t c) {
    if (c < 0x80) return c >= '0' && c <= '9';
    if (!(dedup_unicode_entry(c) & DEDUP_FOLD)) return false;
    uint32_t to = dedup_unicode_fold(c);
    return to >= '0' && to <= '9';
}

/* U+0130 alone becomes two: i and U+0307. */
static void put_lower(struct sg_buf *out, uint32_t c) {
    put(out, c == 0x130 ? 'i' : dedup_lower(c));
    if (c == 0x130) put(out, 0x307);
}

static bool is_among(const uint16_t *sorted, size_t count, uint32_t c) {
    for (size_t i = 0; i < count && sorted[i] <= c; i++)
        if (sorted[i] == c) return true;
    return false;
}

static bool is_ascii_punctuation(uint32_t c) {
    return (c > 0x20 && c < 0x30) || (c > 0x39 && c < 0x41) || (c > 0x5A && c < 0x61) || (c > 0x7A && c < 0x7F);
}

/* clang-format off */
/* What datatrove's PUNCTUATION has beyond ASCII's, and cc_net's UNICODE_PUNCT at all; both have U+FF11 too, which is a digit
 * and was made 0 before. */
static const uint16_t recipe_marks[] = {
    0x00AB, 0x00B4, 0x00BB, 0x2013, 0x2014, 0x2019, 0x201C, 0x201D, 0x201E, 0x2026, 0x2236, 0x2501, 0x25BA,
    0x3001, 0x3002, 0x3008, 0x3009, 0x300A, 0x300B, 0x300C, 0x300D, 0x3010, 0x3011, 0xFF01, 0xFF05, 0xFF08,
    0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF5E,
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- shingle ---- */

static void shingle(const char *text, size_t len, struct sg_buf *scratch, struct sg_buf *out) {
    dedup_keytext_nfc(&text, &len, scratch);
    const char *p = text, *end = text + len;
    size_t start = out->len;
    bool apart = false;
    while (p < end) {
        uint32_t c = sg_utf8_next(&p);
        uint8_t entry = dedup_unicode_entry(c);
        if ((entry & DEDUP_KIND) == DEDUP_DROP) continue;
        if ((entry & DEDUP_KIND) == DEDUP_SEPARATOR) {
            apart = true;
            continue;
        }
        if (apart && out->len > start) sg_buf_putc(out, ' ');
        apart = false;
        put(out, entry & DEDUP_FOLD ? dedup_unicode_fold(c) : c);
    }
}

/* ---- recipes ---- */

/* One space for every run of white space, none at the ends; `from` is where this text begins in out. */
struct collapsing {
    struct sg_buf *out;
    size_t from;
    bool space;
};

static bool is_held_back(struct collapsing *c, bool space) {
    if (space) {
        c->space = true;
        return true;
    }
    if (c->space && c->out->len > c->from) sg_buf_putc(c->out, ' ');
    c->space = false;
    return false;
}

static const char *skip_digits(const char *p, const char *end) {
    while (p < end) {
        const char *behind = p;
        if (!is_digit(sg_utf8_next(&behind))) break;
        p = behind;
    }
    return p;
}

/* Behind a number whose first digit ends at p: digits, and once a decimal separator with digits behind it. */
static const char *number_end(const char *p, const char *end) {
    static const uint16_t separators[] = {',', '.', 0x60C, 0x66B, 0x2396, 0x2397, 0x2398};
    p = skip_digits(p, end);
    if (p == end) return p;
    const char *behind = p;
    if (!is_among(separators, COUNT(separators), sg_utf8_next(&behind))) return p;
    const char *after = skip_digits(behind, end);
    return after > behind ? after : p;
}

static bool is_fineweb_space(uint32_t c) {
    return is_space(c) || is_ascii_punctuation(c) || c < 0x20 || (c >= 0x7F && c < 0xA0) ||
           is_among(recipe_marks, COUNT(recipe_marks), c);
}

static void strip(struct sg_buf *out, size_t from) {
    size_t start = from, end = out->len;
    while (start < end && out->data[start] == ' ') start++;
    while (end > start && out->data[end - 1] == ' ') end--;
    memmove(out->data + from, out->data + start, end - start);
    out->len = from + (end - start);
}

static void fineweb(const char *text, size_t len, struct sg_buf *scratch, struct sg_buf *out) {
    const char *p = text, *end = text + len;
    size_t start = out->len;
    scratch->len = 0;
    struct collapsing collapsing = {.out = scratch};
    while (p < end) {
        uint32_t c = sg_utf8_next(&p);
        if (is_held_back(&collapsing, is_fineweb_space(c))) continue;
        if (is_digit(c)) {
            p = number_end(p, end);
            put(scratch, '0');
        } else {
            put_lower(scratch, c);
        }
    }
    dedup_nfd_unmarked(scratch->data, scratch->len, out);
    if (out->len > start) strip(out, start); /* a space that stood before a mark */
}

static void ccnet(const char *text, size_t len, struct sg_buf *out) {
    const char *p = text, *end = text + len;
    size_t kept = out->len; /* behind the last character that is not white space */
    bool any = false;
    while (p < end) {
        uint32_t c = sg_utf8_next(&p);
        bool space = is_space(c);
        if (space && !any) continue;
        any = true;
        if (is_digit(c))
            sg_buf_putc(out, '0');
        else if (c >= 0x20 && !(c >= 0x7F && c < 0xA0) && !is_among(recipe_marks, COUNT(recipe_marks), c))
            put_lower(out, c);
        if (!space) kept = out->len;
    }
    out->len = kept;
}

static void without_punctuation(const char *text, size_t len, struct sg_buf *out) {
    const char *p = text, *end = text + len;
    struct collapsing collapsing = {.out = out, .from = out->len};
    while (p < end) {
        uint32_t c = sg_utf8_next(&p);
        if (is_ascii_punctuation(c) || is_held_back(&collapsing, is_space(c))) continue;
        put_lower(out, c);
    }
}

void dedup_key_text(enum dedup_profile profile, const char *text, size_t len, struct sg_buf *scratch,
                    struct sg_buf *out) {
    switch (profile) {
    case DEDUP_SHINGLE: shingle(text, len, scratch, out); break;
    case DEDUP_FINEWEB: fineweb(text, len, scratch, out); break;
    case DEDUP_CCNET: ccnet(text, len, out); break;
    case DEDUP_SLIMPAJAMA: without_punctuation(text, len, out); break;
    case DEDUP_RPV2:
        scratch->len = 0;
        without_punctuation(text, len, scratch);
        dedup_nfd(scratch->data, scratch->len, out);
        break;
    case DEDUP_RAW: sg_buf_put(out, text, len); break;
    }
}
