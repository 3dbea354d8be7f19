/*
 * Letters and marks of the wanted script (and those common to all) pass, in lower case; a run of digits becomes one 0 that
 * stays where it stands (abc123 -> abc0); an apostrophe or middle dot passes only between two letters; everything else,
 * letters of other scripts too, is one space between what passes. A space begins and ends the stream.
 *
 * So `l'été 2024: C'EST «ça»` is ` l'été 0 c'est ça `, and Хорошо, thanks! read for Cyrl is ` хорошо `. A code point above
 * U+FFFF takes one unit too, in the private use area: U+1E900 is E900 there (0xE000 + its low 12 bits).
 */
#include "letters.h"

#include <stdlib.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "text/utf8.h"

/* ---- blocks of ASCII ---- */

#define BLOCK 16 /* bytes looked at together; bits of their masks are in their order */
_Static_assert(BLOCK + 2 <= LETTERS_BEHIND, "a block is written whole");

#if defined(__x86_64__)
struct ascii_block {
    __m128i bytes, is_letter;
    uint32_t letters;
};

/* Of ASCII: which are from `low` to `high`. */
static inline __m128i between(__m128i bytes, char low, char high) {
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(low - 1))),
                         _mm_cmplt_epi8(bytes, _mm_set1_epi8((char)(high + 1))));
}

/* false: not all of it is ASCII. */
static inline bool load_block(const char *text, struct ascii_block *block) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    if (_mm_movemask_epi8(bytes)) return false;
    __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    block->bytes = bytes;
    block->is_letter = between(lower, 'a', 'z');
    block->letters = (uint32_t)_mm_movemask_epi8(block->is_letter);
    return true;
}

/* SCRIPT_CODE: ;<=> and $, and by pairs that a bit tells apart [{ \| ]}, and _. */
static inline uint32_t code_of(const struct ascii_block *block) {
    __m128i lower = _mm_or_si128(block->bytes, _mm_set1_epi8(0x20));
    __m128i is_code = _mm_or_si128(between(block->bytes, ';', '>'), between(lower, '{', '}'));
    is_code = _mm_or_si128(is_code, _mm_cmpeq_epi8(block->bytes, _mm_set1_epi8('$')));
    is_code = _mm_or_si128(is_code, _mm_cmpeq_epi8(block->bytes, _mm_set1_epi8('_')));
    return (uint32_t)_mm_movemask_epi8(is_code);
}

static inline uint32_t parens_of(const struct ascii_block *block) {
    return (uint32_t)_mm_movemask_epi8(between(block->bytes, '(', ')'));
}

/* Blanks and what controls. */
static inline uint32_t spaces_of(const struct ascii_block *block) {
    __m128i is_space = _mm_or_si128(_mm_cmplt_epi8(block->bytes, _mm_set1_epi8(' ' + 1)),
                                    _mm_cmpeq_epi8(block->bytes, _mm_set1_epi8(0x7F)));
    return (uint32_t)_mm_movemask_epi8(is_space);
}

static inline uint32_t ones(uint32_t bits) { /* of 16 */
    bits -= bits >> 1 & 0x5555;
    bits = (bits & 0x3333) + (bits >> 2 & 0x3333);
    bits = (bits + (bits >> 4)) & 0x0F0F;
    return (bits + (bits >> 8)) & 31;
}
#endif

/* ---- counting ---- */

struct counting {
    const uint32_t *ascii; /* entries */
    struct letters *n;
    uint32_t solid, tokens;
    uint32_t run, run_script; /* letters of a script come in rows */
    bool in_token;
};

static inline void count_run(struct counting *c, uint32_t next_script) {
    uint64_t *met = &c->n->met[c->run_script / 64], bit = (uint64_t)1 << c->run_script % 64;
    c->n->by_script[c->run_script] = (*met & bit ? c->n->by_script[c->run_script] : 0) + c->run;
    *met |= bit;
    c->n->scripted += c->run;
    c->run_script = next_script;
    c->run = 0;
}

#if defined(__x86_64__)
/* The same as count_one for each of its bytes. false: not all ASCII. */
static inline bool count_block(struct counting *c, const char *text) {
    struct ascii_block block;
    if (!load_block(text, &block)) return false;
    uint32_t spaces = spaces_of(&block), solid = ~spaces & 0xFFFF, latin = script_of(c->ascii['a']);
    c->solid += ones(solid);
    c->tokens += ones(solid & ~(solid << 1 | c->in_token));
    c->in_token = solid >> 15;
    if (block.letters) {
        if (c->run_script != latin) count_run(c, latin);
        c->run += ones(block.letters);
    }
    uint32_t code = code_of(&block), parens = parens_of(&block);
    if (code | parens) { /* seldom */
        c->n->code += ones(code);
        c->n->parens += ones(parens);
    }
    return true;
}
#endif

static inline void count_one(struct counting *c, uint32_t entry) {
    uint32_t script = script_of(entry);
    enum script_class class = script_class_of(entry);
    if (class == SCRIPT_SPACE) {
        c->in_token = false;
        return;
    }
    if (class == SCRIPT_IGNORED || script == SCRIPT_INHERITED) return;
    c->tokens += !c->in_token;
    c->in_token = true;
    c->solid++;
    if (class == SCRIPT_LETTER && script >= SCRIPT_FIRST) {
        if (script != c->run_script) count_run(c, script);
        c->run++;
    } else {
        c->n->code += class == SCRIPT_CODE;
        c->n->parens += class == SCRIPT_PAREN;
    }
}

