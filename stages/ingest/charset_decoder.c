#include "charset_decoder.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include "text/utf8.h"

#define UNITS 4096

void charset_decoder_free(struct charset_decoder *decoder) {
    for (size_t i = 0; i < decoder->count; i++) ucnv_close(decoder->open[i].converter);
    *decoder = (struct charset_decoder){0};
}

/* ICU's own substitution writes U+001A for single bytes: ours is U+FFFD everywhere, and counted. */
static void count_error(const void *context, UConverterToUnicodeArgs *args, const char *bytes,
                        int32_t len, UConverterCallbackReason reason, UErrorCode *status) {
    (void)bytes;
    (void)len;
    static const UChar replacement = 0xfffd;
    if (reason > UCNV_IRREGULAR) return;
    ((struct charset_tally *)(uintptr_t)context)->errors++;
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

static UConverter *converter_of(struct charset_decoder *decoder, const char *name) {
    for (size_t i = 0; i < decoder->count; i++)
        if (strcmp(decoder->open[i].name, name) == 0) return decoder->open[i].converter;
    if (decoder->count == CHARSET_CONVERTERS) return NULL;
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &status);
    if (U_FAILURE(status)) return NULL;
    decoder->open[decoder->count].name = name;
    decoder->open[decoder->count++].converter = converter;
    return converter;
}

/* ---- looking ---- */

enum kind { KIND_SPACE, KIND_LETTER, KIND_MARK, KIND_QUOTE, KIND_SYMBOL };

/* The two code points before the one at hand. */
struct context {
    enum kind kind, before;
    bool lower, high;
    UScriptCode script;
};

static enum kind kind_of(uint32_t c) {
    uint32_t mask = U_GET_GC_MASK((UChar32)c);
    if (mask & U_GC_L_MASK) return KIND_LETTER;
    if (mask & U_GC_M_MASK) return KIND_MARK;
    /* What may stand between two letters: apostrophes, the middle dot of Catalan, joiners, hyphens.
     */
    if (c == '\'' || c == 0x2019 || c == 0xb7 || c == 0xad || c == 0x200c || c == 0x200d ||
        (mask & U_GC_PD_MASK))
        return KIND_QUOTE;
    if (c < 0x80 || (mask & (U_GC_Z_MASK | U_GC_C_MASK))) return KIND_SPACE;
    return KIND_SYMBOL;
}

/* Han, Kana and Hangul stand in one word. */
static UScriptCode script_of(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    bool east = script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
                script == USCRIPT_HANGUL || script == USCRIPT_BOPOMOFO;
    return east ? USCRIPT_HAN : script;
}

/* Signs that texts of every language have: no-break space, section, degree, copyright, ordinals,
 * quotes, dashes, ellipsis, euro... */
static bool is_sign(uint32_t c) {
    static const uint16_t signs[] = {0x85,   0xa0,   0xa3,   0xa7,   0xa9,   0xaa,   0xab,   0xad,
                                     0xae,   0xb0,   0xb7,   0xba,   0xbb,   0xbf,   0xa1,   0x2013,
                                     0x2014, 0x2018, 0x2019, 0x201a, 0x201c, 0x201d, 0x201e, 0x2020,
                                     0x2022, 0x2026, 0x2030, 0x20ac, 0x2116, 0x2122};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i] == c) return true;
    return false;
}

static void count_letter(struct charset_tally *tally, uint32_t c) {
    uint32_t lower = (uint32_t)u_tolower((UChar32)c);
    for (size_t i = 0; i < tally->distinct_count; i++)
        if (tally->distinct[i].letter == lower) {
            tally->distinct[i].count++;
            return;
        }
    if (tally->distinct_count < CHARSET_LETTERS)
        tally->distinct[tally->distinct_count++] = (struct charset_letter){lower, 1};
}

static void look_at(uint32_t c, struct context *last, struct charset_tally *tally) {
    enum kind kind = kind_of(c);
    bool high = c >= 0x80, lower = u_islower((UChar32)c);
    UScriptCode script = kind == KIND_LETTER ? script_of(c) : USCRIPT_COMMON;
    if (high && kind != KIND_LETTER && kind != KIND_MARK) tally->signs += is_sign(c);
    if (kind == KIND_LETTER && last->kind == KIND_LETTER && (high || last->high)) {
        bool common = script == USCRIPT_COMMON ||
                      last->script == USCRIPT_COMMON; /* the long vowel mark of Kana */
        tally->odd += script != last->script && !common;
        tally->odd += last->lower && u_isupper((UChar32)c);
    }
    if (kind == KIND_LETTER && last->kind == KIND_SYMBOL && last->before == KIND_LETTER)
        tally->odd++;
    if (kind == KIND_MARK && last->kind != KIND_LETTER && last->kind != KIND_MARK) tally->odd++;
    if (high && (kind == KIND_LETTER || kind == KIND_MARK)) {
        tally->letters++;
        tally->lower += lower;
        count_letter(tally, c);
    }
    *last =
        (struct context){kind, last->kind, lower, high, kind == KIND_MARK ? last->script : script};
    if (kind == KIND_MARK)
        last->kind = KIND_LETTER; /* a base and its marks are one letter to what follows */
}

/* ---- decoding ---- */

/* An unpaired surrogate waits in lead for the next call. */
struct sink {
    struct sg_buf *out;
    struct charset_tally *tally;
    struct context last;
    UChar lead;
    bool look;
};

static void put_units(struct sink *sink, const UChar *units, size_t count) {
    char *to = sg_buf_room(sink->out, count * 3 + 4);
    for (size_t i = 0; i < count; i++) {
        uint32_t c = units[i];
        if (U16_IS_LEAD(c)) {
            sink->lead = (UChar)c;
            continue;
        }
        if (U16_IS_TRAIL(c))
            c = sink->lead ? (uint32_t)U16_GET_SUPPLEMENTARY(sink->lead, c) : 0xfffd;
        sink->lead = 0;
        if (c >= 0x80) {
            sink->tally->high++;
            sink->tally->strange += (c <= 0x9f && c != 0x85) || !u_isdefined((UChar32)c);
        }
        if (sink->look) look_at(c, &sink->last, sink->tally);
        to += sg_utf8_encode(c, to);
    }
    sink->out->len = (size_t)(to - sink->out->data);
}

bool charset_decoder_run(struct charset_decoder *decoder, const char *name, const char *bytes,
                         size_t len, bool look, struct charset_tally *tally, struct sg_buf *out) {
    *tally = (struct charset_tally){0};
    out->len = 0;
    UConverter *converter = converter_of(decoder, name);
    if (!converter) return false;
    UErrorCode status = U_ZERO_ERROR;
    UConverterToUCallback old;
    const void *old_context;
    ucnv_reset(converter);
    ucnv_setToUCallBack(converter, count_error, tally, &old, &old_context, &status);
    struct sink sink = {.out = out, .tally = tally, .look = look};
    UChar units[UNITS];
    const char *from = bytes;
    do {
        UChar *to = units;
        status = U_ZERO_ERROR;
        ucnv_toUnicode(converter, &to, units + UNITS, &from, bytes + len, NULL, true, &status);
        put_units(&sink, units, (size_t)(to - units));
    } while (status == U_BUFFER_OVERFLOW_ERROR);
    if (sink.lead) sg_buf_puts(out, "\xef\xbf\xbd");
    return U_SUCCESS(status);
}
