/*
 * tokens: how long a text is, in code points and, roughly, in tokens.
 *
 * Shape   every code point weighs what its class weighs, in thousandths of a token; a text is the sum, rounded up.
 *         The class is the lead byte of its UTF-8 form, so one look at each byte is enough:
 *           ASCII 250 (four letters a token) · U+0080-07FF 400 (Latin, Greek, Cyrillic, Hebrew, Arabic ...)
 *           U+0800-0FFF 500 (Indic, Thai, Lao, Tibetan) · U+1000-1FFF 700 (Myanmar, Georgian, Ethiopic, Khmer ...)
 *           U+2000-2FFF 800 (punctuation, symbols) · U+3000-9FFF 700 (kana, Han) · U+A000-DFFF 700 (Hangul, Yi ...)
 *           U+E000-FFFF 1000 · above 1500 (emoji, historic scripts).
 *         An estimate to plan with, within about a factor of 1.5 of today's multilingual tokenizers; never a count.
 * Units   code points; tokens.
 * Errors  none; the input is valid UTF-8.
 * Source  shard.md section 3 ("code points by script class divided by a per-class constant").
 */
#ifndef SANGAM_SHARD_TOKENS_H
#define SANGAM_SHARD_TOKENS_H

#include <stddef.h>
#include <stdint.h>

void shard_tokens(const char *utf8, size_t len, uint64_t *code_points, uint64_t *tokens);

#endif
