/*
 * Thai, Lao and Khmer: signs around a consonant, in the order in which they are to be stored.
 *
 * Thai and Lao (normalize.md 6.3), repeated until nothing moves:
 *   two E for one AE                U+0E40 U+0E40 -> U+0E41
 *   AM typed in two parts           U+0E49 U+0E4D U+0E32 -> U+0E49 U+0E33
 *   tone before the vowel sign      U+0E17 U+0E48 U+0E35 -> U+0E17 U+0E35 U+0E48, only straight after the consonant
 *   a sign typed twice              U+0E48 U+0E48 -> U+0E48
 *
 * Khmer (6.4): what follows a base is sorted by class; two-part vowels become one.
 *   U+1781 U+17C2 U+17D2 U+1798 U+179A -> U+1781 U+17D2 U+1798 U+17C2 U+179A
 *   U+1780 U+17C1 U+17B8 -> U+1780 U+17BE
 * No sign is ever dropped. A coeng (U+17D2) without a consonant ends the syllable and stays where it is.
 */
#include "passes.h"
#include "syllable_table.h"

/* ---- Thai, Lao ---- */

enum { LAO = 0x80 }; /* Lao lies as Thai does, 80 further */

static bool is_thai_or_lao(uint32_t c) {
    return c - 0x0E00 < 0x100;
}

static bool is_class(uint32_t c, enum syllable class) {
    return is_thai_or_lao(c) && syllable_of(c) == class;
}

static bool is_tone(uint32_t c) {
    return is_class(c, SYLLABLE_TONE);
}

static bool is_sign(uint32_t c) {
    return is_tone(c) || is_class(c, SYLLABLE_VOWEL_SIGN);
}

/* c comes after what out ends with. True when it is taken in: two became one, or changed places. */
static bool meets(struct line *out, uint32_t c) {
    uint32_t *last = &out->at[out->len - 1], plain = c & ~(uint32_t)LAO, lao = c & LAO;
    size_t len = out->len;
    if (plain == 0x0E40 && *last == c) {
        *last = 0x0E41 | lao;
        return true;
    }
    if (plain == 0x0E32) {
        uint32_t bindu = 0x0E4D | lao;
        if (*last == bindu) {
            *last = 0x0E33 | lao;
            return true;
        }
        if (len >= 2 && is_tone(*last) && (*last & LAO) == lao && last[-1] == bindu) {
            last[-1] = *last;
            *last = 0x0E33 | lao;
            return true;
        }
        return false;
    }
    if (*last == c && is_sign(c)) return true;
    if (!is_class(c, SYLLABLE_VOWEL_SIGN) || !is_tone(*last) || len < 2 ||
        !is_class(last[-1], SYLLABLE_CONSONANT))
        return false;
    line_put(out, out->at[len - 1]);
    out->at[len - 1] = c;
    return true;
}

bool pass_thai_lao(struct job *job, const struct line *in, struct line *out) {
    bool changed = false;
    (void)job;
    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        /* Typed twice is looked at first, or the second of two vowel signs after a tone would stay. */
        bool twice = i > 0 && in->at[i - 1] == c && is_sign(c);
        if (twice || (is_thai_or_lao(c) && out->len > 0 && meets(out, c)))
            changed = true;
        else
            line_put(out, c);
    }
    return changed;
}

/* Of `niggahita, tone, AA` the first two are given: in Thai they are rare. In Lao both pairs stand in common words (U+0E9E
 * U+0ECD U+0EC8, father; U+0EA7 U+0EC8 U+0EB2, that), and this one in fewer. */
static void thai_lao_triggers(struct triggers *triggers) {
    for (uint32_t lao = 0; lao <= LAO; lao += LAO) {
        trigger_pair(triggers, KEY_THAI_LAO, 0x0E40 | lao, 0x0E40 | lao);
        trigger_pair(triggers, KEY_THAI_LAO, 0x0E4D | lao, 0x0E32 | lao);
        for (uint32_t c = 0x0E00 | lao; c < 0x0E80 + lao; c++) {
            if (is_tone(c)) trigger_pair(triggers, KEY_THAI_LAO, 0x0E4D | lao, c);
            if (is_sign(c)) trigger_pair(triggers, KEY_THAI_LAO, c, c);
        }
    }
    for (uint32_t tone = 0x0E00; tone < 0x0F00; tone++)
        for (uint32_t vowel = 0x0E00; is_tone(tone) && vowel < 0x0F00; vowel++)
            if (is_class(vowel, SYLLABLE_VOWEL_SIGN))
                trigger_pair(triggers, KEY_THAI_LAO, tone, vowel);
}

/* ---- Khmer ---- */

#define COENG 0x17D2
#define RO 0x179A

/* In this order they stand after a base. A coeng pair is one element. */
enum khmer {
    ROBAT,
    SUBSCRIPT,
    SUBSCRIPT_RO, /* of two, RO is the last */
    SHIFTER,
    JOINER,
    VOWEL_AROUND, /* U+17BE..U+17C5 */
    VOWEL_BELOW,  /* U+17BB..U+17BD */
    VOWEL_ABOVE,  /* U+17B7..U+17BA */
    VOWEL_AA,     /* U+17B6 */
    SIGN,
    VISARGA, /* U+17C7 U+17C8 */
    KHMER_CLASSES,
    NOT_A_SIGN = KHMER_CLASSES
};

static bool is_khmer_base(uint32_t c) {
    return (c >= 0x1780 && c <= 0x17A2) || (c >= 0x17A5 && c <= 0x17B3);
}

