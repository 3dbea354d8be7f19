/*
 * words: ICU's word break, for recipes that count words as dictionaries and locales do.
 *
 * Shape   valid UTF-8 -> spans of bytes that are words, numbers or ideographs; what lies between is left out.
 * Units   bytes, half open.
 * Calls   sg_words_new once a thread; sg_words_cut any number of times; sg_words_free, which accepts NULL.
 * Owns    the iterator; spans go to a buffer of the caller.
 * Errors  new: SG_SYSTEM when ICU's data cannot be read. cut: none.
 * Source  UAX 29 with the dictionaries of the ICU found at run time: another release may give other words.
 */
#ifndef SANGAM_TEXT_WORDS_H
#define SANGAM_TEXT_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct sg_word {
    size_t start, end;
};

struct sg_words;

enum sg_code sg_words_new(struct sg_words **words, struct sg_err *err) SG_MUST_CHECK;
/* Appends a struct sg_word for each. A text of 2 GiB and more has none. */
void sg_words_cut(struct sg_words *words, const char *utf8, size_t len, struct sg_buf *out);
void sg_words_free(struct sg_words *words);

#endif
