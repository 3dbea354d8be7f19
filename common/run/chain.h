/*
 * chain: a stage that looks at one record at a time, run over files.
 *
 * Shape   file by file in the order of run->inputs: frames -> lines -> stage->process -> sink, in parallel batches.
 * Calls   sg_chain_run, from sg_stage_main only.
 * Owns    nothing beyond the call; shared is the stage's.
 * Errors  per file: an input that is damaged, or that is not what its receipt says, publishes nothing.
 */
#ifndef SANGAM_RUN_CHAIN_H
#define SANGAM_RUN_CHAIN_H

#include "run/stage.h"

enum sg_code sg_chain_run(struct sg_run *run, void *shared, struct sg_err *err) SG_MUST_CHECK;

/* What a chain file's receipt promises of it. Whole-corpus stages use the same check. */
struct sg_chain_promise {
    bool known; /* a receipt stands beside the file and speaks of it */
    uint64_t bytes, records;
    struct sg_hash128 hash;
};

/* Read the promise; SG_DATA when the receipt is damaged or the file's size is another already (a cut file). */
enum sg_code sg_chain_promise(const char *path, struct sg_chain_promise *out,
                              struct sg_err *err) SG_MUST_CHECK;
/* Hold it against what was read. */
enum sg_code sg_chain_keep_promise(const char *path, const struct sg_chain_promise *promise,
                                   uint64_t bytes, uint64_t records, struct sg_hash128 hash,
                                   struct sg_err *err) SG_MUST_CHECK;

#endif
