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

#include "text/utf8.h"

void letters_count(const struct script_table *table, const char *text, size_t len,
                   struct letters *n) {
    const char *end = text + len;
    const uint32_t *ascii = table->entries + ((size_t)table->blocks[0] << 8);
    uint32_t solid = 0, tokens = 0, run = 0, run_script = SCRIPT_FIRST;
    bool in_token = false;
    while (text < end) {
        uint32_t entry;
        if ((unsigned char)*text < 0x80) {
            entry = ascii[(unsigned char)*text++];
        } else {
            n->beyond_ascii = true;
            entry = script_entry(table, sg_utf8_next(&text));
        }
        uint32_t script = script_of(entry);
        enum script_class class = script_class_of(entry);
        if (class == SCRIPT_SPACE) {
            in_token = false;
            continue;
        }
        if (class == SCRIPT_IGNORED || script == SCRIPT_INHERITED) continue;
        tokens += !in_token;
        in_token = true;
        solid++;
        if (class == SCRIPT_LETTER && script >= SCRIPT_FIRST) {
            if (script != run_script) { /* letters of a script come in rows */
                n->by_script[run_script] += run;
                n->scripted += run;
                run_script = script;
                run = 0;
            }
            run++;
        } else {
            n->code += class == SCRIPT_CODE;
            n->parens += class == SCRIPT_PAREN;
        }
    }
    n->by_script[run_script] += run;
    n->scripted += run;
    n->solid += solid;
    n->tokens += tokens;
}

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

/* Room for every byte as a unit of its own with a space before it. */
static uint16_t *room(struct letters_stream *stream, size_t len) {
    size_t need = stream->len + 2 * len + 2;
    if (need > stream->cap) {
        stream->cap = need + need / 2;
        stream->units = sg_realloc(stream->units, stream->cap * sizeof *stream->units);
    }
    return stream->units + stream->len;
}

void letters_write(const struct script_table *table, const char *text, size_t len, uint32_t script,
                   struct letters_stream *stream) {
    const char *end = text + len;
    const uint32_t *ascii = table->entries + ((size_t)table->blocks[0] << 8);
    struct writer w = {.at = room(stream, len), .last = BREAK};
    if (stream->len > 0) w.at--; /* the space that ended the piece before begins this one */
    while (text < end) {
        uint32_t entry = (unsigned char)*text < 0x80 ? ascii[(unsigned char)*text++]
                                                     : script_entry(table, sg_utf8_next(&text));
        uint32_t of = script_of(entry);
        enum script_class class = script_class_of(entry);
        if (class == SCRIPT_LETTER && (of == script || of < SCRIPT_UNKNOWN)) {
            put_letter(&w, unit_of(script_lower(entry)));
        } else if (class == SCRIPT_DIGIT) {
            put_digit(&w);
        } else if (class == SCRIPT_APOSTROPHE) {
            hold(&w, (uint16_t)script_lower(entry));
        } else if (class != SCRIPT_IGNORED) {
            w.held = 0;
            w.last = BREAK;
        }
    }
    *w.at++ = ' ';
    stream->len = (size_t)(w.at - stream->units);
}

void letters_free(struct letters_stream *stream) {
    free(stream->units);
    *stream = (struct letters_stream){0};
}
