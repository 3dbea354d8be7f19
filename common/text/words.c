#include "text/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

struct sg_words {
    UBreakIterator *breaks;
    UText text;
};

enum sg_code sg_words_new(struct sg_words **out, struct sg_err *err) {
    struct sg_words *words = sg_zalloc(1, sizeof *words);
    UErrorCode status = U_ZERO_ERROR;
    words->text = (UText)UTEXT_INITIALIZER;
    words->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    *out = words;
    if (U_SUCCESS(status)) return SG_OK;
    sg_words_free(words);
    *out = NULL;
    return sg_err_set(err, SG_SYSTEM, "ICU's word break cannot be opened: %s", u_errorName(status));
}

void sg_words_cut(struct sg_words *words, const char *utf8, size_t len, struct sg_buf *out) {
    UErrorCode status = U_ZERO_ERROR;
    if (len == 0 || len > INT32_MAX) return;
    utext_openUTF8(&words->text, utf8, (int64_t)len, &status);
    ubrk_setUText(words->breaks, &words->text, &status);
    if (U_FAILURE(status)) return;
    int32_t start = ubrk_first(words->breaks), end;
    while ((end = ubrk_next(words->breaks)) != UBRK_DONE) {
        if (ubrk_getRuleStatus(words->breaks) >= UBRK_WORD_NONE_LIMIT) {
            const struct sg_word word = {(size_t)start, (size_t)end};
            sg_buf_put(out, &word, sizeof word);
        }
        start = end;
    }
}

void sg_words_free(struct sg_words *words) {
    if (!words) return;
    ubrk_close(words->breaks);
    utext_close(&words->text);
    free(words);
}
