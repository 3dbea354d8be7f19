#include "text/graphemes.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

enum sg_code sg_graphemes_open(struct sg_graphemes *graphemes, struct sg_err *err) {
    UErrorCode status = U_ZERO_ERROR;
    graphemes->breaks = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    if (U_SUCCESS(status)) return SG_OK;
    graphemes->breaks = NULL;
    return sg_err_set(err, SG_SYSTEM, "ICU: %s: no rules for grapheme clusters", u_errorName(status));
}

static bool is_plain(char c) {
    return c >= ' ' && c < 0x7F;
}

size_t sg_graphemes_next(struct sg_graphemes *graphemes, const char *text, size_t len, size_t at, bool forward) {
    if (at == 0 || at >= len || (is_plain(text[at - 1]) && is_plain(text[at]))) return at;
    UErrorCode status = U_ZERO_ERROR;
    UText *units = utext_openUTF8(NULL, text, (int64_t)len, &status);
    ubrk_setUText(graphemes->breaks, units, &status);
    int32_t found = (int32_t)at;
    if (U_SUCCESS(status) && !ubrk_isBoundary(graphemes->breaks, found))
        found = forward ? ubrk_following(graphemes->breaks, (int32_t)at) : ubrk_preceding(graphemes->breaks, (int32_t)at);
    utext_close(units);
    if (found == UBRK_DONE) return forward ? len : 0;
    return (size_t)found;
}

void sg_graphemes_close(struct sg_graphemes *graphemes) {
    if (graphemes->breaks) ubrk_close(graphemes->breaks);
    graphemes->breaks = NULL;
}
