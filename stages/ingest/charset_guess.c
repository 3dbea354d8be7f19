/*
 * A text read in the wrong single-byte charset has letters that no one language has together,
 * capitals and symbols inside words, or another script there. So a candidate's score is
 *
 *     the share of its high code points that are letters of the one alphabet that fits best, or
 *     signs such as quotes and dashes - 2 x the share that stand oddly (charset_decoder.h)
 *
 * For Cyrillic and other scripts with one alphabet for all, half of that share is of the script's
 * commonest letters: a permuted alphabet (KOI8 read as windows-1251) has as many letters, but rare
 * ones.
 *
 * Example: B3 F3 BF in Polish words. windows-1252 gives superscripts and quarters inside words:
 * score below 0. windows-1250 gives U+0142, U+00F3, U+017C, all in the Polish alphabet: score 1.
 *
 * Candidates stand in the order of how common they are; a later one must be better by more than
 * 0.01.
 */
#include "charset_guess.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "text/utf8.h"

#define LOOK_BYTES ((size_t)16 << 10)
#define GOOD 0.85

/* Letters outside ASCII, in lower case. A language that writes combining marks has them here, too.
 */
static const char *const latin_alphabets[] = {
    "äöüß",                                                          /* German */
    "éèêëàâçîïôûùüœæÿ«»",                                            /* French */
    "áéíóúñü",                                                       /* Spanish, Irish */
    "ãáàâçéêíóôõú",                                                  /* Portuguese */
    "àèéìòùí",                                                       /* Italian */
    "àçéèíïóòúü",                                                    /* Catalan */
    "æøåéòô",                                                        /* Danish, Norwegian */
    "åäöé",                                                          /* Swedish, Finnish */
    "áðéíóúýþæö",                                                    /* Icelandic */
    "éëïóèöü",                                                       /* Dutch */
    "ëç",                                                            /* Albanian */
    "áčďéěíňóřšťúůýž",                                               /* Czech */
    "áäčďéíĺľňóôŕšťúýž",                                             /* Slovak */
    "ąćęłńóśźż",                                                     /* Polish */
    "áéíóöőúüű",                                                     /* Hungarian */
    "ăâîșțşţ",                                                       /* Romanian */
    "čćđšž",                                                         /* Croatian, Slovene */
    "çğıöşüâîû",                                                     /* Turkish */
    "ąčęėįšųūž",                                                     /* Lithuanian */
    "āčēģīķļņšūžō",                                                  /* Latvian */
    "äõöüšž",                                                        /* Estonian */
    "ċġħżàèìòù",                                                     /* Maltese */
    "ĉĝĥĵŝŭ",                                                        /* Esperanto */
    "âêîôûŵŷáéíóúàèïöë",                                             /* Welsh */
    /* Vietnamese, its tones as marks */
    "ăâđêôơưáàãéèíìóòõúùýạ\xcc\x80\xcc\x81\xcc\x83\xcc\x89\xcc\xa3",
};

struct candidate {
    const char *name;
    UScriptCode script;
    const char *common; /* NULL: by the Latin alphabets */
};

static const char cyrillic[] = "оеаинтсрвліклдмпу";
static const char greek[] = "αοιετσνηυρπκάόίέ";
static const char hebrew[] = "יוהלאתרבמשנם";
static const char arabic[] = "اليمونرتبعدسةه";
static const char thai[] = "ารนอกเงมยลวดทสตะปบค";

