/*
 * A line goes one of two ways. `inspect` looks at every code point once, through the flag table;
 * when nothing is flagged the line is left where it is. Otherwise `repair` takes it through the
 * passes in their order: newline, control, nfc, whitespace.
 *
 * Example (web)  "a\u00A0 b\r\n\n\n\ncafe\u0301 "  ->  "a b\n\ncaf\u00E9": line 1 has a no-break
 * space before a space, and CRLF; two of the empty lines go; line 5 composes and loses its last
 * space.
 *
 * The answer is the input itself until the first change; from there on it is built in
 * scratch->text, clean stretches copied whole. Memory: the text once more, and its longest line
 * twice. Threads: the tables are read-only, a scratch belongs to one thread.
 */
#include "normalize.h"

#include <stdlib.h>
#include <string.h>

#include "flags.h"
#include "text/unicode.h"
#include "text/utf8.h"

const char *const normalize_pass_names[] = {"newline",    "control", "nfc",
                                            "whitespace", "blank",   NULL};

struct normalize {
    struct flags flags;
    const char *profile;
    unsigned passes;
};

/* ---- settings ---- */

enum sg_code normalize_init(struct normalize **out, const char *profile, struct sg_err *err) {
    static const char *const profiles[] = {"conservative", "web", "aggressive"};
    struct normalize *normalize = sg_zalloc(1, sizeof *normalize);
    *out = normalize;
    for (int i = 0; i < 3; i++)
        if (strcmp(profile, profiles[i]) == 0) normalize->profile = profiles[i];
    if (!normalize->profile)
        return sg_err_set(err, SG_USAGE, "no profile '%s': conservative, web or aggressive",
                          profile);
    normalize->passes = NORMALIZE_NEWLINE | NORMALIZE_CONTROL | NORMALIZE_NFC |
                        NORMALIZE_WHITESPACE | NORMALIZE_BLANK;
    if (normalize->profile == profiles[0]) normalize->passes &= ~(unsigned)NORMALIZE_WHITESPACE;
    flags_init(&normalize->flags);
    return SG_OK;
}

static unsigned pass_of(const char *name, size_t len) {
    for (unsigned i = 0; normalize_pass_names[i]; i++)
        if (strlen(normalize_pass_names[i]) == len &&
            memcmp(normalize_pass_names[i], name, len) == 0)
            return 1u << i;
    return 0;
}

static enum sg_code no_pass(const char *name, size_t len, struct sg_err *err) {
    return sg_err_set(err, SG_USAGE, "no pass '%.*s': newline, control, nfc, whitespace, blank",
                      (int)len, name);
}

enum sg_code normalize_set(struct normalize *normalize, const char *key, const char *value,
                           struct sg_err *err) {
    unsigned pass = pass_of(key, strlen(key));
    if (!pass) return no_pass(key, strlen(key), err);
    if (strcmp(value, "on") == 0)
        normalize->passes |= pass;
    else if (strcmp(value, "off") == 0)
        normalize->passes &= ~pass;
    else
        return sg_err_set(err, SG_USAGE, "%s is on or off, not '%s'", key, value);
    return SG_OK;
}

enum sg_code normalize_only(struct normalize *normalize, const char *list, struct sg_err *err) {
    normalize->passes = 0;
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");
        unsigned pass = pass_of(at, len);
        if (!pass) return no_pass(at, len, err);
        normalize->passes |= pass;
        at += len;
        if (*at == 0) return SG_OK;
    }
}

const char *normalize_profile(const struct normalize *normalize) {
    return normalize->profile;
}

void normalize_free(struct normalize *normalize) {
    if (!normalize) return;
    flags_free(&normalize->flags);
    free(normalize);
}

void normalize_scratch_free(struct normalize_scratch *scratch) {
    sg_buf_free(&scratch->text);
    sg_buf_free(&scratch->line);
    sg_buf_free(&scratch->work);
}

/* ---- looking ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define TOP EACH(0x80)

/* Bytes equal to `byte`, as 80 in their place; all bytes of v are below 80. */
static inline uint64_t equal_bytes(uint64_t v, unsigned byte) {
    return ~((v ^ EACH(byte)) + EACH(0x7F)) & TOP;
}

