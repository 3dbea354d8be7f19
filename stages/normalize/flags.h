/*
 * flags: what may have to be done about a code point, one table look-up.
 *
 * Shape   a two-stage table, 16 bits a code point: low byte flags, high byte canonical combining class; for a composite
 *         (FLAG_COMPOSITE, itself of class 0) the class of the last mark in its decomposition.
 * Calls   flags_init once; flags_of is read-only. flags_composes tells whether a pair would become one under NFC.
 * Owns    about 100 KiB.
 * Errors  none.
 * Source  built from ICU at start (UCD 15.0): NFC_Quick_Check, ccc, canonical decompositions.
 *
 * Why not unorm2_spanQuickCheckYes: U+0BBE and its like are "maybe", so Tamil fails it after a few letters. A pair table
 * answers exactly (normalize.md section 11).
 */
#ifndef SANGAM_NORMALIZE_FLAGS_H
#define SANGAM_NORMALIZE_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

enum flag {
    FLAG_NEWLINE = 1 << 0, /* a line end other than LF */
    FLAG_CONTROL = 1 << 1, /* to be removed by `control` */
    FLAG_SPACE = 1 << 2,   /* a space other than U+0020 */
    FLAG_NO = 1 << 3,      /* NFC_QC=No */
    FLAG_MAYBE = 1 << 4,   /* NFC_QC=Maybe: may compose with what stands before */
    FLAG_FFFD = 1 << 5,
    FLAG_PRIVATE = 1 << 6,
    FLAG_COMPOSITE = 1 << 7, /* its decomposition ends in a mark: U+00E9 */
};

struct flags {
    uint16_t block[0x1100]; /* code point >> 8 -> index of its block */
    uint16_t (*cells)[256];
    uint64_t *pairs; /* open addressing: first << 32 | second, 0 empty */
    uint32_t pair_mask;
};

void flags_init(struct flags *flags);
void flags_free(struct flags *flags);

static inline uint16_t flags_of(const struct flags *flags, uint32_t c) {
    return flags->cells[flags->block[c >> 8]][c & 255];
}
static inline unsigned flags_class(uint16_t cell) {
    return cell & FLAG_COMPOSITE ? 0 : cell >> 8;
}
static inline unsigned flags_trailing(uint16_t cell) {
    return cell & FLAG_COMPOSITE ? cell >> 8 : 0;
}

bool flags_composes(const struct flags *flags, uint32_t first, uint32_t second);

#endif
