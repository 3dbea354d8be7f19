/*
 * cut: how many shards a language gets, and where one ends.
 *
 * Shape   B units in all, k shards. A document with b units before it in rank order goes to shard floor(b * k / B).
 *         Nothing else is asked: not runs, not memory, not threads. There is no runt at the end.
 * Units   whatever --target counts: uncompressed bytes (for bytes= and zbytes=), documents, estimated tokens.
 * Errors  none. Products are 128 bits wide.
 * Source  shard.md section 3.
 *
 * Example B = 10 documents, k = 3: shards of 4, 3 and 3 (b * 3 / 10 = 0 0 0 0 1 1 1 2 2 2).
 */
#ifndef SANGAM_SHARD_CUT_H
#define SANGAM_SHARD_CUT_H

#include <stdbool.h>
#include <stdint.h>

enum shard_unit { SHARD_BYTES, SHARD_ZBYTES, SHARD_DOCS, SHARD_TOKENS };

struct shard_target {
    enum shard_unit unit;
    uint64_t amount;
};

/* "zbytes=256MiB"; false when it is none of bytes= zbytes= docs= tokens= or the amount is 0. */
bool shard_target_parse(const char *text, struct shard_target *out);

#define SHARD_COUNT_MAX 1000000 /* names have six digits */

/* max(1, round(total / amount)), at most `documents` (no shard is empty by design) and SHARD_COUNT_MAX. */
uint64_t shard_cut_count(uint64_t total, uint64_t amount, uint64_t documents);

/* The shard of a document with `before` units before it; total may be 0 (then 0). */
uint64_t shard_cut_index(uint64_t before, uint64_t count, uint64_t total);

/* The least `before` that belongs to shard `index` or a later one: ceil(index * total / count). */
uint64_t shard_cut_start(uint64_t index, uint64_t count, uint64_t total);

/* total * packed / raw, rounded down: the size S of zbytes= from a sample. */
uint64_t shard_cut_scale(uint64_t total, uint64_t packed, uint64_t raw);

#endif
