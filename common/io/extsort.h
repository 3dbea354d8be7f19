/*
 * extsort: sort any number of fixed-width records inside a memory budget.
 *
 * Shape   records of `width` bytes, ordered by memcmp of `key_bytes` bytes at `key_offset` (so keys are stored
 *         big-endian by the caller), ties by the whole record: the order is total, so it does not depend on how
 *         the input was cut into runs.
 * Units   bytes; the budget covers the record buffer, radix scratch and merge buffers.
 * Calls   init, put* (one thread), sort, next* until SG_END, free. free at any time removes the run files.
 * Owns    its buffers and at most two run files (unlinked right after they are made, in `folder`); what fits in memory
 *         makes none.
 * Errors  SG_SYSTEM (disk full names the folder and what was asked; a run that does not read back as it was written).
 *
 * Algorithm  radix sort in memory; a full buffer becomes a run, in blocks with an XXH3 that is checked on reading; k-way
 *            merge with a loser tree, extra levels when the runs have more blocks to hold at once than the budget.
 */
#ifndef SANGAM_IO_EXTSORT_H
#define SANGAM_IO_EXTSORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sg_extsort;

struct sg_extsort_options {
    size_t width; /* 8 to 4096 */
    size_t key_offset, key_bytes;
    size_t memory_bytes; /* at least 1 MiB */
    const char *folder;  /* for runs; exists */
};

enum sg_code sg_extsort_init(struct sg_extsort **out, const struct sg_extsort_options *options,
                             struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_extsort_put(struct sg_extsort *sort, const void *record,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_extsort_sort(struct sg_extsort *sort, struct sg_err *err) SG_MUST_CHECK;
/* A borrowed record, valid until the next call; SG_END after the last. */
enum sg_code sg_extsort_next(struct sg_extsort *sort, const void **record,
                             struct sg_err *err) SG_MUST_CHECK;
uint64_t sg_extsort_count(const struct sg_extsort *sort);
void sg_extsort_free(struct sg_extsort *sort);

#endif