/* Eight bytes of printable ASCII without two spaces in a row: what most text of most lines is. */
static inline bool plain_eight(const char *p, bool after_space, bool *ends_in_space) {
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    if (v & TOP) return false;
    if (~(v + EACH(0x60)) & TOP) return false; /* a byte below 20 */
    uint64_t spaces = equal_bytes(v, ' ');
    if (equal_bytes(v, 0x7F) | (spaces & (spaces << 8)) | (after_space ? spaces & 0x80 : 0))
        return false;
    *ends_in_space = spaces >> 63;
    return true;
}

struct sight {
    unsigned flags; /* of all code points */
    bool compose;   /* NFC may change the line */
    bool spaces;    /* two spaces in a row, or a space or tab at the end */
    uint64_t fffd, pua;
};

static void inspect(const struct flags *flags, const char *p, const char *end,
                    struct sight *sight) {
    bool space = false, ends;
    uint32_t starter = 0; /* the last code point of class 0 */
    unsigned last_class = 0,
             trailing = 0; /* trailing: the class of the last mark inside a composite starter */
    while (p < end && (*p == ' ' || *p == '\t'))
        starter = (uint32_t)*p++; /* leading white space stays */
    while (p < end) {
        while (end - p >= 8 && plain_eight(p, space, &ends)) {
            p += 8;
            space = ends;
            starter = (unsigned char)p[-1];
            last_class = trailing = 0;
        }
        if (p >= end) break;
        uint32_t c = sg_utf8_next(&p);
        uint16_t cell = flags_of(flags, c);
        if (c == ' ' && space) sight->spaces = true;
        space = c == ' ';
        if (cell == 0) {
            starter = c;
            last_class = trailing = 0;
            continue;
        }
        sight->flags |= cell & 0xFFu;
        sight->fffd += (cell & FLAG_FFFD) != 0;
        sight->pua += (cell & FLAG_PRIVATE) != 0;
        unsigned class = flags_class(cell);
        if (class && last_class > class) sight->compose = true;
        /* A mark below the last one of a composite goes in between: U+00C5 U+0323 becomes U+1EA0 U+030A. */
        if ((cell & FLAG_MAYBE) &&
            ((class && class < trailing) || flags_composes(flags, starter, c)))
            sight->compose = true;
        last_class = class;
        if (class == 0) {
            starter = c;
            trailing = flags_trailing(cell);
        }
    }
    if (sight->flags & FLAG_NO) sight->compose = true;
    if (end[-1] == ' ' || end[-1] == '\t') sight->spaces = true;
}

static bool needs_repair(unsigned passes, const struct sight *sight) {
    return ((passes & NORMALIZE_NEWLINE) && (sight->flags & FLAG_NEWLINE)) ||
           ((passes & NORMALIZE_CONTROL) && (sight->flags & FLAG_CONTROL)) ||
           ((passes & NORMALIZE_WHITESPACE) && ((sight->flags & FLAG_SPACE) || sight->spaces)) ||
           ((passes & NORMALIZE_NFC) && sight->compose);
}

/* ---- passes over one line ---- */

static void put_code_point(struct sg_buf *out, uint32_t c) {
    out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
}

/* newline and control. before_lf: an LF follows the line, so a CR at its end is part of that line end. */
static unsigned newline_and_control(const struct normalize *normalize, const char *p,
                                    const char *end, bool before_lf, struct sg_buf *out) {
    unsigned did = 0;
    while (p < end) {
        const char *start = p;
        uint32_t c = sg_utf8_next(&p);
        uint16_t cell = flags_of(&normalize->flags, c);
        if ((cell & FLAG_NEWLINE) && (normalize->passes & NORMALIZE_NEWLINE)) {
            did |= NORMALIZE_NEWLINE;
            if (c != '\r' || p < end || !before_lf) sg_buf_putc(out, '\n');
        } else if ((cell & FLAG_CONTROL) && (normalize->passes & NORMALIZE_CONTROL)) {
            did |= NORMALIZE_CONTROL;
        } else {
            sg_buf_put(out, start, (size_t)(p - start));
        }
    }
    return did;
}

/* Letters, and the selectors and vowel separator that stand between a letter and its suffix. */
static bool is_mongolian(uint32_t c) {
    return c >= 0x180B && c <= 0x18AA;
}

static bool is_space(const struct flags *flags, uint32_t c, uint32_t before, const char *next,
                     const char *end) {
    if (c == ' ') return true;
    if (!(flags_of(flags, c) & FLAG_SPACE)) return false;
    if (c != 0x202F || !is_mongolian(before) || next >= end) return true;
    return !is_mongolian(sg_utf8_next(&next)); /* the suffix space of Mongolian stays */
}

