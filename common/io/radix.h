/*
 * radix: fixed-width records in memory, in order of a key, ties by the whole record.
 *
 * Shape   a table of byte positions, the most telling first: the key's bytes, then all others of the record. Records are
 *         in order when these bytes, read one after the other, are.
 * Units   bytes.
 * Calls   sg_radix_order once, sg_radix_sort as often as wanted, from any thread with its own memory.
 * Owns    nothing: the caller gives scratch of the same size, and is told which of the two holds the result.
 * Errors  none.
 */
#ifndef SANGAM_IO_RADIX_H
#define SANGAM_IO_RADIX_H

#include <stddef.h>
#include <stdint.h>

#define SG_RADIX_WIDTH_MAX 4096

struct sg_radix {
    size_t width, key_offset, key_bytes;
    uint16_t order[SG_RADIX_WIDTH_MAX];
};

void sg_radix_order(struct sg_radix *radix, size_t width, size_t key_offset, size_t key_bytes);
/* <0, 0, >0 as memcmp; 0 only for equal bytes. */
int sg_radix_compare(const struct sg_radix *radix, const void *a, const void *b);
/* Sorts count records; returns records or scratch, whichever has them. */
unsigned char *sg_radix_sort(const struct sg_radix *radix, unsigned char *records,
                             unsigned char *scratch, size_t count);

#endif
