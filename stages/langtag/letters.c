/*
 * Letters and marks of the wanted script (and those common to all) pass, in lower case; a run of digits becomes one 0 that
 * stays where it stands (abc123 -> abc0); an apostrophe or middle dot passes only between two letters; everything else,
 * letters of other scripts too, is one space between what passes.
 *
 * So `l'été 2024: C'EST «ça»` is `l'été 0 c'est ça`, and Хорошо, thanks! read for Cyrl is `хорошо`.
 */
#include "letters.h"

#include "text/utf8.h"

void letters_count(const struct script_table *table, const char *text, size_t len,
                   struct letters *n) {
    const char *end = text + len;
    bool in_token = false;
    while (text < end) {
        if ((unsigned char)*text >= 0x80) n->beyond_ascii = true;
        uint32_t entry = script_entry(table, sg_utf8_next(&text)), script = script_of(entry);
        enum script_class class = script_class_of(entry);
        if (class == SCRIPT_SPACE) {
            in_token = false;
            continue;
        }
        if (class == SCRIPT_IGNORED || script == SCRIPT_INHERITED) continue;
        n->tokens += !in_token;
        in_token = true;
        n->solid++;
        if (class == SCRIPT_LETTER && script >= SCRIPT_FIRST) {
            n->scripted++;
            n->by_script[script]++;
        }
        n->code += class == SCRIPT_CODE;
        n->parens += class == SCRIPT_PAREN;
    }
}

/* What the last thing written was; BREAK: a space is due before the next. */
enum last { BREAK, LETTER, DIGIT };

struct writer {
    struct sg_buf *out;
    char *at, *start;
    enum last last;
    uint32_t held; /* an apostrophe behind a letter, to be written when a letter follows; 0: none */
};

static void put(struct writer *w, uint32_t c) {
    if (c < 0x80)
        *w->at++ = (char)c;
    else
        w->at += sg_utf8_encode(c, w->at);
}

static void put_letter(struct writer *w, uint32_t c, bool alone) {
    if ((w->last == BREAK || alone) && w->at > w->start)
        *w->at++ = ' ';
    else if (w->held)
        put(w, w->held);
    put(w, c);
    w->held = 0;
    w->last = alone ? BREAK : LETTER;
}

static void put_digit(struct writer *w) {
    if (w->last == DIGIT) return;
    if ((w->last == BREAK || w->held) && w->at > w->start) *w->at++ = ' ';
    *w->at++ = '0';
    w->held = 0;
    w->last = DIGIT;
}

static void hold(struct writer *w, uint32_t c) {
    if (w->last == LETTER && !w->held) {
        w->held = c;
    } else {
        w->held = 0;
        w->last = BREAK;
    }
}

void letters_write(const struct script_table *table, const char *text, size_t len, uint32_t script,
                   bool single, struct sg_buf *out) {
    const char *end = text + len;
    /* A code point gives its lower case, at most a byte longer, and a space. */
    char *room = sg_buf_room(out, 3 * len + 8);
    struct writer w = {.out = out, .at = room, .start = room, .last = BREAK};
    if (out->len > 0) *w.at++ = ' ', w.start = w.at;
    while (text < end) {
        uint32_t entry = script_entry(table, sg_utf8_next(&text)), of = script_of(entry);
        enum script_class class = script_class_of(entry);
        if (class == SCRIPT_LETTER && (of == script || of < SCRIPT_UNKNOWN)) {
            put_letter(&w, script_lower(entry), single && of == script);
        } else if (class == SCRIPT_DIGIT) {
            put_digit(&w);
        } else if (class == SCRIPT_APOSTROPHE) {
            hold(&w, script_lower(entry));
        } else if (class != SCRIPT_IGNORED) {
            w.held = 0;
            w.last = BREAK;
        }
    }
    out->len = (size_t)(w.at - out->data);
}
