/*
 * Rules that are right in some languages only; a trusted tag of the document chooses (normalize.md section 7).
 *
 *   Romanian   U+015F U+0163 -> U+0219 U+021B   (in Turkish U+015F is right)
 *   Turkic     U+0069 U+0307 -> U+0069          (what lower-casing U+0130 leaves)
 *   Persian    U+064A U+0649 -> U+06CC, U+0643 -> U+06A9     Urdu: these, and U+0647 -> U+06C1
 *   Uzbek      o' g' with any of the common apostrophes -> U+02BB
 *   Caucasian  I l | 1 for palochka: U+043C U+0435 U+0433 U+0049 U+0435 U+0440 -> ... U+04C0 ...
 */
#include "language.h"

#include <string.h>

#include "passes.h"
#include "text/utf8.h"

static const struct {
    const char *langs; /* ISO 639-3, each with a space before and behind */
    enum language_rule rule;
    double min_score;
} rules[] = {
    {" ron ", LANGUAGE_ROMANIAN, 0.8},
    {" tur azj aze crh gag ", LANGUAGE_TURKIC, 0.8},
    {" pes prs fas ", LANGUAGE_PERSIAN, 0.95},
    {" urd ", LANGUAGE_URDU, 0.95},
    {" uzn uzb ", LANGUAGE_UZBEK, 0.8},
    {" che kbd ady ava inh lez dar lbe tab ", LANGUAGE_CAUCASIAN, 0.8},
};

/* Letters of languages that are mistaken for Persian or Urdu, and where U+064A or U+0643 may be right. */
static bool is_foreign_to_persian(uint32_t c) {
    static const uint16_t letters[] = {
        0x067A, 0x067D, 0x0680, 0x068A, 0x068F, 0x06AA, 0x06B1, 0x06B3, 0x06BB, /* Sindhi */
        0x0693, 0x0696, 0x069A, 0x06BC, 0x06CD, 0x06D0,                         /* Pashto */
        0x06AD, 0x06C7, 0x06C8, 0x06CB,                                         /* Uyghur */
        0x0695, 0x06B5, 0x06C6, 0x06CE,                                         /* Kurdish */
    };
    if (c < 0x067A || c > 0x06D0) return false;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i] == c) return true;
    return false;
}

static bool is_persian_or_urdu(const char *utf8, size_t len) {
    const char *end = utf8 + len;
    for (const char *at = utf8; at < end;)
        if (is_foreign_to_persian(sg_utf8_next(&at))) return false;
    return true;
}

enum language_rule language_rule_of(const char *lang, double score, bool gated, const char *utf8,
                                    size_t len) {
    char word[6] = " ";
    if (!lang || strlen(lang) != 3) return LANGUAGE_NONE;
    memcpy(word + 1, lang, 3);
    word[4] = ' ';
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!strstr(rules[i].langs, word)) continue;
        if (gated && !(score >= rules[i].min_score)) return LANGUAGE_NONE;
        enum language_rule rule = rules[i].rule;
        bool arabic = rule == LANGUAGE_PERSIAN || rule == LANGUAGE_URDU;
        return arabic && !is_persian_or_urdu(utf8, len) ? LANGUAGE_NONE : rule;
    }
    return LANGUAGE_NONE;
}

/* ---- one line ---- */

static uint32_t romanian(uint32_t c) {
    switch (c) {
    case 0x015E: return 0x0218;
    case 0x015F: return 0x0219;
    case 0x0162: return 0x021A;
    case 0x0163: return 0x021B;
    default: return c;
    }
}

static uint32_t persian(uint32_t c) {
    return c == 0x064A || c == 0x0649 ? 0x06CC : c == 0x0643 ? 0x06A9 : c;
}

static uint32_t uzbek(uint32_t c, uint32_t before) {
    bool letter = before == 'o' || before == 'O' || before == 'g' || before == 'G';
    bool apostrophe = c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x02BC;
    return letter && apostrophe ? 0x02BB : c;
}

static bool is_latin(uint32_t c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Letters but those that may themselves stand for a palochka: else a row of them would change one by one. */
static bool is_cyrillic(uint32_t c) {
    return ((c >= 0x0400 && c <= 0x0481) || (c >= 0x048A && c <= 0x052F)) && c != 0x0406 &&
           c != 0x04C0 && c != 0x04CF;
}

/* 1 and the pipe have work of their own at a word's edge (a table's border), so they must stand between two letters; I and
 * l not inside a Latin word with a Cyrillic ending, nor two in a row (a Roman number). */
static uint32_t palochka(uint32_t c, uint32_t before, uint32_t after) {
    if (c == '1' || c == '|') return is_cyrillic(before) && is_cyrillic(after) ? 0x04C0 : c;
    if (c != 'I' && c != 'l' && c != 0x0406) return c;
    if (is_latin(before) || is_latin(after) || before == 0x0406 || after == 0x0406) return c;
    return is_cyrillic(before) || is_cyrillic(after) ? 0x04C0 : c;
}

static uint32_t by_rule(enum language_rule rule, const struct line *in, size_t i) {
    uint32_t c = in->at[i], before = i > 0 ? in->at[i - 1] : 0;
    uint32_t after = i + 1 < in->len ? in->at[i + 1] : 0;
    switch (rule) {
    case LANGUAGE_ROMANIAN: return romanian(c);
    case LANGUAGE_PERSIAN: return persian(c);
    case LANGUAGE_URDU: return c == 0x0647 ? 0x06C1 : persian(c);
    case LANGUAGE_UZBEK: return uzbek(c, before);
    case LANGUAGE_CAUCASIAN: return palochka(c, before, after);
    default: return c;
    }
}

static bool has_comma_below(uint32_t c) {
    return (c >= 0x0218 && c <= 0x021B) || c == 0x0326;
}

bool pass_lang(struct job *job, const struct line *in, struct line *out) {
    bool changed = false;
    line_reserve(out, in->len);
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = by_rule(job->rule, in, i), last = out->len ? out->at[out->len - 1] : 0;
        bool dropped = job->rule == LANGUAGE_TURKIC && c == 0x0307 && last == 'i';
        /* U+015F U+0327: else NFC would make U+015F of the second cedilla again, one a round */
        if (job->rule == LANGUAGE_ROMANIAN && c == 0x0327 && has_comma_below(last)) c = 0x0326;
        changed |= dropped || c != in->at[i];
        if (!dropped) line_put(out, c);
    }
    return changed;
}
