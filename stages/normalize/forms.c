/*
 * Compatibility characters of old character sets and fonts, written with the characters that they stand for. Never NFKC over
 * text: each pass knows its ranges and takes one step of the decomposition.
 *
 *   width         U+FF76 -> U+30AB, U+FFA1 -> U+3131 (not U+1100); full-width marks of Chinese and Japanese stay
 *   ligatures     U+FB01 -> U+0066 U+0069, U+01C6 -> U+0064 U+017E, U+0149 -> U+2019 U+006E
 *   presentation  U+FEDF -> U+0644, U+FE35 -> U+0028, U+2F08 beside Han -> U+4EBA, U+0675 -> U+0674 U+0627
 */
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#include "passes.h"
#include "sequence_table.h"

/* One step of the compatibility decomposition, appended to out. False, and nothing appended, when c has none. */
static bool put_one_step(uint32_t c, struct line *out) {
    UErrorCode status = U_ZERO_ERROR;
    UChar text[32];
    const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&status);
    int32_t len = unorm2_getRawDecomposition(nfkc, (UChar32)c, text, 32, &status);
    if (U_FAILURE(status) || len < 0) return false;
    for (int32_t i = 0; i < len;) {
        UChar32 point;
        U16_NEXT(text, i, len, point);
        line_put(out, (uint32_t)point);
    }
    return true;
}

static bool between(uint32_t c, uint32_t first, uint32_t last) {
    return c - first <= last - first;
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t c) {
    for (size_t i = 0; i < count; i++)
        if (between(c, ranges[i].first, ranges[i].last)) return true;
    return false;
}

static void trigger_ranges(struct triggers *triggers, enum normalize_key key,
                           const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        trigger_range(triggers, key, ranges[i].first, ranges[i].last);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- width ---- */

static const struct range halfwidth[] = {{0xFF61, 0xFFDC}, {0xFFE0, 0xFFEE}};
static const struct range fullwidth_ascii = {0xFF01, 0xFF5E}; /* aggressive */

bool pass_width(struct job *job, const struct line *in, struct line *out) {
    bool aggressive = job->settings->value[KEY_WIDTH] == AGGRESSIVE, changed = false;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        bool mine = in_ranges(halfwidth, COUNT(halfwidth), c) ||
                    (aggressive && in_ranges(&fullwidth_ascii, 1, c));
        if (mine && put_one_step(c, out))
            changed = true;
        else
            line_put(out, c);
    }
    return changed;
}

/* ---- ligatures ---- */

static const struct range ligatures[] = {
    {0x0132, 0x0133}, {0x013F, 0x0140}, {0x0149, 0x0149}, {0x01C4, 0x01CC},
    {0x01F1, 0x01F3}, {0xFB00, 0xFB06}, {0xFB13, 0xFB17},
};

bool pass_ligatures(struct job *job, const struct line *in, struct line *out) {
    bool changed = false;
    (void)job;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        if (!in_ranges(ligatures, COUNT(ligatures), c)) {
            line_put(out, c);
            continue;
        }
        changed = true;
        if (c == 0x0149) /* an apostrophe, not the modifier letter of the decomposition */
            line_append(out, (const uint32_t[]){0x2019, 'n'}, 2);
        else if (c == 0xFB05) /* long s was the printer's choice */
            line_append(out, (const uint32_t[]){'s', 't'}, 2);
        else
            put_one_step(c, out);
    }
    return changed;
}

/* ---- presentation ---- */

/* Arabic letters; U+FD3E U+FD3F and U+FDF0..U+FDFD (words and signs of their own) stay. */
static const struct range arabic_forms[] = {
    {0xFB50, 0xFBB1},
    {0xFBD3, 0xFD3D},
    {0xFD50, 0xFDC7},
    {0xFE80, 0xFEFC},
};
/* Marks with a space or a tatweel to sit on, of which only the mark is wanted, and only where a letter carries it. */
static const struct range carried_marks[] = {{0xFC5E, 0xFC63}, {0xFCF2, 0xFCF4}, {0xFE70, 0xFE7F}};
static const struct range plain_forms[] = {
    {0xFB20, 0xFB28},
    {0xFB4F, 0xFB4F}, /* Hebrew */
    {0xFE10, 0xFE19},
    {0xFE31, 0xFE48}, /* vertical; U+FE30 is typed for a colon in Taiwan and would become U+2025 */
};
static const struct range radicals[] = {{0x2E9F, 0x2E9F}, {0x2EF3, 0x2EF3}, {0x2F00, 0x2FD5}};
static const struct range math_letters = {0x1D400, 0x1D7FF}; /* aggressive */
/* Bullets and a check mark of symbol fonts. */
static const uint32_t symbols[][2] = {{0xF0A7, 0x25AA}, {0xF0B7, 0x2022}, {0xF0FC, 0x2713}};

static bool is_radical(uint32_t c) {
    return in_ranges(radicals, COUNT(radicals), c);
}

/* A radical says that it stands for the ideograph by its company; a list of radicals has none. */
static bool is_cjk(uint32_t c) {
    if (c < 0x1100 || between(c, 0x2E80, 0x2FDF)) return false;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
           script == USCRIPT_HANGUL || c == 0x30FC;
}

