/*
 * script: what a code point is to a language identifier, by one table lookup.
 *
 * Shape   every code point has a class, a script number and a lower case form, packed into 32 bits.
 * Calls   script_init (sg_unicode_init must have run), then read-only and thread-safe. script_free accepts {0}.
 * Errors  none: what is unassigned is a symbol.
 * Source  Unicode 15.0: general category, script, simple lower case, by text/unicode; langtag.md sections 1 and 6.
 */
#ifndef SANGAM_LANGTAG_SCRIPT_H
#define SANGAM_LANGTAG_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

enum script_class {
    SCRIPT_SPACE,
    SCRIPT_SYMBOL,  /* punctuation and whatever else only separates */
    SCRIPT_CODE,    /* symbols frequent in program text: {}[]=<>_;\|$ */
    SCRIPT_PAREN,   /* ( and ) */
    SCRIPT_DIGIT,   /* Nd */
    SCRIPT_IGNORED, /* format characters, tatweel, variation selectors: as if they were not there */
    SCRIPT_APOSTROPHE, /* and the middle dot: part of a word only between letters */
    SCRIPT_LETTER,     /* letters and marks */
};

/* Numbers below SCRIPT_FIRST are no script of their own. */
enum { SCRIPT_COMMON, SCRIPT_INHERITED, SCRIPT_UNKNOWN, SCRIPT_FIRST, SCRIPT_MAX = 256 };

struct script_table {
    uint16_t *blocks;          /* by code point >> 8 */
    uint32_t *entries;         /* 256 for each block */
    char names[SCRIPT_MAX][5]; /* ISO 15924 by number; Hira, Kana and Bopo are counted as Hani */
    size_t count;
};

void script_init(struct script_table *table);
void script_free(struct script_table *table);
int script_number(const struct script_table *table,
                  const char *name); /* "Deva"; -1 when no code point has it */

static inline uint32_t script_entry(const struct script_table *table, uint32_t c) {
    return table->entries[(size_t)table->blocks[c >> 8] << 8 | (c & 0xFF)];
}
/* The entries of the first 128 code points. */
static inline const uint32_t *script_ascii(const struct script_table *table) {
    return table->entries + ((size_t)table->blocks[0] << 8);
}
static inline enum script_class script_class_of(uint32_t entry) {
    return (enum script_class)(entry >> 29);
}
static inline uint32_t script_of(uint32_t entry) {
    return entry >> 21 & 0xFF;
}
static inline uint32_t script_lower(uint32_t entry) {
    return entry & 0x1FFFFF;
}

#endif
