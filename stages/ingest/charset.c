/*
 * The steps of normalize.md section 8, first that answers:
 *
 *   1 bom       EF BB BF, FE FF, FF FE, 00 00 FE FF; or text in wide characters without one
 *               (detect.h)
 *   2 detect    ISO-2022 escape sequences in bytes that are ASCII otherwise
 *   3 utf8      strictly valid UTF-8 (ASCII is)
 *   4 declared  by HTTP, the source's file or --charset, with at most 1 error in 1,000 bytes
 *   5 mixed     UTF-8 with at most 1 bad sequence in 100
 *   6 hint      the charsets usual for a language or top-level domain, without error, >= 60 % of
 *               the high bytes letters of its script
 *   7 detect    ICU's detector on the first 64 KiB, confidence >= 40, at most 1 error in 1,000
 *               bytes; where it is silent, or names a single-byte charset that makes worse words
 *               than another, charset_guess
 *   8 fallback  windows-1252
 *
 * Example: E0 E5 E9 (Thai words in windows-874) with the domain th: no UTF-8, nothing declared, the
 * hint decodes it without error and all high bytes are Thai letters: windows-874, source hint.
 *
 * A decoded C1 control counts against a candidate in steps 4, 6 and 7 like an error: no text has
 * them, but ICU maps the holes of the windows tables there. Memory: the decoded text; UTF-16 exists
 * only in a small buffer. Threads: one struct each.
 */
#include "charset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucsdet.h>
#include <unicode/uscript.h>

#include "base/buf.h"
#include "charset_decoder.h"
#include "charset_guess.h"
#include "charset_label.h"
#include "detect.h"
#include "text/utf8.h"

#define DETECT_BYTES ((size_t)64 << 10)

struct charset {
    struct charset_decoder decoder;
    UCharsetDetector *detector;
    struct sg_buf text, trial; /* the answer, and one that may still be refused */
};

struct charset *charset_new(void) {
    struct charset *charset = sg_zalloc(1, sizeof *charset);
    UErrorCode status = U_ZERO_ERROR;
    charset->detector = ucsdet_open(&status);
    if (U_FAILURE(status)) charset->detector = NULL;
    return charset;
}

void charset_free(struct charset *charset) {
    if (!charset) return;
    charset_decoder_free(&charset->decoder);
    if (charset->detector) ucsdet_close(charset->detector);
    sg_buf_free(&charset->text);
    sg_buf_free(&charset->trial);
    free(charset);
}

bool charset_known(const char *label) {
    return charset_label_find(label) != NULL;
}

static bool few(uint64_t errors, size_t len) {
    return errors * 1000 <= len;
}

/* Decode as a candidate; when it is good enough it becomes the answer's text. */
static bool try_one(struct charset *charset, const struct charset_label *label, const char *bytes,
                    size_t len, struct charset_answer *out) {
    struct charset_tally tally;
    if (!charset_decoder_run(&charset->decoder, label->converter, bytes, len, false, &tally,
                             &charset->trial))
        return false;
    if (!few(tally.errors + tally.strange, len)) return false;
    struct sg_buf swap = charset->text;
    charset->text = charset->trial;
    charset->trial = swap;
    *out = (struct charset_answer){.text = charset->text.data,
                                   .len = charset->text.len,
                                   .name = label->name,
                                   .errors = tally.errors};
    return true;
}

static void answer(struct charset_answer *out, const char *source, double score) {
    out->source = source;
    out->score = score;
    if (!out->text) out->text = "";
}

/* ---- 1: byte order marks, UTF-16 and UTF-32 without one ---- */

static bool take_utf16(struct charset *charset, const char *name, const char *bytes, size_t len,
                       struct charset_answer *out) {
    const struct charset_label *label = charset_label_find(name);
    struct charset_tally tally;
    if (!charset_decoder_run(&charset->decoder, label->converter, bytes, len, false, &tally,
                             &charset->text))
        return false;
    *out = (struct charset_answer){.text = charset->text.data,
                                   .len = charset->text.len,
                                   .name = label->name,
                                   .errors = tally.errors};
    answer(out, "bom", 1);
    return true;
}

