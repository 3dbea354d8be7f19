/*
 * pool: one worker's share of the corpus in memory, sorted by (stratum, rank).
 *
 * Shape   one block of memory: lines, each with its LF, grow from the front; entries that point at them from the back.
 *         A stratum is a folder of the release, as a number the process gave it.
 * Units   bytes; `bytes` of an entry counts the line without its LF.
 * Calls   init, put until it says full, sort, read entries and lines, clear, put ...; free accepts {0}.
 * Owns    its block; it is touched only as far as it is filled.
 * Errors  none: put returns false when the line does not fit any more.
 */
#ifndef SANGAM_SHARD_POOL_H
#define SANGAM_SHARD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What gather needs of a document besides its line, so that no line is scanned twice. */
struct shard_slip {
    uint64_t rank_hi, rank_lo;
    uint32_t bytes, code_points, tokens;
    uint32_t owner_at, source_at, license_at; /* where the string begins in the line; 0: no such member */
};

struct shard_entry {
    struct shard_slip slip;
    uint64_t at; /* of the line in the block */
    uint32_t stratum;
};

struct shard_pool {
    char *block;
    size_t capacity, lines_bytes;
    struct shard_entry *entries; /* the first; they end where the block ends */
    size_t count;
    bool sorted;
};

/* The least capacity that holds a line of that many bytes. */
#define SHARD_POOL_NEED(bytes) ((uint64_t)(bytes) + 1 + 2 * sizeof(struct shard_entry))

void shard_pool_init(struct shard_pool *pool, size_t capacity);
bool shard_pool_put(struct shard_pool *pool, uint32_t stratum, const struct shard_slip *slip, const char *line);
void shard_pool_sort(struct shard_pool *pool);
void shard_pool_clear(struct shard_pool *pool);
void shard_pool_free(struct shard_pool *pool);

static inline const char *shard_pool_line(const struct shard_pool *pool, const struct shard_entry *entry) {
    return pool->block + entry->at;
}

#endif
