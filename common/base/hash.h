/*
 * hash: XXH3 for accidents, SHA-256 for the outside world.
 *
 * Shape   struct sg_hash128 is a number (lo, hi); its 32 hex digits are hi first, as xxhsum prints.
 * Errors  none.
 * Source  xxHash 0.8 (XXH3-64, XXH3-128, stable since 0.8.0); FIPS 180-4 for SHA-256.
 */
#ifndef SANGAM_BASE_HASH_H
#define SANGAM_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_hash128 {
    uint64_t lo, hi;
};

uint64_t sg_hash64(const void *bytes, size_t len, uint64_t seed);
struct sg_hash128 sg_hash128(const void *bytes, size_t len, uint64_t seed);
uint64_t sg_hash_xxh64(const void *bytes,
                       size_t len); /* the older XXH64, seed 0: what zstd's checksums are made of */

/* Incremental XXH3-128. Free accepts NULL. */
struct sg_hash_state;
struct sg_hash_state *sg_hash_new(void);
void sg_hash_add(struct sg_hash_state *state, const void *bytes, size_t len);
void sg_hash_add_sized(struct sg_hash_state *state, const void *bytes,
                       size_t len);                                  /* u64 LE length first */
struct sg_hash128 sg_hash_digest(const struct sg_hash_state *state); /* may be called at any time */
void sg_hash_reset(struct sg_hash_state *state);
void sg_hash_free(struct sg_hash_state *state);

/* Sum modulo 2^128: an order-free fingerprint of a set of hashes. */
struct sg_hash128 sg_hash_sum(struct sg_hash128 a, struct sg_hash128 b);
int sg_hash_compare(struct sg_hash128 a, struct sg_hash128 b); /* by value: -1, 0, 1 */

#define SG_HASH_HEX 33
char *sg_hash_hex(struct sg_hash128 hash,
                  char out[SG_HASH_HEX]); /* 32 lower-case digits and NUL; returns out */
bool sg_hash_parse(const char *hex, struct sg_hash128 *out); /* exactly 32 digits, then NUL */

/* SHA-256, by the CPU's instructions where it has them (same result). */
struct sg_sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64];
    size_t used;
};
void sg_sha256_init(struct sg_sha256 *sha);
void sg_sha256_add(struct sg_sha256 *sha, const void *bytes, size_t len);
#define SG_SHA256_HEX 65
char *sg_sha256_hex(struct sg_sha256 *sha, char out[SG_SHA256_HEX]); /* ends the sum; returns out */

#endif
