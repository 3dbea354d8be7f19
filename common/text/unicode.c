#include "text/unicode.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "text/utf8.h"

/* Written once by sg_unicode_init, before there are threads; read-only afterwards. */
static const char *script_names[USCRIPT_CODE_LIMIT];

enum sg_code sg_unicode_init(struct sg_err *err) {
    UErrorCode status = U_ZERO_ERROR;
    unorm2_getNFCInstance(&status);
    if (U_FAILURE(status))
        return sg_err_set(err, SG_SYSTEM, "ICU cannot load its data: %s", u_errorName(status));
    for (int32_t i = 0; i < USCRIPT_CODE_LIMIT; i++)
        script_names[i] = uscript_getShortName((UScriptCode)i);
    return SG_OK;
}

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

const char *sg_unicode_icu_version(void) {
    return TEXT_OF(U_ICU_VERSION_MAJOR_NUM) "." TEXT_OF(U_ICU_VERSION_MINOR_NUM);
}

const char *sg_unicode_version(void) {
    static const char version[] = U_UNICODE_VERSION; /* "15.0" */
    return version;
}

const char *sg_unicode_script(uint32_t c) {
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    if (U_FAILURE(status) || script < 0 || script >= USCRIPT_CODE_LIMIT) return "Zzzz";
    const char *name = script_names[script];
    return name ? name : uscript_getShortName(script);
}

const char *sg_unicode_category(uint32_t c) {
    static const char names[][3] = {"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd",
                                    "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs", "Pd",
                                    "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"};
    return names[u_charType((UChar32)c)]; /* in the order of ICU's UCharCategory */
}

uint32_t sg_unicode_lower(uint32_t c) {
    return (uint32_t)u_tolower((UChar32)c);
}

/*
 * Normalise one piece through UTF-16, ICU's own form. The piece ends at a normalisation boundary, so pieces may be
 * joined. ICU does not fail here but for want of memory.
 */
static void through_icu(const UNormalizer2 *nfc, const char *utf8, size_t len, struct sg_buf *out) {
    UErrorCode status = U_ZERO_ERROR;
    UChar *wide = sg_alloc(len * sizeof *wide), *normal = NULL;
    int32_t wide_len = 0;
    u_strFromUTF8(wide, (int32_t)len, &wide_len, utf8, (int32_t)len, &status);
    int32_t same = unorm2_spanQuickCheckYes(nfc, wide, wide_len, &status);
    if (U_SUCCESS(status) && same == wide_len) {
        sg_buf_put(out, utf8, len);
        goto out;
    }
    /* NFC makes no text more than three times as long, in UTF-16 as in UTF-8 (UAX 15 section 8). */
    normal = sg_alloc(3 * (size_t)wide_len * sizeof *normal);
    int32_t normal_len = unorm2_normalize(nfc, wide, wide_len, normal, 3 * wide_len, &status);
    int32_t bytes = 0;
    char *to = sg_buf_room(out, 3 * (size_t)normal_len);
    u_strToUTF8(to, 3 * normal_len, &bytes, normal, normal_len, &status);
    if (U_FAILURE(status)) sg_mem_failed(len);
    out->len += (size_t)bytes;
out:
    free(normal);
    free(wide);
}

/* Bytes below U+0300 in front: nothing there changes, and nothing there joins with what stands before. */
static size_t plain(const char *utf8, size_t len) {
    size_t i = 0;
    while (i < len && (unsigned char)utf8[i] < 0xCC) i += (unsigned char)utf8[i] < 0x80 ? 1 : 2;
    return i;
}

/* Where to cut: before a character that joins with nothing in front of it. Nearly always the first one tried. */
static size_t piece(const UNormalizer2 *nfc, const char *utf8, size_t len) {
    enum { window = 16 << 10 };
    for (size_t cut = window; cut < len;
         cut++) { /* onwards: a window full of marks must not be cut */
        if (((unsigned char)utf8[cut] & 0xC0) == 0x80) continue;
        const char *p = utf8 + cut;
        if (unorm2_hasBoundaryBefore(nfc, (UChar32)sg_utf8_next(&p))) return cut;
    }
    return len;
}

void sg_unicode_nfc(const char *utf8, size_t len, struct sg_buf *out) {
    if (plain(utf8, len) == len) {
        sg_buf_put(out, utf8, len);
        return;
    }
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    sg_buf_room(out, len);
    for (size_t i = 0, step; i < len; i += step) {
        step = piece(nfc, utf8 + i, len - i);
        if (plain(utf8 + i, step) == step)
            sg_buf_put(out, utf8 + i, step);
        else
            through_icu(nfc, utf8 + i, step, out);
    }
}
