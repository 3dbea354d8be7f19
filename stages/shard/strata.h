/*
 * strata: the folders of the release as numbers, and what each holds in all.
 *
 * Shape   a growing table of names; numbers are given in the order of first sight, which differs from run to run: they
 *         never reach an output, where folders are taken in byte order of their names.
 * Units   documents, bytes with LF, code points, estimated tokens, target units.
 * Calls   init; number (any thread), add (one thread); free.
 * Owns    its tables. Names are read by one thread, when no one adds any more.
 * Errors  none.
 */
#ifndef SANGAM_SHARD_STRATA_H
#define SANGAM_SHARD_STRATA_H

#include <pthread.h>
#include <stdint.h>

#include "base/hash.h"
#include "folder.h"

struct shard_totals {
    uint64_t documents, raw_bytes, code_points, tokens;
    uint64_t units, largest_units; /* of the target; the largest document */
    struct sg_hash128 fingerprint; /* sum of line hashes */
};

struct shard_stratum {
    char name[SHARD_FOLDER_MAX + 1];
    struct shard_totals totals;
};

struct shard_strata {
    pthread_mutex_t lock;
    struct shard_stratum *items;
    uint32_t count, cap;
    uint32_t *slots, slot_count; /* 1 + number, a power of two */
};

void shard_strata_init(struct shard_strata *strata);
uint32_t shard_strata_number(struct shard_strata *strata, const char *name);
void shard_totals_add(struct shard_totals *into, const struct shard_totals *more);
void shard_strata_free(struct shard_strata *strata);

/* A worker's own view: numbers it has seen (no lock on the way) and its part of the totals. {0} is empty. */
#define SHARD_LOCAL_SLOTS 64
struct shard_local {
    struct {
        char name[SHARD_FOLDER_MAX + 1];
        uint32_t number;
    } seen[SHARD_LOCAL_SLOTS];
    struct shard_totals *totals; /* by number */
    uint32_t count;
};
uint32_t shard_local_number(struct shard_local *local, struct shard_strata *strata, const char *name);
struct shard_totals *shard_local_totals(struct shard_local *local, uint32_t number);
void shard_local_merge(struct shard_strata *strata, const struct shard_local *local);
void shard_local_free(struct shard_local *local);

#endif
