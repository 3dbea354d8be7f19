/*
 * bidi, tags, variation, invisible, joiners: characters without a shape of their own. Each stays where it changes what a
 * reader sees or how a word is read, and goes where it does nothing but hide bytes.
 *
 * joiners, examples   0645 06CC 200C 062E 0648: Persian, stays      0930 094D 200D 092F: Marathi eyelash ra, stays
 *                     0063 006F 200C 006F 0070: Latin, goes         1F469 200D 1F4BB: a woman at a computer, stays
 */
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "passes.h"

enum { CGJ = 0x034F, ZWSP = 0x200B, ZWNJ = 0x200C, ZWJ = 0x200D };

static UScriptCode script_of(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript((UChar32)c, &status);
}

/* Scripts whose letters join as Arabic's do. */
static const UScriptCode cursive[] = {
    USCRIPT_ARABIC,     USCRIPT_SYRIAC,          USCRIPT_MANDAIC,    USCRIPT_NKO,
    USCRIPT_MONGOLIAN,  USCRIPT_PHAGS_PA,        USCRIPT_MANICHAEAN, USCRIPT_PSALTER_PAHLAVI,
    USCRIPT_ADLAM,      USCRIPT_HANIFI_ROHINGYA, USCRIPT_SOGDIAN,    USCRIPT_CHORASMIAN,
    USCRIPT_OLD_UYGHUR,
};

static bool is_haraka(uint32_t c) { /* marks and the stroke that Arabic shares with other scripts */
    return (c >= 0x064B && c <= 0x0655) || c == 0x0670 || c == 0x0640;
}

static bool is_cursive(uint32_t c) {
    if (is_haraka(c)) return true;
    UScriptCode script = script_of(c);
    for (size_t i = 0; i < sizeof cursive / sizeof *cursive; i++)
        if (script == cursive[i]) return true;
    return false;
}

static bool kills_vowel(uint32_t c) {
    int32_t syllabic = u_getIntPropertyValue((UChar32)c, UCHAR_INDIC_SYLLABIC_CATEGORY);
    return syllabic == U_INSC_VIRAMA || syllabic == U_INSC_INVISIBLE_STACKER ||
           syllabic == U_INSC_PURE_KILLER;
}

enum { INDIC_FIRST = 0x0590, SCRIPTS_END = 0x1F000, HAN = 0x2E80, HAN_END = 0xA000 };

