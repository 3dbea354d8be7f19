/*
 * The nine scripts of India have one plan: the low seven bits of a code point say the same letter in all of them (ka is 15, the
 * sign of aa is 3E, the virama 4D), so one table serves, with a few rules for each language.
 *
 *   1 units     consonant, vowel (the inherent one where no sign follows), nasal
 *   2 schwas    the inherent vowel falls at the end of a word in Indo-Aryan languages, and between V C _ C V
 *   3 letters   consonants by their neighbours (Tamil writes k for g), vowels by the style
 *
 * Example: U+0915 U+092E U+0932 (kamal, "lotus") is ka-ma-la; the last schwa falls: kamal. U+0928 U+092E U+0915 U+0940 U+0928
 * (namkin, "savoury") is na-ma-kii-na: the last falls, then the one of ma, between a and ii: namkeen or namkin.
 */
#include "romanise.h"

#include <string.h>

#include "chance.h"
#include "text/utf8.h"

#define UNITS 48

enum {
    CANDRABINDU = 0x01,
    ANUSVARA = 0x02,
    VISARGA = 0x03,
    A = 0x05,
    AA = 0x06,
    I = 0x07,
    II = 0x08,
    U = 0x09,
    UU = 0x0A,
    R_VOWEL = 0x0B,
    E = 0x0F,
    AI = 0x10,
    O = 0x13,
    AU = 0x14,
    KA = 0x15,
    NGA = 0x19,
    CA = 0x1A,
    CHA = 0x1B,
    JA = 0x1C,
    NYA = 0x1E,
    TTA = 0x1F,
    DDA = 0x21,
    DDHA = 0x22,
    NNA = 0x23,
    TA = 0x24,
    THA = 0x25,
    DA = 0x26,
    DHA = 0x27,
    NA = 0x28,
    NNNA = 0x29,
    PA = 0x2A,
    PHA = 0x2B,
    MA = 0x2E,
    YA = 0x2F,
    RA = 0x30,
    RRA = 0x31,
    LA = 0x32,
    LLLA = 0x34,
    VA = 0x35,
    SHA = 0x36,
    SSA = 0x37,
    SA = 0x38,
    HA = 0x39,
    NUKTA = 0x3C,
    SIGN_AA = 0x3E,
    SIGN_AU = 0x4C,
    VIRAMA = 0x4D,
};

struct unit {
    uint8_t consonant; /* 0: none */
    uint8_t vowel;     /* as the independent letter; 0: none */
    uint8_t nasal;     /* CANDRABINDU, ANUSVARA, VISARGA or 0 */
    bool nukta, inherent;
};

static const char *const consonants[] = {"k", "kh", "g",  "gh", "ng", "ch", "chh", "j", "jh", "ny",
                                         "t", "th", "d",  "dh", "n",  "t",  "th",  "d", "dh", "n",
                                         "n", "p",  "ph", "b",  "bh", "m",  "y",   "r", "r",  "l",
                                         "l", "zh", "v",  "sh", "sh", "s",  "h"};

static bool is_southern(enum romanise_language l) {
    return l == ROMANISE_TAM || l == ROMANISE_TEL || l == ROMANISE_KAN || l == ROMANISE_MAL;
}

static bool is_eastern(enum romanise_language l) {
    return l == ROMANISE_BEN || l == ROMANISE_ASM || l == ROMANISE_ORY;
}

void romanise_style(enum romanise_language l, uint64_t *chance, struct romanise_style *s) {
    *s = (struct romanise_style){.language = l,
                                 .doubled = chance_between(chance, 13, 230),
                                 .open = chance_between(chance, 100, 256),
                                 .medial = chance_between(chance, 128, 256),
                                 .final = chance_part(chance, 230) ? 256 : 150,
                                 .voiced = chance_between(chance, 60, 256),
                                 .aspirated = chance_between(chance, 20, 256),
                                 .bare =
                                     chance_part(chance, 31) ? chance_between(chance, 40, 160) : 0,
                                 .w = chance_part(chance, 80),
                                 .f = chance_part(chance, 100),
                                 .c = chance_part(chance, 40),
                                 .z = chance_part(chance, 128),
                                 .x = chance_part(chance, 110),
                                 .single = chance_part(chance, 80),
                                 .hushed = chance_part(chance, 90),
                                 .retroflex_l = chance_part(chance, 100),
                                 .initial_ch = chance_part(chance, 80)};
    if (l == ROMANISE_ORY)
        s->open = chance_part(chance, 110) ? chance_between(chance, 60, 256) : 10;
    if (l == ROMANISE_ORY) s->final = chance_part(chance, 128) ? 256 : 20;
    if (l == ROMANISE_NPI) s->final = chance_between(chance, 150, 256);
    if (is_southern(l)) s->final = s->medial = 0;
}