static const struct candidate candidates[] = {
    {"windows-1252", USCRIPT_LATIN, NULL},
    {"windows-1250", USCRIPT_LATIN, NULL},
    {"iso-8859-2", USCRIPT_LATIN, NULL},
    {"windows-1254", USCRIPT_LATIN, NULL},
    {"windows-1257", USCRIPT_LATIN, NULL},
    {"windows-1258", USCRIPT_LATIN, NULL},
    {"iso-8859-15", USCRIPT_LATIN, NULL},
    {"ibm850", USCRIPT_LATIN, NULL},
    {"ibm852", USCRIPT_LATIN, NULL},
    {"macintosh", USCRIPT_LATIN, NULL},
    {"x-mac-ce", USCRIPT_LATIN, NULL},
    {"iso-8859-3", USCRIPT_LATIN, NULL},
    {"iso-8859-4", USCRIPT_LATIN, NULL},
    {"iso-8859-10", USCRIPT_LATIN, NULL},
    {"iso-8859-13", USCRIPT_LATIN, NULL},
    {"iso-8859-14", USCRIPT_LATIN, NULL},
    {"windows-1251", USCRIPT_CYRILLIC, cyrillic},
    {"koi8-r", USCRIPT_CYRILLIC, cyrillic},
    {"koi8-u", USCRIPT_CYRILLIC, cyrillic},
    {"ibm866", USCRIPT_CYRILLIC, cyrillic},
    {"x-mac-cyrillic", USCRIPT_CYRILLIC, cyrillic},
    {"iso-8859-5", USCRIPT_CYRILLIC, cyrillic},
    {"ibm855", USCRIPT_CYRILLIC, cyrillic},
    {"windows-1253", USCRIPT_GREEK, greek},
    {"iso-8859-7", USCRIPT_GREEK, greek},
    {"windows-1255", USCRIPT_HEBREW, hebrew},
    {"iso-8859-8", USCRIPT_HEBREW, hebrew},
    {"windows-1256", USCRIPT_ARABIC, arabic},
    {"iso-8859-6", USCRIPT_ARABIC, arabic},
    {"windows-874", USCRIPT_THAI, thai},
};

static bool in_alphabet(const char *alphabet, uint32_t letter) {
    const char *at = alphabet;
    while (*at)
        if (sg_utf8_next(&at) == letter) return true;
    return false;
}

static double share_of(const struct charset_tally *tally, const char *alphabet) {
    uint64_t inside = 0;
    for (size_t i = 0; i < tally->distinct_count; i++)
        if (in_alphabet(alphabet, tally->distinct[i].letter)) inside += tally->distinct[i].count;
    return (double)inside / (double)tally->high;
}

double charset_guess_share(const struct charset_tally *tally, UScriptCode script) {
    uint64_t inside = 0;
    for (size_t i = 0; i < tally->distinct_count; i++) {
        UErrorCode status = U_ZERO_ERROR;
        UScriptCode own = uscript_getScript((UChar32)tally->distinct[i].letter, &status);
        if (own == script || own == USCRIPT_INHERITED) inside += tally->distinct[i].count;
    }
    return (double)inside / (double)tally->high;
}

static double best_alphabet(const struct charset_tally *tally) {
    double best = 0;
    for (size_t i = 0; i < sizeof latin_alphabets / sizeof *latin_alphabets; i++) {
        double share = share_of(tally, latin_alphabets[i]);
        if (share > best) best = share;
    }
    return best;
}

static double score_of(struct charset_decoder *decoder, const struct candidate *candidate,
                       const struct charset_label *label, const char *bytes, size_t len,
                       struct sg_buf *scratch) {
    struct charset_tally tally;
    if (len > LOOK_BYTES) len = LOOK_BYTES;
    if (!charset_decoder_run(decoder, label->converter, bytes, len, true, &tally, scratch))
        return 0;
    if (tally.high == 0 || (tally.errors + tally.strange) * 1000 > len) return 0;
    double odd = (double)tally.odd / (double)tally.high;
    if (!candidate->common)
        return best_alphabet(&tally) + (double)tally.signs / (double)tally.high - 2 * odd;
    /* The commonest letters are some two thirds of a text: at 0.6 this half counts in full. */
    if (tally.high < 8 || tally.high * 5 < len) return 0;
    double common = share_of(&tally, candidate->common) / 0.6;
    return charset_guess_share(&tally, candidate->script) / 2 + (common < 1 ? common : 1) / 2 -
           2 * odd;
}

double charset_guess_score(struct charset_decoder *decoder, const struct charset_label *label,
                           const char *bytes, size_t len, struct sg_buf *scratch) {
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (strcmp(candidates[i].name, label->name) == 0)
            return score_of(decoder, &candidates[i], label, bytes, len, scratch);
    return CHARSET_GUESS_NONE;
}

const struct charset_label *charset_guess(struct charset_decoder *decoder, const char *bytes,
                                          size_t len, struct sg_buf *scratch, double *score) {
    const struct charset_label *best = NULL;
    *score = GOOD - 0.01;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        const struct charset_label *label = charset_label_find(candidates[i].name);
        double own = score_of(decoder, &candidates[i], label, bytes, len, scratch);
        if (own <= *score + 0.01) continue;
        *score = own < 1 ? own : 1;
        best = label;
    }
    return best;
}