static enum khmer khmer_sign(uint32_t c) {
    if (c == 0x200C) return JOINER;
    if (c < 0x17B6 || c > 0x17DD) return NOT_A_SIGN;
    if (c == 0x17B6) return VOWEL_AA;
    if (c <= 0x17BA) return VOWEL_ABOVE;
    if (c <= 0x17BD) return VOWEL_BELOW;
    if (c <= 0x17C5) return VOWEL_AROUND;
    if (c == 0x17C7 || c == 0x17C8) return VISARGA;
    if (c == 0x17C9 || c == 0x17CA) return SHIFTER;
    if (c == 0x17CC) return ROBAT;
    return c == COENG || (c > 0x17D3 && c < 0x17DD) ? NOT_A_SIGN : SIGN;
}

/* The element at `i` of a syllable and how many code points it has; 0 where the syllable ends. */
static size_t khmer_element(const struct line *line, size_t i, enum khmer *class) {
    if (i >= line->len) return 0;
    if (line->at[i] == COENG) {
        if (i + 1 >= line->len || !is_khmer_base(line->at[i + 1])) return 0;
        *class = line->at[i + 1] == RO ? SUBSCRIPT_RO : SUBSCRIPT;
        return 2;
    }
    *class = khmer_sign(line->at[i]);
    return *class != NOT_A_SIGN;
}

/* Where the signs from `from` on end, and whether they stand in order. */
static size_t khmer_signs_end(const struct line *line, size_t from, bool *in_order) {
    enum khmer class = ROBAT, before = ROBAT;
    *in_order = true;
    for (size_t step; (step = khmer_element(line, from, &class)) > 0; from += step) {
        *in_order &= before <= class;
        before = class;
    }
    return from;
}

/* One sweep a class: stable, without room of its own, and syllables are short (a long run is eleven sweeps). */
static void khmer_sort(const struct line *line, size_t from, size_t end, struct line *out) {
    for (int want = 0; want < KHMER_CLASSES; want++) {
        enum khmer class;
        for (size_t i = from, step; i < end; i += step) {
            step = khmer_element(line, i, &class);
            if ((int)class == want) line_append(out, line->at + i, step);
        }
    }
}

/* U+17C1 U+17B8 -> U+17BE, U+17C1 U+17B6 -> U+17C4, in what was just written. */
static bool khmer_vowels(struct line *out, size_t from) {
    size_t to = from;
    for (size_t i = from; i < out->len; i++) {
        uint32_t c = out->at[i];
        if (to > from && out->at[to - 1] == 0x17C1 && (c == 0x17B8 || c == 0x17B6))
            out->at[to - 1] = c == 0x17B8 ? 0x17BE : 0x17C4;
        else
            out->at[to++] = c;
    }
    bool changed = to < out->len;
    out->len = to;
    return changed;
}

/* The signs after a base that out ends with. Returns where they end. */
static size_t khmer_syllable(const struct line *in, size_t from, struct line *out, bool *changed) {
    bool in_order;
    size_t end = khmer_signs_end(in, from, &in_order), start = out->len;
    if (in_order)
        line_append(out, in->at + from, end - from);
    else
        khmer_sort(in, from, end, out);
    *changed |= khmer_vowels(out, start) || !in_order;
    return end;
}

bool pass_khmer(struct job *job, const struct line *in, struct line *out) {
    bool changed = false;
    (void)job;
    for (size_t i = 0; i < in->len;) {
        uint32_t c = in->at[i++];
        if (c == 0x17A3 || c == 0x17A4) { /* deprecated: QA, and QA with AA */
            line_put(out, 0x17A2);
            if (c == 0x17A4) line_put(out, 0x17B6);
            changed = true;
            continue;
        }
        line_put(out, c);
        if (is_khmer_base(c)) i = khmer_syllable(in, i, out, &changed);
    }
    return changed;
}

/* Neighbours that stand in the wrong order. A pair cannot see whether a consonant is a subscript, so `consonant, robat` and
 * `RO, coeng` are triggers too: both are right in some words (U+1792 U+1798 U+17CC). */
static void khmer_triggers(struct triggers *triggers) {
    trigger_range(triggers, KEY_KHMER, 0x17A3, 0x17A4);
    trigger_pair(triggers, KEY_KHMER, 0x17C1, 0x17B8);
    trigger_pair(triggers, KEY_KHMER, 0x17C1, 0x17B6);
    trigger_pair(triggers, KEY_KHMER, RO, COENG);
    for (uint32_t first = 0x1780; first <= 0x17DE; first++) {
        uint32_t c = first == 0x17DE ? 0x200C : first;
        enum khmer class = khmer_sign(c);
        if (is_khmer_base(c)) trigger_pair(triggers, KEY_KHMER, c, 0x17CC);
        if (class == NOT_A_SIGN) continue;
        if (class > SUBSCRIPT) trigger_pair(triggers, KEY_KHMER, c, COENG);
        if (class > JOINER) trigger_pair(triggers, KEY_KHMER, c, 0x200C);
        for (uint32_t second = 0x17B6; second <= 0x17DD; second++)
            if (khmer_sign(second) < class) trigger_pair(triggers, KEY_KHMER, c, second);
    }
}

void southeast_triggers(struct triggers *triggers, const struct settings *settings) {
    (void)settings;
    thai_lao_triggers(triggers);
    khmer_triggers(triggers);
}