/* ---- units ---- */

/* Chillus of Malayalam, and letters outside the common plan. */
static uint8_t other_consonant(enum romanise_language l, uint8_t at) {
    static const uint8_t chillus[] = {NNA, NA, RA, LA, 0x33, KA};
    if (l == ROMANISE_MAL && at >= 0x7A) return chillus[at - 0x7A];
    if ((l == ROMANISE_BEN || l == ROMANISE_ASM) && at == 0x4E) return TA;
    if (l == ROMANISE_ASM && at == 0x70) return RA;
    if (l == ROMANISE_ASM && at == 0x71) return VA;
    return 0;
}

static void put_sign(struct unit *last, uint8_t at) {
    if (at == NUKTA) {
        last->nukta = true;
    } else if (at >= CANDRABINDU && at <= VISARGA) {
        last->nasal = at;
    } else if (at == 0x70) { /* tippi */
        last->nasal = ANUSVARA;
    } else if (at == VIRAMA) {
        last->vowel = 0;
        last->inherent = false;
    } else if (at >= SIGN_AA && at <= SIGN_AU) {
        last->vowel = (uint8_t)(at - SIGN_AA + AA);
        last->inherent = false;
    }
}

static size_t find_units(enum romanise_language l, const char *word, size_t len,
                         struct unit units[UNITS]) {
    const char *end = word + len;
    size_t n = 0;
    bool twice = false; /* addak: the next consonant is long */
    while (word < end && n + 2 < UNITS) {
        uint32_t c = sg_utf8_next(&word);
        if (c < 0x900 || c > 0xD7F) continue;
        uint8_t at = c & 0x7F, other = other_consonant(l, at);
        if (l == ROMANISE_PAN && at == 0x71) {
            twice = true;
        } else if ((at >= KA && at <= HA) || other) {
            if (twice) units[n++] = (struct unit){.consonant = at};
            bool chillu = other && at != 0x70 && at != 0x71;
            units[n++] = (struct unit){
                .consonant = other ? other : at, .vowel = chillu ? 0 : A, .inherent = !chillu};
            twice = false;
        } else if (at >= A && at <= AU) {
            units[n++] = (struct unit){.vowel = at};
        } else if (n > 0) {
            put_sign(&units[n - 1], at);
        }
    }
    return n;
}

/* ---- schwas ---- */

static bool cluster_before(const struct unit *units, size_t i) {
    return i > 0 && units[i].consonant && units[i - 1].vowel == 0;
}

static void drop_schwas(const struct romanise_style *s, struct unit *units, size_t n,
                        uint64_t *chance) {
    if (n > 1 && units[n - 1].inherent && !units[n - 1].nasal && !cluster_before(units, n - 1) &&
        chance_part(chance, s->final))
        units[n - 1].vowel = 0;
    for (size_t i = n - 1; i-- > 1;) {
        if (!units[i].inherent || units[i].nasal || !units[i - 1].vowel || !units[i + 1].vowel ||
            !units[i + 1].consonant || !units[i].consonant)
            continue;
        if (chance_part(chance, s->medial)) units[i].vowel = 0;
    }
}

/* ---- consonants ---- */

enum { STOP_K, STOP_C, STOP_T_HARD, STOP_T, STOP_P };

/* A Tamil stop: hard at the start and doubled, soft between vowels and after nasals. */
static const char *tamil_stop(uint8_t c, const struct romanise_style *s, const struct unit *units,
                              size_t i, uint64_t *chance) {
    uint8_t before = i > 0 ? units[i - 1].consonant : 0;
    bool joined = i > 0 && units[i - 1].vowel == 0 && before;
    bool nasal = joined && (before == NGA || before == NYA || before == NNA || before == NA ||
                            before == MA || before == NNNA);
    bool soft = nasal || (i > 0 && !joined && units[i].vowel);
    bool voiced = soft && chance_part(chance, nasal ? 128 + s->voiced / 2 : s->voiced);
    switch (c) {
    case KA: return voiced ? (nasal || chance_part(chance, 210) ? "g" : "h") : "k";
    case CA: return nasal ? "j" : joined ? "ch" : i == 0 && s->initial_ch ? "ch" : "s";
    case TTA: return voiced || (soft && chance_part(chance, 128)) ? "d" : "t";
    case TA:
        return voiced && chance_part(chance, 100)  ? (chance_part(chance, 128) ? "d" : "dh")
               : chance_part(chance, s->aspirated) ? "th"
                                                   : "t";
    default: return voiced ? "b" : "p";
    }
}

