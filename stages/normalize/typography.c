/*
 * ethiopic, digits, marks, quotes, whitespace: how text was set, not what it says.
 *
 * whitespace, examples   "a\u00A0 b " -> "a b"; leading spaces and tabs stay (verse, code), in `aggressive` they go.
 *                        182E 1823 1829 202F 1824 1828 stays: Mongolian parts a suffix by U+202F.
 */
#include <unicode/uchar.h>

#include "passes.h"

static const uint32_t mark_ranges[][2] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}};

static bool is_common_mark(uint32_t c) {
    for (size_t i = 0; i < sizeof mark_ranges / sizeof *mark_ranges; i++)
        if (c >= mark_ranges[i][0] && c <= mark_ranges[i][1]) return true;
    return false;
}

void typography_triggers(struct triggers *triggers, const struct settings *settings) {
    trigger_pair(triggers, KEY_ETHIOPIC, 0x1361, 0x1361);
    if (settings->value[KEY_DIGITS] == DIGITS_ASCII)
        for (uint32_t c = 0x80; c < 0x20000; c++)
            if (u_charType((UChar32)c) == U_DECIMAL_DIGIT_NUMBER)
                trigger_range(triggers, KEY_DIGITS, c, c);
    for (size_t i = 0; i < sizeof mark_ranges / sizeof *mark_ranges; i++)
        trigger_range(triggers, KEY_MARKS, mark_ranges[i][0], mark_ranges[i][1]);
    trigger_range(triggers, KEY_QUOTES, 0x2018, 0x2019);
    trigger_range(triggers, KEY_QUOTES, 0x201B, 0x201D);
    trigger_range(triggers, KEY_QUOTES, 0x201F, 0x201F);
    trigger_range(triggers, KEY_WHITESPACE, 0xA0, 0xA0);
    trigger_range(triggers, KEY_WHITESPACE, 0x1680, 0x1680);
    trigger_range(triggers, KEY_WHITESPACE, 0x2000, 0x200A);
    trigger_range(triggers, KEY_WHITESPACE, 0x202F, 0x202F);
    trigger_range(triggers, KEY_WHITESPACE, 0x205F, 0x205F);
    trigger_range(triggers, KEY_WHITESPACE, 0x3000, 0x3000);
    if (settings->value[KEY_WHITESPACE] == AGGRESSIVE)
        trigger_range(triggers, KEY_WHITESPACE, '\t', '\t');
}

bool pass_ethiopic(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    for (size_t i = 0; i < in->len; i++) {
        bool two = in->at[i] == 0x1361 && i + 1 < in->len && in->at[i + 1] == 0x1361;
        line_put(out, two ? 0x1362 : in->at[i]);
        i += two;
    }
    return out->len != in->len;
}

bool pass_digits(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    bool changed = false;
    for (size_t i = 0; i < in->len; i++) {
        int32_t value = in->at[i] < 0x80 ? -1 : u_charDigitValue((UChar32)in->at[i]);
        changed |= value >= 0;
        line_put(out, value >= 0 ? '0' + (uint32_t)value : in->at[i]);
    }
    return changed;
}

bool pass_marks(struct job *job, const struct line *in, struct line *out) {
    size_t run = 0, most = job->settings->value[KEY_MARKS];
    for (size_t i = 0; i < in->len; i++) {
        run = is_common_mark(in->at[i]) ? run + 1 : 0;
        if (run <= most) line_put(out, in->at[i]);
    }
    return out->len != in->len;
}

bool pass_quotes(struct job *job, const struct line *in, struct line *out) {
    (void)job;
    bool changed = false;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        bool one = c == 0x2018 || c == 0x2019 || c == 0x201B;
        bool two = c == 0x201C || c == 0x201D || c == 0x201F;
        changed |= one || two;
        line_put(out, one ? '\'' : two ? '"' : c);
    }
    return changed;
}

/* ---- whitespace ---- */

/* Letters, and the selectors and vowel separator that stand between a letter and its suffix. */
static bool is_mongolian(uint32_t c) {
    return c >= 0x180B && c <= 0x18AA;
}

static bool is_space(const struct line *in, size_t i) {
    uint32_t c = in->at[i];
    if (c == 0x202F)
        return !(i > 0 && i + 1 < in->len && is_mongolian(in->at[i - 1]) &&
                 is_mongolian(in->at[i + 1]));
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x205F ||
           c == 0x3000;
}

bool pass_whitespace(struct job *job, const struct line *in, struct line *out) {
    bool aggressive = job->settings->value[KEY_WHITESPACE] == AGGRESSIVE;
    bool leading = true, space = false;
    line_reserve(out, in->len);
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        if (is_space(in, i) || (aggressive && c == '\t')) {
            bool stays = leading ? !aggressive : !space;
            if (stays) out->at[out->len++] = ' ';
            space = true;
        } else {
            out->at[out->len++] = c;
            space = false;
            leading = leading && c == '\t';
        }
    }
    while (out->len && (out->at[out->len - 1] == ' ' || out->at[out->len - 1] == '\t')) out->len--;
    return !line_equal(in, out);
}