static bool by_bom(struct charset *charset, const char *bytes, size_t len,
                   struct charset_answer *out) {
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        charset->text.len = 0;
        bool valid = sg_utf8_valid(bytes + 3, len - 3) == len - 3;
        uint64_t errors = valid ? 0 : sg_utf8_repair(bytes + 3, len - 3, &charset->text);
        *out = (struct charset_answer){.name = "utf-8", .errors = errors};
        out->text = valid ? bytes + 3 : charset->text.data;
        out->len = valid ? len - 3 : charset->text.len;
        answer(out, "bom", 1);
        return true;
    }
    if (len >= 4 && memcmp(bytes, "\0\0\xfe\xff", 4) == 0)
        return take_utf16(charset, "utf-32be", bytes + 4, len - 4, out);
    if (len >= 4 && memcmp(bytes, "\xff\xfe\0\0", 4) == 0)
        return take_utf16(charset, "utf-32le", bytes + 4, len - 4, out);
    if (len >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
        return take_utf16(charset, "utf-16be", bytes + 2, len - 2, out);
    if (len >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
        return take_utf16(charset, "utf-16le", bytes + 2, len - 2, out);
    return false;
}

static bool by_zeros(struct charset *charset, const char *bytes, size_t len,
                     struct charset_answer *out) {
    const char *name = detect_wide(bytes, len);
    if (!name || !try_one(charset, charset_label_find(name), bytes, len, out)) return false;
    answer(out, "detect", 1);
    return true;
}

/* ---- 2: ISO-2022 ---- */

static bool by_escapes(struct charset *charset, const char *bytes, size_t len,
                       struct charset_answer *out) {
    const char *name = NULL;
    for (const char *p = bytes, *end = bytes + len;
         (p = memchr(p, 0x1b, (size_t)(end - p))) != NULL; p++) {
        if (end - p < 3 || p[1] != '$') continue;
        if (p[2] == '@' || p[2] == 'B')
            name = "iso-2022-jp";
        else if (end - p > 3 && p[2] == ')' && p[3] == 'C')
            name = "iso-2022-kr";
        else if (end - p > 3 && strchr(")*+", p[2]) && strchr("AGHE", p[3]))
            name = "iso-2022-cn";
        if (name) break;
    }
    if (!name) return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] >= 0x80) return false;
    if (!try_one(charset, charset_label_find(name), bytes, len, out)) return false;
    answer(out, "detect", 1);
    return true;
}

/* ---- 3 and 5: UTF-8, whole or nearly ---- */

static bool by_utf8(const char *bytes, size_t len, struct charset_answer *out) {
    if (sg_utf8_valid(bytes, len) != len) return false;
    *out = (struct charset_answer){.text = bytes, .len = len, .name = "utf-8"};
    answer(out, "utf8", 1);
    return true;
}

static bool by_mostly_utf8(struct charset *charset, const char *bytes, size_t len,
                           struct charset_answer *out) {
    charset->text.len = 0;
    uint64_t errors = sg_utf8_repair(bytes, len, &charset->text), high = 0;
    for (size_t i = 0; i < charset->text.len; i++)
        high += (unsigned char)charset->text.data[i] >= 0xc0;
    if (high <= errors || errors * 100 > high - errors) return false;
    *out = (struct charset_answer){
        .text = charset->text.data, .len = charset->text.len, .name = "utf-8", .errors = errors};
    answer(out, "mixed", 1 - (double)errors / (double)high);
    return true;
}

/* ---- 4 ---- */

static bool by_declaration(struct charset *charset, const char *bytes, size_t len,
                           const char *declared, struct charset_answer *out) {
    const struct charset_label *label = declared ? charset_label_find(declared) : NULL;
    if (!label || !try_one(charset, label, bytes, len, out)) return false;
    answer(out, "declared", 1);
    return true;
}

