/*
 * charmap: the one-byte encodings by which UTF-8 is wrongly decoded, and back.
 *
 * Shape   a code point has a cell: which encodings can write it, with which byte, and what that byte would be in UTF-8.
 *         Code points that none of them can write share cell 0.
 * Calls   charmap_init once, then read-only.
 * Owns    some 140 KiB, of which a text touches a few lines.
 * Errors  none.
 * Source  normalize.md 4.2 and 4.5 step 3; the tables are those of Python's codecs (charmap_table.py).
 */
#ifndef SANGAM_NORMALIZE_CHARMAP_H
#define SANGAM_NORMALIZE_CHARMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "mojibake.h"

extern const uint16_t charmap_table[MOJIBAKE_ENCODINGS][128]; /* bytes 80-FF */

/* What a character may be in UTF-8 that was decoded by one of the first seven encodings. */
enum charmap_role {
    ROLE_LEAD_2 = 1, /* C2-DF */
    ROLE_LEAD_3 = 2, /* E0-EF */
    ROLE_LEAD_4 = 4, /* F0, F3: others lead to nothing assigned */
    ROLE_TRAIL = 8,  /* 80-BF, and the space, which may have been A0 */
    ROLE_TRAIL_ONLY =
        16 /* a trail that does not stand for itself either: no space, dash, quotation mark, bullet, ellipsis */
};

struct charmap_cell {
    uint16_t encodings; /* bits 1 << enum mojibake_encoding */
    uint8_t roles;
    uint8_t byte[MOJIBAKE_ENCODINGS];
};

struct charmap {
    uint16_t cell_of[0x10000];
    struct charmap_cell cells[640];
};

void charmap_init(struct charmap *charmap);

static inline const struct charmap_cell *charmap_cell(const struct charmap *charmap,
                                                      uint32_t point) {
    return &charmap->cells[point < 0x10000 ? charmap->cell_of[point] : 0];
}

/* windows-1250 ... windows-1257: byte 1A stands for U+FFFD in them, so U+001A itself cannot be written. */
static inline bool charmap_is_windows(enum mojibake_encoding encoding) {
    return encoding >= WINDOWS_1252 && encoding <= WINDOWS_1257;
}

#endif
