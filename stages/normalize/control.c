/*
 * ansi, c1, newline, control: characters that steer a terminal or a printer, and what is left of them in text.
 *
 * c1, examples   0061 0085 0062 -> 0061 2026 0062 (cp1252 meant an ellipsis)
 *                0645 06CC 009D 0634 -> 0645 06CC 200C 0634 (cp1256: 9D is ZWNJ)
 *                0938 0086 092F -> 0938 0931 094D 092F (a font's eyelash ra)
 */
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "passes.h"

static bool is_noncharacter(uint32_t c) {
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

static bool is_control(uint32_t c) {
    return c <= 0x08 || (c >= 0x0E && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC) || is_noncharacter(c);
}

void control_triggers(struct triggers *triggers, const struct settings *settings) {
    (void)settings;
    trigger_range(triggers, KEY_ANSI, 0x1B, 0x1B);
    trigger_range(triggers, KEY_C1, 0x80, 0x9F);
    trigger_range(triggers, KEY_NEWLINE, 0x0B, 0x0D);
    trigger_range(triggers, KEY_NEWLINE, 0x85, 0x85);
    trigger_range(triggers, KEY_NEWLINE, 0x2028, 0x2029);
    trigger_range(triggers, KEY_CONTROL, 0x00, 0x08);
    trigger_range(triggers, KEY_CONTROL, 0x0E, 0x1F);
    trigger_range(triggers, KEY_CONTROL, 0x7F, 0x7F);
    trigger_range(triggers, KEY_CONTROL, 0x206A, 0x206F);
    trigger_range(triggers, KEY_CONTROL, 0xFEFF, 0xFEFF);
    trigger_range(triggers, KEY_CONTROL, 0xFFF9, 0xFFFC);
    trigger_range(triggers, KEY_CONTROL, 0xFDD0, 0xFDEF);
    for (uint32_t plane = 0; plane <= 0x10; plane++)
        trigger_range(triggers, KEY_CONTROL, plane << 16 | 0xFFFE, plane << 16 | 0xFFFF);
}

/* ---- ansi ---- */

/* Length of the escape sequence at p (p[0] is ESC), 0 when there is none. */
static size_t escape_sequence(const uint32_t *p, const uint32_t *end) {
    const uint32_t *at = p + 2;
    if (end - p < 3) return 0;
    if (p[1] == '[') {
        while (at < end && *at >= 0x30 && *at <= 0x3F) at++;
        while (at < end && *at >= 0x20 && *at <= 0x2F) at++;
        return at < end && *at >= 0x40 && *at <= 0x7E ? (size_t)(at + 1 - p) : 0;
    }
    if (p[1] != ']') return 0;
    for (; at < end; at++) {
        if (*at == 0x07) return (size_t)(at + 1 - p);
        if (*at == 0x1B) return end - at > 1 && at[1] == '\\' ? (size_t)(at + 2 - p) : 0;
    }
    return 0;
}

bool pass_ansi(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    const uint32_t *end = in->at + in->len;
    for (const uint32_t *p = in->at; p < end;) {
        size_t gone = *p == 0x1B ? escape_sequence(p, end) : 0;
        if (gone)
            p += gone;
        else
            line_put(out, *p++);
    }
    return out->len != in->len;
}

/* ---- c1 ---- */

static UScriptCode script_of(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript((UChar32)c, &status);
}

static bool is_arabic(uint32_t c) { /* a letter, or a mark that stands on one */
    return u_isalpha((UChar32)c) ? script_of(c) == USCRIPT_ARABIC
                                 : (c >= 0x0610 && c <= 0x061A) || (c >= 0x064B && c <= 0x065F) ||
                                       c == 0x0670 || (c >= 0x06D6 && c <= 0x06ED);
}

/* Letter or mark of a script of the Brahmic family. */
static bool is_brahmic(uint32_t c) {
    bool brahmic = (c >= 0x0900 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
                   (c >= 0xA8E0 && c <= 0xA9FF) || (c >= 0x11000 && c <= 0x11FFF);
    return brahmic && ((U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK)) != 0);
}

/* 80..9F as Windows means them; 0 where it means nothing. */
static uint32_t windows_1252(uint32_t c) {
    static const uint16_t table[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    return table[c - 0x80];
}

bool pass_c1(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    bool changed = false;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i], before = i ? in->at[i - 1] : 0,
                 after = i + 1 < in->len ? in->at[i + 1] : 0;
        if (c < 0x80 || c > 0x9F) {
            line_put(out, c);
            continue;
        }
        changed = true;
        if ((c == 0x9D || c == 0x9E) && is_arabic(before)) {
            line_put(out, c == 0x9D ? 0x200C : 0x200D);
        } else if (c == 0x86 && is_brahmic(before) && after >= 0x0900 && after <= 0x097F &&
                   is_brahmic(after)) {
            line_put(out, 0x0931);
            line_put(out, 0x094D);
        } else if (windows_1252(c)) {
            line_put(out, is_brahmic(before) && is_brahmic(after) ? 0xFFFD : windows_1252(c));
        }
    }
    return changed;
}

/* ---- newline ---- */

bool pass_newline(struct job *job, const struct line *in, struct line *out) {
    bool changed = false;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        bool at_end = i + 1 == in->len;
        if (c == '\r' && (at_end ? job->before_lf : in->at[i + 1] == '\n')) {
            changed = true; /* CR LF: the LF stays */
        } else if (c == 0x0B || c == 0x0C || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) {
            changed = true;
            line_put(out, '\n');
        } else {
            line_put(out, c);
        }
    }
    return changed;
}

/* ---- control ---- */

bool pass_control(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    for (size_t i = 0; i < in->len; i++)
        if (!is_control(in->at[i])) line_put(out, in->at[i]);
    return out->len != in->len;
}