/* ---- 6 ---- */

struct custom {
    const char *languages, *domains; /* separated by spaces */
    UScriptCode script;
    const char *charsets[3];
};

static const struct custom customs[] = {
    {"th tha", "th", USCRIPT_THAI, {"windows-874"}},
    {"lv lav lt lit et est", "lv lt ee", USCRIPT_LATIN, {"windows-1257"}},
    {"vi vie", "vn", USCRIPT_LATIN, {"windows-1258"}},
    {"uk ukr", "ua", USCRIPT_CYRILLIC, {"windows-1251", "koi8-u"}},
    {"ru rus be bel bg bul", "ru by bg su", USCRIPT_CYRILLIC, {"windows-1251", "koi8-r"}},
    {"he heb iw", "il", USCRIPT_HEBREW, {"windows-1255"}},
    {"fa fas per ar ara ur urd", "ir", USCRIPT_ARABIC, {"windows-1256"}},
    {"el ell gre", "gr cy", USCRIPT_GREEK, {"windows-1253"}},
    {"hi hin mr mar ne nep sa san", "in np", USCRIPT_DEVANAGARI, {"iscii-dev"}},
    {"bn ben as asm", "", USCRIPT_BENGALI, {"iscii-bng"}},
    {"pa pan", "", USCRIPT_GURMUKHI, {"iscii-gur"}},
    {"gu guj", "", USCRIPT_GUJARATI, {"iscii-guj"}},
    {"or ori ory", "", USCRIPT_ORIYA, {"iscii-ori"}},
    {"ta tam", "", USCRIPT_TAMIL, {"iscii-tml"}},
    {"te tel", "", USCRIPT_TELUGU, {"iscii-tlg"}},
    {"kn kan", "", USCRIPT_KANNADA, {"iscii-knd"}},
    {"ml mal", "", USCRIPT_MALAYALAM, {"iscii-mlm"}},
};

static bool has_word(const char *list, const char *word) {
    size_t len = word ? strcspn(word, ",;-_ ") : 0;
    for (const char *at = list; len > 0 && *at;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncasecmp(at, word, len) == 0) return true;
        at += n + (at[n] == ' ');
    }
    return false;
}

/* Other scripts' high bytes are at least a fifth of a text; a few accents in an English page from
 * .in are no ISCII. */
static bool enough_high_bytes(const char *bytes, size_t len, UScriptCode script) {
    if (script == USCRIPT_LATIN) return true;
    size_t high = 0;
    for (size_t i = 0; i < len; i++) high += (unsigned char)bytes[i] >= 0x80;
    return high * 5 >= len;
}

/* 0 when it does not fit; else its share of letters, and of lower case among them as a tie-break
 * (KOI8 read as 1251 turns case). */
static double fit(struct charset *charset, const struct custom *custom, const char *name,
                  const char *bytes, size_t len) {
    struct charset_tally tally;
    if (!enough_high_bytes(bytes, len, custom->script)) return 0;
    const char *converter = charset_label_find(name)->converter;
    if (!charset_decoder_run(&charset->decoder, converter, bytes, len, true, &tally,
                             &charset->trial))
        return 0;
    if (tally.errors || tally.strange || tally.high == 0) return 0;
    double share = charset_guess_share(&tally, custom->script);
    return share < 0.6 ? 0 : share + (double)tally.lower / (double)tally.high / 4;
}

static bool by_hint(struct charset *charset, const char *bytes, size_t len,
                    const struct charset_hints *hints, struct charset_answer *out) {
    for (size_t i = 0; i < sizeof customs / sizeof *customs; i++) {
        const struct custom *custom = &customs[i];
        if (!has_word(custom->languages, hints->language) &&
            !has_word(custom->domains, hints->domain))
            continue;
        double best = 0;
        const char *name = NULL;
        for (size_t k = 0; k < 3 && custom->charsets[k]; k++) {
            double score = fit(charset, custom, custom->charsets[k], bytes, len);
            if (score > best) best = score, name = custom->charsets[k];
        }
        if (!name || !try_one(charset, charset_label_find(name), bytes, len, out)) continue;
        answer(out, "hint", best < 1 ? best : 1);
        return true;
    }
    return false;
}