static const char *nukta_letter(uint8_t c, const struct romanise_style *s) {
    switch (c) {
    case JA: return s->z ? "z" : "j";
    case PHA: return "f";
    case DDA: return "d";
    case DDHA: return "dh";
    case KA: return "k";
    default: return NULL;
    }
}

static const char *eastern_letter(enum romanise_language l, uint8_t c,
                                  const struct romanise_style *s, uint64_t *chance) {
    if (l == ROMANISE_ASM && (c == SHA || c == SSA || c == SA))
        return s->x && chance_part(chance, 200) ? "x" : "s";
    if (l == ROMANISE_ASM && (c == CA || c == CHA))
        return s->c ? "ch" : chance_part(chance, 128) ? "s" : "c";
    if (l == ROMANISE_ASM && c == VA) return s->w ? "v" : "w";
    if (l == ROMANISE_BEN && c == SA && s->hushed) return "sh";
    if (c == YA && l != ROMANISE_ASM) return chance_part(chance, 40) ? "z" : "j";
    return NULL;
}

static const char *southern_letter(enum romanise_language l, uint8_t c,
                                   const struct romanise_style *s, uint64_t *chance) {
    if (c == TA) return chance_part(chance, s->aspirated) ? "th" : "t";
    if (c == DA) return chance_part(chance, s->aspirated / 2) ? "dh" : "d";
    if (c == LLLA) return s->retroflex_l ? "l" : "zh";
    if (c == NYA) return l == ROMANISE_MAL || chance_part(chance, 170) ? "nj" : "ny";
    if (c == RRA && l == ROMANISE_MAL && chance_part(chance, 20)) return "rr";
    return NULL;
}

static const char *consonant(enum romanise_language l, const struct romanise_style *s,
                             const struct unit *units, size_t i, uint64_t *chance) {
    const struct unit *u = &units[i];
    uint8_t c = u->consonant;
    const char *special = NULL;
    if (u->nukta) {
        if ((l == ROMANISE_BEN || l == ROMANISE_ASM || l == ROMANISE_ORY) &&
            (c == DDA || c == DDHA))
            return c == DDA ? "r" : "rh";
        if (c == YA) return "y";
        if ((c == DDA || c == DDHA) && chance_part(chance, 180)) return c == DDA ? "r" : "rh";
        special = nukta_letter(c, s);
    } else if (l == ROMANISE_TAM && (c == KA || c == CA || c == TTA || c == TA || c == PA)) {
        special = tamil_stop(c, s, units, i, chance);
    } else if (is_eastern(l)) {
        special = eastern_letter(l, c, s, chance);
    }
    if (!special && is_southern(l)) special = southern_letter(l, c, s, chance);
    if (special) return special;
    if (c == VA && s->w) return "w";
    if (c == PHA && s->f) return "f";
    if (c == CA && s->c) return "c";
    if (c == CHA && (s->c || s->single)) return "ch";
    if ((c == SHA || c == SSA) && s->hushed && !is_eastern(l)) return "s";
    return consonants[c - KA];
}

/* ---- vowels ---- */

static const char *vowel(enum romanise_language l, const struct romanise_style *s,
                         const struct unit *u, bool last, uint64_t *chance) {
    bool twice = chance_part(chance, last ? s->doubled / 2 : s->doubled);
    switch (u->vowel) {
    case A: return u->inherent && is_eastern(l) && chance_part(chance, s->open) ? "o" : "a";
    case AA: return twice ? "aa" : "a";
    case I: return "i";
    case II: return twice && chance_part(chance, 230) ? "ee" : "i";
    case U: return "u";
    case UU: return twice ? "oo" : "u";
    case R_VOWEL:
        return l == ROMANISE_MAR || l == ROMANISE_GUJ || is_southern(l) || l == ROMANISE_ORY ? "ru"
                                                                                             : "ri";
    case E: return is_southern(l) && chance_part(chance, s->doubled / 4) ? "ee" : "e";
    case AI: return l == ROMANISE_BEN || l == ROMANISE_ASM ? "oi" : "ai";
    case O: return is_southern(l) && chance_part(chance, s->doubled / 4) ? "oo" : "o";
    case AU: return l == ROMANISE_BEN || l == ROMANISE_ASM ? "ou" : "au";
    default: return u->vowel < O ? (u->vowel < R_VOWEL + 2 ? "l" : "e") : "o";
    }
}

