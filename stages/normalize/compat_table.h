/*
 * compat_table: CJK compatibility ideographs and the standardized variation sequences that show the same shape.
 *
 * Shape   sorted by `from`.
 * Owns    nothing; read-only.
 * Errors  none.
 * Source  StandardizedVariants.txt of the UCD; made by compat_table.py, `make tables`.
 */
#ifndef SANGAM_NORMALIZE_COMPAT_TABLE_H
#define SANGAM_NORMALIZE_COMPAT_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct compat {
    uint32_t from, to;
    uint16_t selector;
};
extern const struct compat compat_table[];
extern const size_t compat_count;

#endif
