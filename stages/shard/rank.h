/*
 * rank: the number that decides where a document stands in the release.
 *
 * Shape   K = XXH3-128(id), or XXH3-128(text) xor XXH3-128(id) when ids may repeat; R = XXH3-128(seed || K || copy).
 *         Sorting by R, ties by XXH3-128 of the line, is a permutation that depends on content and seed alone.
 * Units   R is compared as a number of 128 bits; its first 64 bits are the high ones.
 * Errors  none.
 * Source  shard.md section 1; Jane Street, "How to shuffle a big dataset" (sorting by random keys is a uniform shuffle).
 */
#ifndef SANGAM_SHARD_RANK_H
#define SANGAM_SHARD_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/* text NULL: ids are unique. */
struct sg_hash128 shard_key(const char *id, size_t id_len, const char *text, size_t text_len);
struct sg_hash128 shard_rank(uint64_t seed, struct sg_hash128 key, uint32_t copy);

/* Who goes first of two lines of equal rank: 0 only when they are the same bytes. */
int shard_rank_tie(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
