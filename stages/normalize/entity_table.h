/*
 * entity_table: the named character references of HTML.
 *
 * Shape   sorted by name as strcmp sorts; the names stand without their semicolon, which all of them need here.
 * Source  HTML standard, section 13.5 (entity_table.py): 2,125 names with a semicolon.
 */
#ifndef SANGAM_NORMALIZE_ENTITY_TABLE_H
#define SANGAM_NORMALIZE_ENTITY_TABLE_H

#include <stdint.h>

enum { ENTITIES = 2125, ENTITY_NAME = 32 };

struct entity {
    char name[ENTITY_NAME];
    uint32_t first, second; /* second: 0 when the name stands for one code point */
};
extern const struct entity entity_table[ENTITIES];

#endif
