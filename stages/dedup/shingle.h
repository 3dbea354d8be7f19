/*
 * shingle: a text as a stream of window hashes.
 *
 * Shape   from each token on, the shortest window of consecutive tokens whose weights sum to ngram or more. By default
 *         tokens of the profile shingle and 10: five words, ten characters of a script without spaces, or a mix. In units
 *         other than `window` every weight is 1, so windows are n-grams. Windows that would run over the end are none.
 * Units   64-bit hashes; the sketch uses their top 32 bits.
 * Calls   {0}, or .shape set; dedup_shingles_start, dedup_shingles_next until 0; dedup_shingles_free. Reused from text to text.
 * Owns    its word buffer and key text.
 * Errors  none.
 * Source  dedup.md section 2. Constants below are part of the format: a change is another fingerprint.
 */
#ifndef SANGAM_DEDUP_SHINGLE_H
#define SANGAM_DEDUP_SHINGLE_H

#include <stddef.h>
#include <stdint.h>

#include "key_profile.h"
#include "keytext.h"
#include "shingle_units.h"

#define DEDUP_WINDOW 10
#define DEDUP_NGRAM_MOST 256

#define DEDUP_CHUNK 256

/* How a text is cut; {0} is the default: shingle, window, DEDUP_WINDOW. */
struct dedup_shape {
    enum dedup_profile profile;
    enum dedup_shingle_unit unit;
    unsigned ngram; /* 1 to DEDUP_NGRAM_MOST; 0: DEDUP_WINDOW */
};

/* Are the tokens those of keytext.h, which take the text in NFC? All others take it as it is. */
static inline bool dedup_shape_takes_nfc(const struct dedup_shape *shape) {
    return shape->profile == DEDUP_SHINGLE && (shape->unit == DEDUP_UNIT_WINDOW || shape->unit == DEDUP_UNIT_WORD);
}

struct dedup_shingles {
    struct dedup_shape shape;
    struct dedup_tokens tokens;
    uint64_t hash[DEDUP_NGRAM_MOST + DEDUP_CHUNK]; /* of tokens: the open window, then those to come */
    uint8_t weight[DEDUP_NGRAM_MOST + DEDUP_CHUNK];
    unsigned head, next, filled; /* the window is [head, next) */
    unsigned sum;                /* of its weights */
    uint64_t polynomial;         /* t0*M^(count-1) + ... + t(count-1), modulo 2^64 */
    /* where the tokens are not those of keytext.h */
    struct dedup_shingle_units units;
    struct sg_buf key, scratch;
};

/* text: in NFC where dedup_shape_takes_nfc, else as it is. */
void dedup_shingles_start(struct dedup_shingles *shingles, const char *text, size_t len);
/* At most room (>= 16) hashes; 0 at the end of the text. */
size_t dedup_shingles_next(struct dedup_shingles *shingles, uint64_t *out, size_t room);
void dedup_shingles_free(struct dedup_shingles *shingles);

/* All distinct window hashes of a text, sorted, appended to out as native u64. Returns how many. */
size_t dedup_shingles_set(struct dedup_shingles *shingles, const char *text, size_t len, struct sg_buf *out);

/* Members of two sorted sets, of which `common` stand in both. */
size_t dedup_set_common(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count);

#endif
