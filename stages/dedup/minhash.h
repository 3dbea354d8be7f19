/*
 * minhash: the sketch kperm32, its band keys, and what two sketches say of Jaccard similarity.
 *
 * Shape   h_k(x) = (a_k x + b_k) mod 2^32 with a_k odd; a sketch is min over x for k = 0 .. K-1, K = bands x rows, in lanes
 *         rounded up to 16. Stored are the low 8 bits of each minimum (b-bit minwise hashing).
 * Units   x: top 32 bits of a window hash.
 * Calls   dedup_minhash_init once (read-only afterwards); start, add..., then bands and store.
 * Owns    nothing: plain structs.
 * Errors  none. All kernels give the same bits.
 * Source  Broder 1997; Li & Koenig, "b-Bit Minwise Hashing", 2010; splitmix64 (Steele, Lea, Flood 2014); dedup.md sections 3, 9.
 */
#ifndef SANGAM_DEDUP_MINHASH_H
#define SANGAM_DEDUP_MINHASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

#define DEDUP_LANES 9216 /* bands x rows at most */
#define DEDUP_SKETCH 160 /* bytes of a sketch that are stored at most: of the first values; more only widen the bands */

typedef void dedup_minhash_kernel(const uint32_t *a, const uint32_t *b, uint32_t *minima, unsigned lanes,
                                  const uint32_t *x, size_t count);

struct dedup_minhash {
    unsigned bands, rows;
    unsigned lanes;        /* multiple of 16 */
    unsigned sketch_bytes; /* min(bands x rows, DEDUP_SKETCH) */
    uint64_t seed;
    uint64_t band_seed; /* low half of the fingerprint of what decides keys; set after init */
    dedup_minhash_kernel *kernel;
    _Alignas(64) uint32_t a[DEDUP_LANES], b[DEDUP_LANES];
};

/* bands x rows from 1 to DEDUP_LANES. */
void dedup_minhash_init(struct dedup_minhash *minhash, unsigned bands, unsigned rows, uint64_t seed);
/* The kernel of a level, or of the best one below it that this build has. */
dedup_minhash_kernel *dedup_minhash_kernel_of(enum sg_cpu level);

void dedup_minhash_start(const struct dedup_minhash *minhash, uint32_t *minima);
void dedup_minhash_add(const struct dedup_minhash *minhash, uint32_t *minima, const uint32_t *x, size_t count);

/* One 64-bit key a band; scope keeps parts of a corpus apart (0: one part). */
void dedup_minhash_bands(const struct dedup_minhash *minhash, const uint32_t *minima, uint64_t scope, uint64_t *keys);
void dedup_minhash_store(const struct dedup_minhash *minhash, const uint32_t *minima, uint8_t *sketch);

/* How many of `bytes` stored values are equal. */
unsigned dedup_sketch_matches(const uint8_t *a, const uint8_t *b, unsigned bytes);
/* Similarity from matches of K values: equal by chance with C = 2^-8, so J = (m/K - C) / (1 - C), not below 0. */
double dedup_sketch_similarity(unsigned matches, unsigned bytes);
/* Its standard deviation at similarity s: sqrt(P(1-P)/K)/(1-C), P = C + (1-C)s. */
double dedup_sketch_deviation(double similarity, unsigned bytes);
/* The least number of matches whose estimate is not below `similarity`: 0 to bytes + 1. */
unsigned dedup_sketch_least(double similarity, unsigned bytes);

/* Kernels; each adds count values to the minima of all lanes. */
dedup_minhash_kernel dedup_minhash_portable;
#if defined(__x86_64__)
dedup_minhash_kernel dedup_minhash_avx2, dedup_minhash_avx512;
#endif

#endif
