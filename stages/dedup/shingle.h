/*
 * shingle: a text as a stream of window hashes.
 *
 * Shape   from each token on, the shortest window of consecutive tokens whose weights sum to DEDUP_WINDOW (10) or more:
 *         five words, ten characters of a script without spaces, or a mix. Windows that would run over the end are none.
 * Units   64-bit hashes; the sketch uses their top 32 bits.
 * Calls   {0}; dedup_shingles_start, dedup_shingles_next until 0; dedup_shingles_free. Reused from text to text.
 * Owns    its word buffer.
 * Errors  none.
 * Source  dedup.md section 2. Constants below are part of the format: a change is another fingerprint.
 */
#ifndef SANGAM_DEDUP_SHINGLE_H
#define SANGAM_DEDUP_SHINGLE_H

#include <stddef.h>
#include <stdint.h>

#include "keytext.h"

#define DEDUP_WINDOW 10

#define DEDUP_CHUNK 256

struct dedup_shingles {
    struct dedup_tokens tokens;
    uint64_t hash[DEDUP_WINDOW + DEDUP_CHUNK]; /* of tokens: the open window, then those to come */
    uint8_t weight[DEDUP_WINDOW + DEDUP_CHUNK];
    unsigned head, next, filled; /* the window is [head, next) */
    unsigned sum;                /* of its weights */
    uint64_t polynomial;         /* t0*M^(count-1) + ... + t(count-1), modulo 2^64 */
};

void dedup_shingles_start(struct dedup_shingles *shingles, const char *nfc, size_t len);
/* At most room (>= 16) hashes; 0 at the end of the text. */
size_t dedup_shingles_next(struct dedup_shingles *shingles, uint64_t *out, size_t room);
void dedup_shingles_free(struct dedup_shingles *shingles);

/* All distinct window hashes of a text, sorted, appended to out as native u64. Returns how many. */
size_t dedup_shingles_set(struct dedup_shingles *shingles, const char *nfc, size_t len, struct sg_buf *out);

/* Members of two sorted sets, of which `common` stand in both. */
size_t dedup_set_common(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count);

#endif
