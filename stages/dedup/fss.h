/*
 * fss: fast similarity sketching, in the place of kperm32: one hash an element instead of one an element and value.
 *
 * Shape   set of x -> K 32-bit values, of which each is equal in two sketches with probability J, as minima of minhash.h
 *         are; band keys, stored bytes and the estimator are those of minhash.h.
 * Units   x: top 32 bits of a window hash.
 * Calls   dedup_minhash_init for bands, rows and seed; dedup_fss_sketch for each text.
 * Owns    nothing.
 * Errors  none. The same on every machine: integers alone.
 * Source  Dahlgaard, Knudsen, Thorup, "Fast Similarity Sketching", FOCS 2017, algorithm 1; splitmix64's finaliser.
 */
#ifndef SANGAM_DEDUP_FSS_H
#define SANGAM_DEDUP_FSS_H

#include "minhash.h"

/* Repeated x make no difference. Without any, all values are UINT32_MAX. */
void dedup_fss_sketch(const struct dedup_minhash *minhash, const uint32_t *x, size_t count, uint32_t *values);

#endif