static void trim_line_end(struct sg_buf *out, size_t line_start) {
    while (out->len > line_start &&
           (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\t'))
        out->len--;
}

static void whitespace(const struct flags *flags, const char *p, const char *end,
                       struct sg_buf *out) {
    size_t line_start = out->len;
    bool leading = true, space = false;
    uint32_t before = 0;
    while (p < end) {
        uint32_t c = sg_utf8_next(&p);
        if (c == '\n') {
            trim_line_end(out, line_start);
            sg_buf_putc(out, '\n');
            line_start = out->len;
            leading = true;
            space = false;
        } else if (is_space(flags, c, before, p, end)) {
            if (leading || !space) sg_buf_putc(out, ' ');
            space = true;
        } else {
            put_code_point(out, c);
            space = false;
            leading = leading && c == '\t';
        }
        before = c;
    }
    trim_line_end(out, line_start);
}

static bool differs(const struct sg_buf *a, const struct sg_buf *b) {
    return a->len != b->len || memcmp(a->data, b->data, a->len) != 0;
}

/* All passes over one line; the result is in scratch->line. Returns what changed. */
static unsigned repair(const struct normalize *normalize, struct normalize_scratch *scratch,
                       const char *line, size_t len, bool before_lf) {
    struct sg_buf *from = &scratch->work, *to = &scratch->line;
    from->len = 0;
    sg_buf_room(from, len);
    unsigned did = newline_and_control(normalize, line, line + len, before_lf, from);
    if (normalize->passes & NORMALIZE_NFC) {
        to->len = 0;
        sg_unicode_nfc(from->data, from->len, to);
        if (differs(from, to)) did |= NORMALIZE_NFC;
        struct sg_buf swap = *from;
        *from = *to, *to = swap;
    }
    to->len = 0;
    sg_buf_room(to, from->len);
    if (normalize->passes & NORMALIZE_WHITESPACE) {
        whitespace(&normalize->flags, from->data, from->data + from->len, to);
        if (differs(from, to)) did |= NORMALIZE_WHITESPACE;
    } else {
        sg_buf_put(to, from->data, from->len);
    }
    return did;
}

/* ---- the document ---- */

/* Three or more LF to two, none at the ends, in place. Returns how many went. */
static uint64_t blank(struct sg_buf *text) {
    size_t to = 0, run = 0;
    for (size_t from = 0; from < text->len; from++) {
        run = text->data[from] == '\n' ? run + 1 : 0;
        if (run <= 2 && !(run && to == 0)) text->data[to++] = text->data[from];
    }
    while (to && text->data[to - 1] == '\n') to--;
    uint64_t gone = text->len - to;
    text->len = to;
    return gone;
}

void normalize_document(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_answer *answer) {
    struct sg_buf *out = &scratch->text;
    const char *end = text + len,
               *copied = text; /* what stands before `copied` is in out already */
    bool empty_before = false, blanks = len && (text[0] == '\n' || end[-1] == '\n');
    *answer = (struct normalize_answer){.text = text, .len = len};
    out->len = 0;
    for (const char *line = text; line < end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        const char *stop = lf ? lf : end;
        struct sight sight = {0};
        blanks |= empty_before && stop == line;
        empty_before = stop == line;
        if (stop > line) inspect(&normalize->flags, line, stop, &sight);
        answer->fffd += sight.fffd;
        answer->pua += sight.pua;
        if (needs_repair(normalize->passes, &sight)) {
            unsigned did = repair(normalize, scratch, line, (size_t)(stop - line), lf != NULL);
            if (did) {
                sg_buf_put(out, copied, (size_t)(line - copied));
                sg_buf_put(out, scratch->line.data, scratch->line.len);
                copied = stop;
                answer->passes |= did;
                answer->lines_changed++;
            }
        }
        line = stop + 1;
    }
    if (answer->lines_changed) {
        sg_buf_put(out, copied, (size_t)(end - copied));
        answer->text = out->data ? out->data : "";
        answer->len = out->len;
    }
    /* A repaired line may have become empty, or several. */
    if ((normalize->passes & NORMALIZE_BLANK) && (blanks || answer->lines_changed)) {
        if (!answer->lines_changed) sg_buf_put(out, text, len);
        uint64_t gone = blank(out);
        answer->lines_changed += gone;
        if (gone) answer->passes |= NORMALIZE_BLANK;
        answer->text = out->len ? out->data : "";
        answer->len = out->len;
    }
    answer->changed = answer->lines_changed > 0;
}
