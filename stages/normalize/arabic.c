/*
 * Tatweel (U+0640) is a stroke that makes a word longer on paper; it is no letter. A run of it between two letters that
 * join anyway goes: U+0643 U+062A U+0640 U+0640 U+0627 -> U+0643 U+062A U+0627. It stays, one of a run, where it says
 * something: after heh at a word's end (a letter form in Kurdish, a year's sign in Persian: U+06F1 U+06F4 U+0020 U+0647
 * U+0640), and where it carries a mark (U+0647 U+0640 U+0670).
 */
#include "arabic.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "passes.h"
#include "text/utf8.h"

#define TATWEEL 0x0640

static bool is_arabic_letter(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    return c >= 0x0620 && c != TATWEEL && u_isalpha((UChar32)c) &&
           uscript_getScript((UChar32)c, &status) == USCRIPT_ARABIC;
}

static bool is_mark(uint32_t c) {
    return c >= 0x0300 && u_charType((UChar32)c) == U_NON_SPACING_MARK;
}

static bool joins_forward(uint32_t c) {
    int32_t type = u_getIntPropertyValue((UChar32)c, UCHAR_JOINING_TYPE);
    return is_arabic_letter(c) && (type == U_JT_DUAL_JOINING || type == U_JT_LEFT_JOINING);
}

bool pass_tatweel(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    for (size_t i = 0; i < in->len;) {
        if (in->at[i] != TATWEEL) {
            line_put(out, in->at[i++]);
            continue;
        }
        size_t before = i;
        while (before > 0 && is_mark(in->at[before - 1])) before--;
        while (i < in->len && in->at[i] == TATWEEL) i++;
        bool inside = before > 0 && joins_forward(in->at[before - 1]) && i < in->len &&
                      is_arabic_letter(in->at[i]);
        if (!inside) line_put(out, TATWEEL);
    }
    return out->len != in->len;
}

void arabic_triggers(struct triggers *triggers, const struct settings *settings) {
    (void)settings;
    trigger_range(triggers, KEY_TATWEEL, TATWEEL, TATWEEL);
}

/* ---- visual order ---- */

enum { MIN_WORDS = 10, VISUAL_PERCENT = 80 };

static bool is_form(uint32_t c) {
    return (c >= 0xFB50 && c <= 0xFDFF) || (c >= 0xFE80 && c <= 0xFEFC);
}

static bool is_final(uint32_t c) {
    return u_getIntPropertyValue((UChar32)c, UCHAR_DECOMPOSITION_TYPE) == U_DT_FINAL;
}

/* A word's last letter has a final form (or an isolated one, which says nothing): where it stands first, the text was
 * stored as it is seen, from left to right. */
bool arabic_visual_order(const char *utf8, size_t len) {
    const char *end = utf8 + len;
    size_t words = 0, visual = 0, letters = 0;
    uint32_t first = 0, last = 0;
    for (const char *at = utf8;;) {
        uint32_t c = at < end ? sg_utf8_next(&at) : 0;
        if (is_form(c)) {
            if (letters++ == 0) first = c;
            last = c;
            continue;
        }
        if (letters >= 2 && (is_final(first) || is_final(last))) {
            words++;
            visual += is_final(first);
        }
        letters = 0;
        if (c == 0 && at >= end) break;
    }
    return words >= MIN_WORDS && visual * 100 >= words * VISUAL_PERCENT;
}