/* A run of radicals is taken as a whole: it changes when a CJK character stands at either end. */
static size_t put_radicals(const struct line *in, size_t from, struct line *out, bool *changed) {
    size_t end = from;
    while (end < in->len && is_radical(in->at[end])) end++;
    bool company = (from > 0 && is_cjk(in->at[from - 1])) || (end < in->len && is_cjk(in->at[end]));
    for (size_t i = from; i < end; i++)
        if (!company || !put_one_step(in->at[i], out)) line_put(out, in->at[i]);
    *changed |= company;
    return end;
}

static bool is_mark(uint32_t c) {
    return u_charType((UChar32)c) == U_NON_SPACING_MARK;
}

/* What out ends with, marks skipped: looked at only when a mark asks, and then no code point twice. */
struct carrier {
    size_t seen;
    bool arabic; /* a letter, or the tatweel that stands for one */
};

static bool carries(struct carrier *carrier, const struct line *out) {
    for (; carrier->seen < out->len; carrier->seen++) {
        uint32_t c = out->at[carrier->seen];
        if (c >= 0x0300 && (is_mark(c) || in_ranges(carried_marks, COUNT(carried_marks), c)))
            continue;
        UErrorCode status = U_ZERO_ERROR;
        carrier->arabic = c == 0x0640 || (c >= 0x0620 && u_isalpha((UChar32)c) &&
                                          uscript_getScript((UChar32)c, &status) == USCRIPT_ARABIC);
    }
    return carrier->arabic;
}

static bool put_carried_marks(uint32_t c, struct carrier *carrier, struct line *out) {
    size_t start = out->len, to = start;
    if (!carries(carrier, out) || !put_one_step(c, out)) return false;
    for (size_t i = start; i < out->len; i++)
        if (is_mark(out->at[i])) out->at[to++] = out->at[i];
    out->len = to;
    return true;
}

/* The high hamzas U+0675..U+0678 are spelled out at a word's start only, where Kazakh has them. U+0674 does not join: inside
 * a word it would part letters that stand together (Pashto U+0634 U+0678, a slip for U+0626). */
static bool put_arabic_sequence(uint32_t c, struct carrier *carrier, struct line *out) {
    uint32_t two[2] = {out->len ? out->at[out->len - 1] : 0, c};
    const struct sequence *row = sequence_at(two, 2, SEQUENCE_ARABIC);
    if (row && row->from_len == 2)
        out->len--;
    else
        row = sequence_at(&c, 1, SEQUENCE_ARABIC);
    if (!row || (c >= 0x0675 && carries(carrier, out))) return false;
    line_append(out, row->to, row->to_len);
    return true;
}

static bool put_symbol(uint32_t c, struct line *out) {
    for (size_t i = 0; i < COUNT(symbols); i++) {
        if (symbols[i][0] != c) continue;
        line_put(out, symbols[i][1]);
        return true;
    }
    return false;
}

/* What c becomes after what stands in out; false when it stays. */
static bool put_form(uint32_t c, bool aggressive, struct carrier *carrier, struct line *out) {
    if (between(c, 0x0649, 0x0678)) return put_arabic_sequence(c, carrier, out);
    if (c < 0xF000) return false;
    if (in_ranges(carried_marks, COUNT(carried_marks), c))
        return put_carried_marks(c, carrier, out);
    if (in_ranges(arabic_forms, COUNT(arabic_forms), c) ||
        in_ranges(plain_forms, COUNT(plain_forms), c) ||
        (aggressive && in_ranges(&math_letters, 1, c)))
        return put_one_step(c, out);
    return put_symbol(c, out);
}

bool pass_presentation(struct job *job, const struct line *in, struct line *out) {
    bool aggressive = job->settings->value[KEY_PRESENTATION] == AGGRESSIVE, changed = false;
    struct carrier carrier = {0};
    for (size_t i = 0; i < in->len;) {
        uint32_t c = in->at[i];
        if (is_radical(c)) {
            i = put_radicals(in, i, out, &changed);
            continue;
        }
        if (put_form(c, aggressive, &carrier, out))
            changed = true;
        else
            line_put(out, c);
        i++;
    }
    return changed;
}

void forms_triggers(struct triggers *triggers, const struct settings *settings) {
    trigger_ranges(triggers, KEY_WIDTH, halfwidth, COUNT(halfwidth));
    if (settings->value[KEY_WIDTH] == AGGRESSIVE)
        trigger_ranges(triggers, KEY_WIDTH, &fullwidth_ascii, 1);
    trigger_ranges(triggers, KEY_LIGATURES, ligatures, COUNT(ligatures));
    trigger_ranges(triggers, KEY_PRESENTATION, arabic_forms, COUNT(arabic_forms));
    trigger_ranges(triggers, KEY_PRESENTATION, carried_marks, COUNT(carried_marks));
    trigger_ranges(triggers, KEY_PRESENTATION, plain_forms, COUNT(plain_forms));
    trigger_ranges(triggers, KEY_PRESENTATION, radicals, COUNT(radicals));
    if (settings->value[KEY_PRESENTATION] == AGGRESSIVE)
        trigger_ranges(triggers, KEY_PRESENTATION, &math_letters, 1);
    for (size_t i = 0; i < COUNT(symbols); i++)
        trigger_range(triggers, KEY_PRESENTATION, symbols[i][0], symbols[i][0]);
    for (size_t i = 0; i < sequence_count; i++) {
        const struct sequence *row = &sequence_table[i];
        if (row->kind != SEQUENCE_ARABIC) continue;
        if (row->from_len == 1)
            trigger_range(triggers, KEY_PRESENTATION, row->from[0], row->from[0]);
        else
            trigger_pair(triggers, KEY_PRESENTATION, row->from[0], row->from[1]);
    }
}