/* FLAG_JOINS: scripts that join, and those with a virama, a stacker or a killer. FLAG_BREAKS: without spaces. */
static void flag_scripts(struct triggers *triggers) {
    bool joins[USCRIPT_CODE_LIMIT] = {false};
    for (size_t i = 0; i < sizeof cursive / sizeof *cursive; i++) joins[cursive[i]] = true;
    for (uint32_t c = INDIC_FIRST; c < SCRIPTS_END; c = c == HAN ? HAN_END : c + 1)
        if (kills_vowel(c)) joins[script_of(c)] = true;
    joins[USCRIPT_COMMON] = joins[USCRIPT_INHERITED] = false;
    for (uint32_t c = INDIC_FIRST; c < SCRIPTS_END; c = c == HAN ? HAN_END : c + 1) {
        UScriptCode script = script_of(c);
        if (joins[script] || is_haraka(c)) trigger_flags(triggers, c, FLAG_JOINS);
        if (is_cursive(c)) trigger_flags(triggers, c, FLAG_CURSIVE);
        if (script == USCRIPT_JAVANESE || script == USCRIPT_BALINESE || script == USCRIPT_KAWI ||
            script == USCRIPT_TIBETAN ||
            u_getIntPropertyValue((UChar32)c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
            trigger_flags(triggers, c, FLAG_BREAKS);
    }
}

void invisible_triggers(struct triggers *triggers, const struct settings *settings) {
    static const uint32_t marks[] = {0x200E, 0x200F, 0x061C};
    for (size_t i = 0; i < 3; i++)
        if (settings->value[KEY_BIDI] == AGGRESSIVE)
            trigger_range(triggers, KEY_BIDI, marks[i], marks[i]);
        else
            trigger_pair(triggers, KEY_BIDI, marks[i], marks[i]);
    trigger_range(triggers, KEY_BIDI, 0x202A, 0x202E);
    trigger_range(triggers, KEY_BIDI, 0x2066, 0x2069);
    trigger_range(triggers, KEY_TAGS, 0xE0000, 0xE007F);
    trigger_range(triggers, KEY_VARIATION, 0xFE00, 0xFE0F);
    trigger_range(triggers, KEY_VARIATION, 0xE0100, 0xE01EF);
    trigger_range(triggers, KEY_VARIATION, 0x180B, 0x180D);
    trigger_range(triggers, KEY_VARIATION, 0x180F, 0x180F);
    static const uint32_t others[] = {0xAD, 0x034F, 0x17B4, 0x17B5, 0x180E,
                                      ZWSP, 0x2060, 0x2800, 0x3164, 0xFFA0};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        trigger_range(triggers, KEY_INVISIBLE, others[i], others[i]);
    if (settings->value[KEY_INVISIBLE] == AGGRESSIVE)
        trigger_range(triggers, KEY_INVISIBLE, 0x2061, 0x2064);
    trigger_range(triggers, KEY_JOINERS, ZWNJ, ZWJ);
    flag_scripts(triggers);
}

static uint32_t before(const struct line *in, size_t i) {
    return i ? in->at[i - 1] : '\n';
}
static uint32_t after(const struct line *in, size_t i) {
    return i + 1 < in->len ? in->at[i + 1] : '\n';
}
static bool is_white(uint32_t c) {
    return u_isUWhiteSpace((UChar32)c);
}

/* ---- bidi ---- */

bool pass_bidi(struct job *job, const struct line *in, struct line *out) {
    bool all = job->settings->value[KEY_BIDI] == AGGRESSIVE;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        bool control = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        bool mark = c == 0x200E || c == 0x200F || c == 0x061C;
        if (c == 0x202D || c == 0x202E) job->counts[COUNT_BIDI_OVERRIDE]++;
        if (!control && !(mark && (all || before(in, i) == c))) line_put(out, c);
    }
    return out->len != in->len;
}

/* ---- tags ---- */

static bool is_tag(uint32_t c) {
    return c >= 0xE0000 && c <= 0xE007F;
}

/* Length of the flag at p (a black flag, tag letters, the cancel tag), 0 when there is none. */
static size_t flag_sequence(const uint32_t *p, const uint32_t *end) {
    const uint32_t *at = p + 1;
    while (at < end && *at >= 0xE0020 && *at <= 0xE007E) at++;
    return *p == 0x1F3F4 && at > p + 1 && at < end && *at == 0xE007F ? (size_t)(at + 1 - p) : 0;
}

bool pass_tags(struct job *job, const struct line *in, struct line *out) {
    const uint32_t *end = in->at + in->len;
    for (const uint32_t *p = in->at; p < end;) {
        size_t flag = flag_sequence(p, end);
        if (flag) {
            line_append(out, p, flag);
            p += flag;
        } else {
            if (!is_tag(*p)) line_put(out, *p);
            p++;
        }
    }
    job->counts[COUNT_TAG_REMOVED] += in->len - out->len;
    return out->len != in->len;
}

/* ---- variation ---- */

static bool is_selector(uint32_t c) {
    return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) ||
           (c >= 0x180B && c <= 0x180D) || c == 0x180F;
}

/* May this base have its shape chosen by this selector? */
static bool takes(uint32_t base, uint32_t selector) {
    uint32_t kind = U_GET_GC_MASK((UChar32)base);
    if (selector >= 0xE0100) return script_of(base) == USCRIPT_HAN;
    if (selector <= 0x180F) return script_of(base) == USCRIPT_MONGOLIAN;
    if (selector >= 0xFE0E)
        return u_hasBinaryProperty((UChar32)base, UCHAR_EMOJI) ||
               (kind & (U_GC_SO_MASK | U_GC_SM_MASK));
    return (kind & (U_GC_L_MASK | U_GC_N_MASK | U_GC_SM_MASK | U_GC_P_MASK)) ||
           script_of(base) == USCRIPT_HAN || script_of(base) == USCRIPT_MYANMAR;
}

bool pass_variation(struct job *job, const struct line *in, struct line *out) {
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i], base = out->len ? out->at[out->len - 1] : '\n';
        if (!is_selector(c) || (!is_selector(base) && takes(base, c))) line_put(out, c);
    }
    job->counts[COUNT_VS_REMOVED] += in->len - out->len;
    return out->len != in->len;
}

/* ---- invisible ---- */

static bool breaks_words(const struct job *job, uint32_t c) {
    return flags_of(job->flags, c) & FLAG_BREAKS;
}

