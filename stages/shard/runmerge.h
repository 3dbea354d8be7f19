/*
 * runmerge: the documents of one stratum in rank order, out of all runs.
 *
 * Shape   a binary heap of cursors, ordered by (rank, hash of the line): a total order but for equal lines.
 * Units   `units_before` are what --target counts, over all runs together, before the document at hand.
 * Calls   open at a rank, then while (slip) { look at slip, ask for its line or not; next }. free accepts {0}.
 * Owns    its cursors; runs and decoder are borrowed.
 * Errors  as the cursors.
 *
 * Memory  one frame of slips a run, and of lines where lines are asked for (shard_merge_memory).
 */
#ifndef SANGAM_SHARD_RUNMERGE_H
#define SANGAM_SHARD_RUNMERGE_H

#include "runs.h"

struct shard_runs {
    struct shard_run *items;
    size_t count;
    enum shard_unit unit;
};

struct shard_merge {
    struct shard_cursor *cursors;
    struct shard_cursor **heap;
    size_t cursor_count, heap_count;
    enum shard_unit unit;
    struct sg_frames_decoder *decoder;
    uint64_t units_before;
    const struct shard_slip *slip; /* of the document at hand; NULL at the end */
};

enum sg_code shard_merge_open(struct shard_merge *merge, const struct shard_runs *runs, uint32_t stratum, uint64_t rank_hi,
                              struct sg_frames_decoder *decoder, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_merge_next(struct shard_merge *merge, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_merge_line(struct shard_merge *merge, const char **line, struct sg_err *err) SG_MUST_CHECK;
void shard_merge_free(struct shard_merge *merge);

/* What reading this stratum holds at most, in all runs together. */
uint64_t shard_merge_memory(const struct shard_runs *runs, uint32_t stratum);

/* A rank (its high 64 bits) from which on no document has `units` or more before it that is skipped: reading from there
 * meets the document with `units` before it, and not much before it. */
uint64_t shard_merge_seek(const struct shard_runs *runs, uint32_t stratum, uint64_t units);

/* Merge `count` runs into one, written to a spill file: a merge level. Strata are taken in ascending order. */
enum sg_code shard_merge_level(const struct shard_runs *runs, uint32_t strata, struct shard_spill *spill,
                               struct shard_run *out, struct sg_err *err) SG_MUST_CHECK;

#endif