void letters_count(const struct script_table *table, const char *text, size_t len,
                   struct letters *n) {
    const char *end = text + len;
    struct counting c = {.ascii = script_ascii(table), .n = n, .run_script = SCRIPT_FIRST};
    while (text < end) {
        if ((unsigned char)*text >= 0x80) {
            n->beyond_ascii = true;
            do count_one(&c, script_entry(table, sg_utf8_next(&text)));
            while (text < end && (unsigned char)*text >= 0x80);
            continue;
        }
#if defined(__x86_64__)
        if (end - text >= BLOCK && count_block(&c, text)) {
            text += BLOCK;
            continue;
        }
#endif
        do count_one(&c, c.ascii[(unsigned char)*text++]);
        while (text < end && (unsigned char)*text < 0x80);
    }
    count_run(&c, SCRIPT_FIRST);
    n->solid += c.solid;
    n->tokens += c.tokens;
}

/* ---- writing ---- */

/* What the last thing written was; BREAK: a space is due before the next. */
enum last { BREAK, LETTER, DIGIT };

struct writer {
    uint16_t *at;
    enum last last;
    uint16_t held; /* an apostrophe behind a letter, to be written when a letter follows; 0: none */
};

static void put_letter(struct writer *w, uint16_t c) {
    if (w->last == BREAK)
        *w->at++ = ' ';
    else if (w->held)
        *w->at++ = w->held;
    *w->at++ = c;
    w->held = 0;
    w->last = LETTER;
}

static void put_digit(struct writer *w) {
    if (w->last == DIGIT) return;
    if (w->last == BREAK || w->held) *w->at++ = ' ';
    *w->at++ = '0';
    w->held = 0;
    w->last = DIGIT;
}

static void hold(struct writer *w, uint16_t c) {
    if (w->last == LETTER && !w->held) {
        w->held = c;
    } else {
        w->held = 0;
        w->last = BREAK;
    }
}

static uint16_t unit_of(uint32_t c) {
    return c > 0xFFFF ? (uint16_t)(0xE000 + (c & 0xFFF)) : (uint16_t)c;
}

/* Room for every byte as a unit of its own with a space before it, and for a block behind the last. */
static uint16_t *room(struct letters_stream *stream, size_t len) {
    size_t need = stream->len + LETTERS_ROOM(len);
    if (need > stream->cap) {
        stream->cap = need + need / 2;
        stream->units = sg_realloc(stream->units, stream->cap * sizeof *stream->units);
    }
    return stream->units + stream->len;
}

#if defined(__x86_64__)
/* Letters of words with one separator between them, as most ASCII text is, by the block: writes what of it has that form from
 * its beginning on and returns how long that is, 0 when none. Nothing is held, and what was written last is no digit. */
static inline size_t put_words(struct writer *w, const char *text) {
    struct ascii_block block;
    if (!load_block(text, &block)) return 0;
    const __m128i digits = _mm_cmplt_epi8(
        _mm_add_epi8(block.bytes, _mm_set1_epi8((char)(0x80 - '0'))), _mm_set1_epi8(-128 + 10));
    const __m128i held = _mm_cmpeq_epi8(block.bytes, _mm_set1_epi8('\''));
    uint32_t breaks = ~(block.letters | (uint32_t)_mm_movemask_epi8(_mm_or_si128(digits, held)));
    uint32_t good = block.letters | (breaks & (block.letters << 1 | (w->last == LETTER)));
    size_t n = (size_t)__builtin_ctz(~good | 1u << BLOCK);
    if (n == 0) return 0;
    __m128i out = _mm_or_si128(_mm_and_si128(block.bytes, block.is_letter), _mm_set1_epi8(' '));
    if (w->last == BREAK) *w->at++ = ' ';
    __m128i *at = (__m128i *)(void *)w->at;
    _mm_storeu_si128(at, _mm_unpacklo_epi8(out, _mm_setzero_si128()));
    _mm_storeu_si128(at + 1, _mm_unpackhi_epi8(out, _mm_setzero_si128()));
    w->last = block.letters >> (n - 1) & 1 ? LETTER : BREAK;
    w->at += n - (w->last == BREAK); /* the separator is written before what follows */
    return n;
}
#endif

static inline void put_one(struct writer *w, uint32_t entry, uint32_t script) {
    uint32_t of = script_of(entry);
    enum script_class class = script_class_of(entry);
    if (class == SCRIPT_LETTER && (of == script || of < SCRIPT_UNKNOWN)) {
        put_letter(w, unit_of(script_lower(entry)));
    } else if (class == SCRIPT_DIGIT) {
        put_digit(w);
    } else if (class == SCRIPT_APOSTROPHE) {
        hold(w, (uint16_t)script_lower(entry));
    } else if (class != SCRIPT_IGNORED) {
        w->held = 0;
        w->last = BREAK;
    }
}

void letters_write(const struct script_table *table, const char *text, size_t len, uint32_t script,
                   struct letters_stream *stream) {
    const char *end = text + len;
    const uint32_t *ascii = script_ascii(table);
    struct writer w = {.at = room(stream, len), .last = BREAK};
    if (stream->len > 0) w.at--; /* the space that ended the piece before begins this one */
#if defined(__x86_64__)
    const bool latin = script_of(ascii['a']) == script;
#endif
    while (text < end) {
        if ((unsigned char)*text >= 0x80) {
            put_one(&w, script_entry(table, sg_utf8_next(&text)), script);
            continue;
        }
#if defined(__x86_64__)
        if (latin && end - text >= BLOCK && w.last != DIGIT && !w.held) {
            size_t n = put_words(&w, text);
            text += n;
            if (n == BLOCK) continue;
            if (n > 0 && (unsigned char)*text >= 0x80) continue;
        }
#endif
        put_one(&w, ascii[(unsigned char)*text++], script);
    }
    *w.at++ = ' ';
    stream->len = (size_t)(w.at - stream->units);
}

void letters_free(struct letters_stream *stream) {
    free(stream->units);
    *stream = (struct letters_stream){0};
}
