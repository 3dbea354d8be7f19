/*
 * nfc: canonical composition, through ICU, for lines whose flags say that it may change them.
 *
 * cjk_compat=vs: compatibility ideographs (U+F900.., U+2F800..), which NFC makes unified ones, are first written as the
 * unified one and a variation selector (StandardizedVariants.txt), so that their shape is not lost: U+FA19 -> U+795E U+FE00.
 */
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "compat_table.h"
#include "passes.h"

/* Class of the last code point of the full canonical decomposition; 0 when there is none. */
static unsigned trailing_class(const UNormalizer2 *nfd, uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[64];
    int32_t len = unorm2_getDecomposition(nfd, (UChar32)c, parts, 64, &status);
    if (U_FAILURE(status) || len <= 0) return 0;
    UChar32 last;
    U16_PREV(parts, 0, len, last);
    return u_getCombiningClass(last);
}

/* The two that canonically make c, when NFC joins them again. */
static bool composing_pair(const UNormalizer2 *nfc, uint32_t c, uint32_t *first, uint32_t *second) {
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[32];
    int32_t len = unorm2_getRawDecomposition(nfc, (UChar32)c, parts, 32, &status), at = 0;
    if (U_FAILURE(status) || len < 2) return false;
    U16_NEXT(parts, at, len, *first);
    if (at >= len) return false; /* a singleton */
    U16_NEXT(parts, at, len, *second);
    return unorm2_composePair(nfc, (UChar32)*first, (UChar32)*second) == (UChar32)c;
}

static void look_at(struct triggers *triggers, uint32_t c, const UNormalizer2 *nfc,
                    const UNormalizer2 *nfd) {
    int32_t quick = u_getIntPropertyValue((UChar32)c, UCHAR_NFC_QUICK_CHECK);
    bool jamo = c >= 0x1161 && c <= 0x11C2; /* composes by arithmetic, not by pairs */
    if (quick == UNORM_NO || (quick == UNORM_MAYBE && jamo))
        trigger_flags(triggers, c, FLAG(KEY_NFC));
    if (quick == UNORM_MAYBE) trigger_flags(triggers, c, FLAG_MAYBE);
    unsigned class = u_getCombiningClass((UChar32)c);
    if (class) {
        trigger_flags(triggers, c, class);
        return;
    }
    if (c >= 0xAC00 && c <= 0xD7A3) return; /* Hangul: arithmetic, and no marks */
    unsigned trailing = trailing_class(nfd, c);
    if (trailing) trigger_flags(triggers, c, (uint64_t)trailing << 56);
    uint32_t first, second;
    if (composing_pair(nfc, c, &first, &second)) trigger_pair(triggers, KEY_NFC, first, second);
}

void compose_triggers(struct triggers *triggers, const struct settings *settings) {
    if (settings->value[KEY_NFC] == OFF) return;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status), *nfd = unorm2_getNFDInstance(&status);
    for (uint32_t c = 0xC0; c < 0x110000; c++) {
        if (c == 0x3400) c = 0xA000; /* Han: nothing canonical in it */
        if (c == 0x20000) c = 0x2F800;
        if (c == 0x30000) c = 0xE0000;
        if (c == 0xE1000) break;
        look_at(triggers, c, nfc, nfd);
    }
}

/* ---- the pass ---- */

/* A compatibility ideograph as its unified one and the selector that shows its shape; false when c is none. */
static bool put_variant(struct line *out, uint32_t c) {
    size_t low = 0, high = compat_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compat_table[middle].from < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == compat_count || compat_table[low].from != c) return false;
    line_put(out, compat_table[low].to);
    line_put(out, compat_table[low].selector);
    return true;
}

static void keep_shapes(const struct line *in, struct line *out) {
    for (size_t i = 0; i < in->len; i++)
        if (!put_variant(out, in->at[i])) line_put(out, in->at[i]);
}

/* Code points without surrogates to UTF-16; `to` holds two units a code point. */
static int32_t widen(const struct line *in, UChar *to) {
    int32_t len = 0;
    for (size_t i = 0; i < in->len; i++) U16_APPEND_UNSAFE(to, len, in->at[i]);
    return len;
}

static void compose(struct job *job, const struct line *in, struct line *out) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    job->wide->len = 0;
    UChar *wide = (UChar *)sg_buf_room(job->wide, 8 * (in->len + 2) * sizeof *wide);
    int32_t len = widen(in, wide),
            room = 3 * len + 6; /* NFC makes no text more than 3 times as long */
    UChar *normal = wide + len;
    len = unorm2_normalize(nfc, wide, len, normal, room, &status);
    if (U_FAILURE(status)) sg_mem_failed(in->len);
    line_reserve(out, (size_t)len);
    for (int32_t i = 0; i < len;) {
        UChar32 c;
        U16_NEXT_UNSAFE(normal, i, c);
        out->at[out->len++] = (uint32_t)c;
    }
}

bool pass_nfc(struct job *job, const struct line *in, struct line *out) {
    if (job->settings->value[KEY_CJK_COMPAT] == COMPAT_VS) {
        struct line shapes = {0};
        keep_shapes(in, &shapes);
        compose(job, &shapes, out);
        line_free(&shapes);
    } else {
        compose(job, in, out);
    }
    return !line_equal(in, out);
}
