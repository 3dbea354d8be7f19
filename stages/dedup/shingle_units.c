/*
 * One cutter a unit, each from `at` to the end of the next token; all hash the token's bytes as keytext does.
 *
 * Memory: for icu the spans of a text, 16 bytes a word. Threads: one struct each.
 */
#include "shingle_units.h"

#include <stdbool.h>
#include <string.h>

#include "keytext.h"
#include "text/utf8.h"
#include "text/words.h"
#include "unicode_table.h"

enum sg_code dedup_shingle_units_ready(enum dedup_shingle_unit unit, struct sg_err *err) {
    struct sg_words *words = NULL;
    if (unit != DEDUP_UNIT_ICU) return SG_OK;
    enum sg_code code = sg_words_new(&words, err);
    sg_words_free(words);
    return code;
}

void dedup_shingle_units_start(struct dedup_shingle_units *units, enum dedup_shingle_unit unit, const char *key, size_t len) {
    units->unit = unit;
    units->start = units->at = key;
    units->end = key + len;
    units->spans.len = units->next_span = 0;
    if (unit != DEDUP_UNIT_ICU) return;
    struct sg_err err = {0};
    if (!units->words && sg_words_new(&units->words, &err) != SG_OK) return;
    sg_words_cut(units->words, key, len, &units->spans);
}

struct token {
    const char *start;
    size_t len;
    unsigned weight; /* 0: none left */
};

/* As dedup_tokens cuts, on a text whose signs are as they shall be; an ignorable one stays where it is. */
static struct token word_of(struct dedup_shingle_units *units) {
    struct token token = {0};
    const char *p = units->at;
    unsigned kind = DEDUP_SEPARATOR;
    while (p < units->end) {
        const char *from = p;
        unsigned here = dedup_unicode_entry(sg_utf8_next(&p)) & DEDUP_KIND;
        bool outside = here == DEDUP_SEPARATOR || (!token.weight && here == DEDUP_DROP);
        if (!token.weight && outside) continue;
        if (!token.weight) {
            token = (struct token){.start = from, .weight = here == DEDUP_LONE ? 1 : 2};
            kind = here;
        } else if (outside || here == DEDUP_LONE || (here == DEDUP_WORD && kind == DEDUP_LONE)) {
            p = from;
            break;
        }
    }
    units->at = p;
    token.len = token.weight ? (size_t)(p - token.start) : 0;
    return token;
}

static bool is_space(uint32_t c) {
    return dedup_unicode_entry(c) & DEDUP_SPACE;
}

static struct token spaced_of(struct dedup_shingle_units *units) {
    struct token token = {0};
    const char *p = units->at;
    while (p < units->end) {
        const char *from = p;
        bool space = is_space(sg_utf8_next(&p));
        if (!space && !token.weight) token = (struct token){.start = from, .weight = 1};
        if (space && token.weight) {
            p = from;
            break;
        }
    }
    units->at = p;
    token.len = token.weight ? (size_t)(p - token.start) : 0;
    return token;
}

static struct token point_of(struct dedup_shingle_units *units) {
    struct token token = {.start = units->at};
    if (units->at == units->end) return token;
    sg_utf8_next(&units->at);
    token.len = (size_t)(units->at - token.start);
    token.weight = 1;
    return token;
}

static struct token span_of(struct dedup_shingle_units *units) {
    const struct sg_word *words = (const struct sg_word *)(const void *)units->spans.data;
    if (units->next_span == units->spans.len / sizeof *words) return (struct token){0};
    const struct sg_word *word = &words[units->next_span++];
    return (struct token){units->start + word->start, word->end - word->start, 1};
}

static struct token next_of(struct dedup_shingle_units *units) {
    switch (units->unit) {
    case DEDUP_UNIT_WINDOW:
    case DEDUP_UNIT_WORD: return word_of(units);
    case DEDUP_UNIT_SPACE: return spaced_of(units);
    case DEDUP_UNIT_CHAR: return point_of(units);
    case DEDUP_UNIT_ICU: return span_of(units);
    }
    return (struct token){0};
}

size_t dedup_shingle_units_next(struct dedup_shingle_units *units, uint64_t *hash, uint8_t *weight, size_t room) {
    size_t n = 0;
    for (; n < room; n++) {
        struct token token = next_of(units);
        if (!token.weight) break;
        hash[n] = dedup_token_hash(token.start, token.len);
        weight[n] = units->unit == DEDUP_UNIT_WINDOW ? (uint8_t)token.weight : 1;
    }
    return n;
}

void dedup_shingle_units_free(struct dedup_shingle_units *units) {
    sg_words_free(units->words);
    sg_buf_free(&units->spans);
    units->words = NULL;
}
