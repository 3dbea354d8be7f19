/*
 * A two-stage table. Most of Unicode's 4,352 blocks of 256 code points are all alike (unassigned, or Han, or Hangul): equal
 * blocks are kept once, which leaves about 600 of them, 0.6 MB. Code points that nobody has assigned are not asked for.
 */
#include "script.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/unicode.h"

#define CODE_POINTS 0x110000
#define BLOCKS (CODE_POINTS >> 8)
#define LAST_LETTER 0x323AF /* the end of CJK extension H; private and special planes follow */

/* Neighbours are of one script mostly: *last is tried first. */
static uint32_t number_of(struct script_table *table, const char *name, uint32_t *last) {
    if (memcmp(table->names[*last], name, 4) == 0) return *last;
    if (strcmp(name, "Hira") == 0 || strcmp(name, "Kana") == 0 || strcmp(name, "Bopo") == 0)
        name = "Hani";
    for (size_t i = 0; i < table->count; i++)
        if (memcmp(table->names[i], name, 4) == 0) return *last = (uint32_t)i;
    if (table->count == SCRIPT_MAX) return SCRIPT_UNKNOWN;
    memcpy(table->names[table->count], name, 4);
    return *last = (uint32_t)table->count++;
}

static enum script_class symbol_class(uint32_t c) {
    if (c == '(' || c == ')') return SCRIPT_PAREN;
    if (c < 0x80 && c && strchr("{}[]=<>_;\\|$", (int)c)) return SCRIPT_CODE;
    return SCRIPT_SYMBOL;
}

static enum script_class class_of(uint32_t c, const char *category) {
    switch (c) {
    case 0x0027:
    case 0x2018:
    case 0x2019:
    case 0x02BB:
    case 0x02BC:
    case 0x00B7: return SCRIPT_APOSTROPHE;
    case 0x0640: return SCRIPT_IGNORED; /* tatweel */
    default: break;
    }
    if ((c >= 0xFE00 && c <= 0xFE0F) || strcmp(category, "Cf") == 0) return SCRIPT_IGNORED;
    if (category[0] == 'L' || category[0] == 'M') return SCRIPT_LETTER;
    if (strcmp(category, "Nd") == 0) return SCRIPT_DIGIT;
    if (category[0] == 'Z' || strcmp(category, "Cc") == 0) return SCRIPT_SPACE;
    return symbol_class(c);
}

/* An apostrophe of any shape is U+0027 in a word. */
static uint32_t lower_of(uint32_t c, enum script_class class) {
    if (class == SCRIPT_APOSTROPHE) return c == 0x00B7 ? c : 0x0027;
    return class == SCRIPT_LETTER ? sg_unicode_lower(c) : c;
}

static uint32_t make_entry(struct script_table *table, uint32_t c, uint32_t *last) {
    enum script_class class = class_of(c, sg_unicode_category(c));
    uint32_t script =
        class == SCRIPT_LETTER ? number_of(table, sg_unicode_script(c), last) : SCRIPT_COMMON;
    return (uint32_t) class << 29 | script << 21 | lower_of(c, class);
}

/* What has no letters is one block whose lower case is not looked at. */
static void fill_block(struct script_table *table, uint32_t block, uint32_t *last,
                       uint32_t *entries) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = block << 8 | i;
        bool assigned = c <= LAST_LETTER || (c >= 0xE0000 && c <= 0xE0FFF);
        entries[i] = assigned ? make_entry(table, c, last) : (uint32_t)SCRIPT_SYMBOL << 29;
        if (entries[i] >> 29 != SCRIPT_LETTER && entries[i] >> 29 != SCRIPT_APOSTROPHE)
            entries[i] &= ~(uint32_t)0x1FFFFF;
    }
}

void script_init(struct script_table *table) {
    uint32_t fresh[256], last = 0;
    size_t count = 0, before = 0;
    memset(table, 0, sizeof *table);
    table->blocks = sg_alloc(BLOCKS * sizeof *table->blocks);
    number_of(table, "Zyyy", &last);
    number_of(table, "Zinh", &last);
    number_of(table, "Zzzz", &last);
    for (uint32_t block = 0; block < BLOCKS; block++) {
        fill_block(table, block, &last, fresh);
        bool again = count > 0 && memcmp(table->entries + (before << 8), fresh, sizeof fresh) == 0;
        size_t same = again ? before : 0;
        while (!again && same < count &&
               memcmp(table->entries + (same << 8), fresh, sizeof fresh) != 0)
            same++;
        if (same == count) {
            table->entries = sg_realloc(table->entries, (count + 1) * sizeof fresh);
            memcpy(table->entries + (count++ << 8), fresh, sizeof fresh);
        }
        table->blocks[block] = (uint16_t)same;
        before = same;
    }
}

void script_free(struct script_table *table) {
    free(table->blocks);
    free(table->entries);
    memset(table, 0, sizeof *table);
}

int script_number(const struct script_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->names[i], name) == 0) return (int)i;
    return -1;
}
