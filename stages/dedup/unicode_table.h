/*
 * unicode_table: what key text needs to know of a code point, from one pinned Unicode version.
 *
 * Shape   tries with blocks of 64 code points: table[index[c >> 6] << 6 | (c & 63)]. The low six bits of c are the last
 *         byte of its UTF-8 form, so a scanner may find the block by the bytes before it.
 * Calls   read-only data; dedup_unicode_* below.
 * Source  Unicode 15.0.0 by unicode_table.py. Never taken from the ICU found at run time: signatures must agree between
 *         machines and years. A new version changes the parameter fingerprint (DEDUP_UNICODE).
 */
#ifndef SANGAM_DEDUP_UNICODE_TABLE_H
#define SANGAM_DEDUP_UNICODE_TABLE_H

#include <stdint.h>

#define DEDUP_UNICODE "15.0.0"

/* An entry: the low three bits are its kind, the others are flags. */
enum dedup_kind {
    DEDUP_SEPARATOR, /* ends a token */
    DEDUP_WORD,      /* L*, N* of scripts written with spaces */
    DEDUP_LONE,      /* L*, N* of scripts without: a token of its own, with the marks behind it */
    DEDUP_MARK,      /* M*: belongs to the token before it */
    DEDUP_DROP,      /* ignorable: as if it were not there */
};
#define DEDUP_KIND 7
#define DEDUP_FOLD 8   /* another code point stands for it: case folding, ASCII digit */
#define DEDUP_SPACE 16 /* White_Space */
#define DEDUP_NFC 32   /* NFC_QC is No or Maybe */
#define DEDUP_CCC 64   /* its canonical combining class is not 0 */
#define DEDUP_NO 128   /* NFC_QC is No, or a jamo that composes by arithmetic */

extern const uint16_t dedup_unicode_index[17408];
extern const uint8_t dedup_unicode_entries[];
extern const uint8_t dedup_unicode_fold_index[17408];
extern const uint32_t dedup_unicode_folds[];
extern const uint8_t dedup_unicode_class_index[17408];
extern const uint8_t dedup_unicode_classes[];
/* Two characters that NFC makes one of, as second << 21 | first, sorted; and what it makes of them, sorted. */
extern const uint64_t dedup_unicode_pairs[], dedup_unicode_composites[];
extern const unsigned dedup_unicode_pair_count;

static inline uint8_t dedup_unicode_entry(uint32_t c) {
    return dedup_unicode_entries[(uint32_t)dedup_unicode_index[c >> 6] << 6 | (c & 63)];
}

/* Only for entries with DEDUP_FOLD. */
static inline uint32_t dedup_unicode_fold(uint32_t c) {
    return dedup_unicode_folds[(uint32_t)dedup_unicode_fold_index[c >> 6] << 6 | (c & 63)];
}

static inline uint8_t dedup_unicode_class(uint32_t c) {
    return dedup_unicode_classes[(uint32_t)dedup_unicode_class_index[c >> 6] << 6 | (c & 63)];
}

#endif
