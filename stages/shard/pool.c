/*
 * Sorting: MSD radix in place ("American flag") over the 20 bytes of (stratum, rank), most significant first. A byte
 * that is equal in all entries costs one counting pass; groups below 32 entries are finished by insertion; entries
 * equal in all 20 bytes (one key, several lines) are ordered by the hash of the line.
 *
 * Example, first bytes 2 0 2 1: counts 1 1 2, so bucket 0 = [0,1), 1 = [1,2), 2 = [2,4); entries are swapped home and
 * every bucket is sorted by its next byte.
 *
 * Why this order is fast: ranks are hashes, so the first rank byte splits evenly and few levels are ever entered.
 * Memory: no second array; 4 KiB of counts a level. Not stable, and need not be: equal entries are equal lines.
 */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rank.h"

#define KEY_BYTES 20
#define SMALL 32

void shard_pool_init(struct shard_pool *pool, size_t capacity) {
    capacity -= capacity % _Alignof(struct shard_entry);
    *pool = (struct shard_pool){.block = sg_alloc(capacity), .capacity = capacity};
    shard_pool_clear(pool);
}

void shard_pool_clear(struct shard_pool *pool) {
    pool->lines_bytes = pool->count = 0;
    pool->entries = (struct shard_entry *)(void *)(pool->block + pool->capacity);
    pool->sorted = false;
}

void shard_pool_free(struct shard_pool *pool) {
    free(pool->block);
    *pool = (struct shard_pool){0};
}

bool shard_pool_put(struct shard_pool *pool, uint32_t stratum, const struct shard_slip *slip, const char *line) {
    size_t room = pool->capacity - pool->lines_bytes - pool->count * sizeof(struct shard_entry);
    if (room < slip->bytes + 1 + sizeof(struct shard_entry)) return false;
    memcpy(pool->block + pool->lines_bytes, line, slip->bytes);
    pool->block[pool->lines_bytes + slip->bytes] = '\n';
    *--pool->entries = (struct shard_entry){*slip, pool->lines_bytes, stratum};
    pool->lines_bytes += slip->bytes + 1;
    pool->count++;
    return true;
}

static unsigned key_byte(const struct shard_entry *entry, unsigned depth) {
    if (depth < 4) return entry->stratum >> (24 - 8 * depth) & 255;
    if (depth < 12) return entry->slip.rank_hi >> (88 - 8 * depth) & 255;
    return entry->slip.rank_lo >> (152 - 8 * depth) & 255;
}

static int compare(const void *a, const void *b, void *context) {
    const struct shard_entry *x = a, *y = b;
    const struct shard_pool *pool = context;
    if (x->stratum != y->stratum) return x->stratum < y->stratum ? -1 : 1;
    if (x->slip.rank_hi != y->slip.rank_hi) return x->slip.rank_hi < y->slip.rank_hi ? -1 : 1;
    if (x->slip.rank_lo != y->slip.rank_lo) return x->slip.rank_lo < y->slip.rank_lo ? -1 : 1;
    return shard_rank_tie(shard_pool_line(pool, x), x->slip.bytes, shard_pool_line(pool, y), y->slip.bytes);
}

static void insertion_sort(const struct shard_pool *pool, struct shard_entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct shard_entry entry = entries[i];
        size_t j = i;
        for (; j > 0 && compare(&entries[j - 1], &entry, (void *)pool) > 0; j--) entries[j] = entries[j - 1];
        entries[j] = entry;
    }
}

static void swap_home(struct shard_entry *entries, size_t next[256], const size_t ends[256], unsigned depth) {
    for (unsigned bucket = 0; bucket < 256; bucket++)
        while (next[bucket] < ends[bucket]) {
            struct shard_entry *entry = &entries[next[bucket]];
            unsigned home = key_byte(entry, depth);
            if (home == bucket) {
                next[bucket]++;
                continue;
            }
            struct shard_entry other = entries[next[home]];
            entries[next[home]++] = *entry;
            *entry = other;
        }
}

static void sort_from(const struct shard_pool *pool, struct shard_entry *entries, size_t count, unsigned depth) {
    if (count < SMALL) {
        insertion_sort(pool, entries, count);
        return;
    }
    if (depth == KEY_BYTES) {
        qsort_r(entries, count, sizeof *entries, compare, (void *)pool);
        return;
    }
    size_t next[256] = {0}, ends[256];
    for (size_t i = 0; i < count; i++) next[key_byte(&entries[i], depth)]++;
    size_t at = 0;
    for (unsigned bucket = 0; bucket < 256; bucket++) {
        size_t in_bucket = next[bucket];
        next[bucket] = at;
        ends[bucket] = at += in_bucket;
    }
    swap_home(entries, next, ends, depth);
    for (unsigned bucket = 0; bucket < 256; bucket++) {
        size_t start = bucket ? ends[bucket - 1] : 0;
        if (ends[bucket] - start > 1) sort_from(pool, entries + start, ends[bucket] - start, depth + 1);
    }
}

void shard_pool_sort(struct shard_pool *pool) {
    if (!pool->sorted) sort_from(pool, pool->entries, pool->count, 0);
    pool->sorted = true;
}
