/*
 * repeats: what is copied among the places that share an anchor.
 *
 * Shape   sightings of one anchor key, by survivor order of their documents and then by offset -> spans of later copies, each
 *         with the document that holds the first copy. A stretch of L units is a copy when the same bytes stand at an earlier
 *         place, not overlapping it; spans are unions of such stretches.
 * Units   offsets in bytes of the text; rank: place of the document in survivor order.
 * Calls   dedup_repeats_start per key, dedup_repeats_add per sighting in order. dedup_repeats_free at the end.
 * Owns    its tables; text and spans go through the callbacks.
 * Errors  those of the callbacks.
 * Source  dedup.md section 11.
 */
#ifndef SANGAM_DEDUP_REPEATS_H
#define SANGAM_DEDUP_REPEATS_H

#include "base/err.h"
#include "winnow.h"

#define DEDUP_REPEATS_BYTES (24u << 20) /* held at most for one key */

/* An anchor and all that a stretch of L units with it may cover (dedup_anchor_reach). */
struct dedup_sighting {
    uint64_t rank;
    uint64_t context;    /* hash of the bytes of its reach */
    uint32_t begin, len; /* of its reach */
    uint64_t address;    /* for fetch */
};

struct dedup_copy_span {
    uint64_t rank, holder;
    uint32_t begin, end;
};

struct dedup_repeats_calls {
    void *context;
    /* The bytes of the sighting's reach replace what is in text. */
    enum sg_code (*fetch)(void *context, const struct dedup_sighting *sighting, struct sg_buf *text,
                          struct sg_err *err);
    enum sg_code (*emit)(void *context, const struct dedup_copy_span *span, struct sg_err *err);
};

struct dedup_repeats {
    const struct dedup_length *length;
    struct dedup_repeats_calls calls;
    struct dedup_sighting first;
    bool empty, lone;                      /* lone: only copies of first have been seen */
    struct sg_buf slots;                   /* struct slot, a power of two of them */
    uint64_t used, fetched;                /* slots used; sightings whose text was fetched, over all keys */
    struct sg_buf classes, runs;           /* of equal reaches: what is copied in them, and from where */
    struct sg_buf text, unit_begin, unit_end;
};

void dedup_repeats_start(struct dedup_repeats *repeats);
enum sg_code dedup_repeats_add(struct dedup_repeats *repeats, const struct dedup_sighting *sighting,
                               struct sg_err *err) SG_MUST_CHECK;
void dedup_repeats_free(struct dedup_repeats *repeats);

#endif