static const char *nasal(enum romanise_language l, const struct unit *u, const struct unit *next,
                         uint64_t *chance) {
    if (u->nasal == VISARGA) return next ? "" : l == ROMANISE_TAM ? "" : "h";
    if (u->nasal == CANDRABINDU && (is_eastern(l) || chance_part(chance, 90)))
        return is_eastern(l) ? "" : "n";
    if (next && next->consonant >= PA && next->consonant <= MA) return "m";
    if (!next && is_southern(l)) return "m";
    if (is_eastern(l)) return next && next->consonant >= CA && next->consonant <= NA ? "n" : "ng";
    if (!next && (l == ROMANISE_HIN || l == ROMANISE_PAN || l == ROMANISE_GUJ || l == ROMANISE_MAR))
        return chance_part(chance, 210) ? "n" : "";
    return "n";
}

/* ---- words ---- */

static bool same_as_before(const struct unit *units, size_t i) {
    return i > 0 && units[i].consonant && units[i].consonant == units[i - 1].consonant &&
           units[i - 1].vowel == 0;
}

/* Two letters for one double consonant are written kk, cch, tt: the first one loses its h. */
static void put_consonant(const struct romanise_style *s, const struct unit *units, size_t i,
                          uint64_t *chance, struct sg_buf *out) {
    enum romanise_language l = s->language;
    const char *letters = consonant(l, s, units, i, chance);
    if (l == ROMANISE_MAL && units[i].consonant == RRA &&
        ((i + 1 < UNITS && same_as_before(units, i + 1)) || cluster_before(units, i)))
        letters = "t"; /* U+0D31 U+0D4D U+0D31 is tta, and nta behind na */
    if (same_as_before(units, i)) {
        if (s->single && strcmp(letters, "m") != 0) return;
        if (l == ROMANISE_TAM && units[i].consonant == RRA)
            letters = chance_part(chance, 128) ? "t" : "tr";
        if (letters[0] && letters[1] == 'h' && letters[0] != 's' && chance_part(chance, 200)) {
            out->len -= out->len > 0 && out->data[out->len - 1] == 'h'; /* thth -> tth */
        }
    } else if (i > 0 && l == ROMANISE_TAM && units[i].consonant == RRA && units[i - 1].vowel == 0 &&
               units[i - 1].consonant == NNNA) {
        letters = chance_part(chance, 160) ? "dr" : "r"; /* ன்ற */
    } else if (i > 0 && units[i - 1].consonant == NGA && units[i - 1].vowel == 0) {
        if (units[i].consonant == KA && chance_part(chance, 200)) return; /* ng + k is ng */
        if (letters[0] == 'g' || strcmp(letters, "ng") == 0) return;
    }
    sg_buf_puts(out, letters);
}

void romanise_word(const struct romanise_style *s, const char *word, size_t len, uint64_t *chance,
                   struct sg_buf *out) {
    enum romanise_language l = s->language;
    struct unit units[UNITS];
    size_t n = find_units(l, word, len, units);
    bool bare = s->bare && chance_part(chance, s->bare);
    if (n == 0) return;
    if (!is_southern(l)) drop_schwas(s, units, n, chance);
    for (size_t i = 0; i < n; i++) {
        const struct unit *u = &units[i];
        if (u->consonant) put_consonant(s, units, i, chance, out);
        bool left_out =
            bare && u->consonant && (u->vowel == A || (u->vowel == AA && i + 1 < n)) && n > 1;
        if (u->vowel && !left_out) sg_buf_puts(out, vowel(l, s, u, i + 1 == n, chance));
        if (!u->vowel && i + 1 == n && l == ROMANISE_MAL && u->consonant && u->consonant != NNA &&
            chance_part(chance, 128))
            sg_buf_puts(out, "u"); /* the short vowel that a final virama stands for */
        if (u->nasal) sg_buf_puts(out, nasal(l, u, i + 1 < n ? &units[i + 1] : NULL, chance));
    }
}