/* The run of one code point at i: what stands on both sides of it, and where it ends. */
static size_t run_of(const struct line *in, size_t i, uint32_t *left, uint32_t *right) {
    size_t end = i;
    while (end < in->len && in->at[end] == in->at[i]) end++;
    *left = before(in, i);
    *right = end < in->len ? in->at[end] : '\n';
    return end;
}

static bool is_braille(uint32_t c) {
    return c > 0x2800 && c <= 0x28FF;
}

/* Of a run: one zero width space between words of a script without spaces; Braille blanks beside Braille. */
static size_t put_run(const struct job *job, const struct line *in, size_t i, struct line *out) {
    uint32_t left, right, c = in->at[i];
    size_t end = run_of(in, i, &left, &right);
    if (c == ZWSP) {
        bool between = !is_white(left) && !is_white(right) &&
                       (breaks_words(job, left) || breaks_words(job, right));
        if (between && job->settings->value[KEY_INVISIBLE] != AGGRESSIVE) line_put(out, c);
        return end;
    }
    for (size_t k = i; k < end; k++) line_put(out, is_braille(left) || is_braille(right) ? c : ' ');
    return end;
}

/* A grapheme joiner is a mark itself, so a run of them is asked for what stands behind it. */
static bool is_before_mark(const struct line *in, size_t i) {
    while (i < in->len && in->at[i] == CGJ) i++;
    return i < in->len && (U_GET_GC_MASK((UChar32)in->at[i]) & U_GC_M_MASK);
}

bool pass_invisible(struct job *job, const struct line *in, struct line *out) {
    bool aggressive = job->settings->value[KEY_INVISIBLE] == AGGRESSIVE;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        bool stays = true;
        if (c == ZWSP || c == 0x2800) {
            i = put_run(job, in, i, out) - 1;
            continue;
        }
        if (c == 0x3164 || c == 0xFFA0) c = ' '; /* Hangul fillers are shown as blanks */
        if (c == 0xAD || c == 0x2060 || c == 0x17B4 || c == 0x17B5) stays = false;
        if (c == CGJ) stays = is_before_mark(in, i);
        /* of what is left: when the first of a run goes, all go */
        if (c == 0x180E) stays = out->len && script_of(out->at[out->len - 1]) == USCRIPT_MONGOLIAN;
        if (aggressive && c >= 0x2061 && c <= 0x2064) stays = false;
        if (stays) line_put(out, c);
    }
    return !line_equal(in, out);
}

/* ---- joiners ---- */

static bool is_joiner(uint32_t c) {
    return c == ZWNJ || c == ZWJ;
}

static bool is_pictographic(uint32_t c) {
    return u_hasBinaryProperty((UChar32)c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

static bool between_pictographs(const struct line *in, size_t i) {
    size_t left = i;
    while (left > 0 && (in->at[left - 1] == 0xFE0F ||
                        (in->at[left - 1] >= 0x1F3FB && in->at[left - 1] <= 0x1F3FF)))
        left--;
    return is_pictographic(before(in, left)) && is_pictographic(after(in, i));
}

/* The nearest code point that is no joiner, on either side. */
static void around(const struct line *in, size_t i, uint32_t *left, uint32_t *right) {
    size_t first = i, last = i;
    while (first > 0 && is_joiner(in->at[first - 1])) first--;
    while (last + 1 < in->len && is_joiner(in->at[last + 1])) last++;
    *left = before(in, first);
    *right = after(in, last);
}

static bool joiner_stays(const struct job *job, const struct line *in, size_t i) {
    uint32_t c = in->at[i], left, right;
    if (job->settings->value[KEY_JOINERS] == JOINERS_STRIP) return false;
    if (c == ZWJ && between_pictographs(in, i)) return true;
    around(in, i, &left, &right);
    if (!(flags_of(job->flags, left) & FLAG_JOINS) && !(flags_of(job->flags, right) & FLAG_JOINS))
        return false;
    if (before(in, i) == c) return false; /* one is enough */
    if (c != ZWNJ) return true;
    /* At the edge of a cursive word it has no effect, but after heh: older Kurdish writes a vowel so. */
    if (is_white(after(in, i))) return !is_cursive(before(in, i)) || before(in, i) == 0x0647;
    if (is_white(before(in, i))) return !is_cursive(after(in, i));
    return true;
}

bool pass_joiners(struct job *job, const struct line *in, struct line *out) {
    for (size_t i = 0; i < in->len; i++)
        if (!is_joiner(in->at[i]) || joiner_stays(job, in, i)) line_put(out, in->at[i]);
    job->counts[COUNT_JOINER_REMOVED] += in->len - out->len;
    return out->len != in->len;
}
