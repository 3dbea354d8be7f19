/*
 * gather: the second pass. Shards are planned, then each is merged out of the runs and written, several at a time.
 *
 * Shape   a task is one shard: seek to just before its first document, skip to it, merge, compress, publish. Tasks know
 *         nothing of each other, so their order and number at a time change no byte; the largest go first.
 * Units   target units (cut.h).
 * Calls   after scatter: plan, run, then parts are taken; free.
 * Owns    tasks and their parts until taken.
 * Errors  SG_SYSTEM: I/O, or documents that came in and did not go out (never seen; proved for each language by the sum
 *         of line hashes).
 * Source  shard.md sections 2 and 3.
 */
#ifndef SANGAM_SHARD_GATHER_H
#define SANGAM_SHARD_GATHER_H

#include "cut.h"
#include "part.h"
#include "scatter.h"

struct shard_task {
    uint32_t stratum;
    uint64_t index, count; /* of the cut rule; a shard without documents is left out of the names, not of the rule */
    uint64_t weight;       /* raw bytes, about */
    struct shard_part part;
};

struct shard_gather {
    struct shard_scatter *scatter;
    const char *release;
    struct shard_task *tasks;
    size_t count, cap;
    size_t next;     /* to hand out */
    struct shard_gather_worker *workers;
};

enum sg_code shard_gather_plan(struct shard_gather *gather, struct shard_scatter *scatter, const struct shard_target *target,
                               const char *release, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_gather_run(struct shard_gather *gather, struct sg_err *err) SG_MUST_CHECK;
struct shard_part *shard_gather_take(struct shard_gather *gather, size_t *count); /* the caller's */
void shard_gather_free(struct shard_gather *gather);

#endif