/* ---- 7 ---- */

static const struct charset_label *label_of_match(const UCharsetMatch *match, int32_t *confidence) {
    UErrorCode status = U_ZERO_ERROR;
    const char *name = ucsdet_getName(match, &status);
    *confidence = ucsdet_getConfidence(match, &status);
    if (U_FAILURE(status)) return NULL;
    if (strcasecmp(name, "ISO-8859-6") == 0)
        name = "windows-1256"; /* -1 and -9 are read so by their labels already */
    return charset_label_find(name);
}

static bool take(struct charset *charset, const struct charset_label *label, const char *bytes,
                 size_t len, double score, struct charset_answer *out) {
    if (!try_one(charset, label, bytes, len, out)) return false;
    answer(out, "detect", score < 1 ? score : 1);
    return true;
}

/* A double-byte charset read from other bytes mixes scripts inside words all the time. */
static bool is_plausible(struct charset *charset, const struct charset_label *label,
                         const char *bytes, size_t len) {
    struct charset_tally tally;
    if (len > DETECT_BYTES) len = DETECT_BYTES;
    return charset_decoder_run(&charset->decoder, label->converter, bytes, len, true, &tally,
                               &charset->trial) &&
           tally.odd * 2 <= tally.high;
}

static bool by_detector(struct charset *charset, const char *bytes, size_t len,
                        struct charset_answer *out) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    double guess_score = 0;
    const struct charset_label *guess =
        charset_guess(&charset->decoder, bytes, len, &charset->trial, &guess_score);
    const UCharsetMatch **matches = NULL;
    if (charset->detector) {
        ucsdet_setText(charset->detector, bytes, (int32_t)(len < DETECT_BYTES ? len : DETECT_BYTES),
                       &status);
        matches = ucsdet_detectAll(charset->detector, &count, &status);
    }
    for (int32_t i = 0; U_SUCCESS(status) && i < count; i++) {
        int32_t confidence;
        const struct charset_label *label = label_of_match(matches[i], &confidence);
        if (confidence < 40) break;
        if (!label || strncmp(label->name, "utf-", 4) == 0) continue;
        double own = charset_guess_score(&charset->decoder, label, bytes, len, &charset->trial);
        bool single = own > CHARSET_GUESS_NONE;
        /* Among single bytes the one that makes better words wins; a double-byte match of less than
         * 100 yields to good words. */
        if (guess && single && guess_score > own + 0.01) break;
        if (guess && !single && confidence < 100) break;
        if (!single && !is_plausible(charset, label, bytes, len)) continue;
        if (take(charset, label, bytes, len, confidence / 100.0, out)) return true;
    }
    return guess && take(charset, guess, bytes, len, guess_score, out);
}

void charset_decode(struct charset *charset, const char *bytes, size_t len,
                    const struct charset_hints *hints, struct charset_answer *out) {
    if (by_bom(charset, bytes, len, out) || by_zeros(charset, bytes, len, out) ||
        by_escapes(charset, bytes, len, out) || by_utf8(bytes, len, out) ||
        by_declaration(charset, bytes, len, hints->declared, out) ||
        by_mostly_utf8(charset, bytes, len, out) || by_hint(charset, bytes, len, hints, out) ||
        by_detector(charset, bytes, len, out))
        return;
    const struct charset_label *label = charset_label_find("windows-1252");
    struct charset_tally tally;
    charset_decoder_run(&charset->decoder, label->converter, bytes, len, false, &tally,
                        &charset->text);
    *out = (struct charset_answer){.text = charset->text.data,
                                   .len = charset->text.len,
                                   .name = label->name,
                                   .errors = tally.errors};
    answer(out, "fallback", 0);
}
