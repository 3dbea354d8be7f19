/*
 * pipe: one reader, N workers, one ordered writer.
 *
 * Shape   batches of the caller's type travel read -> work -> write. read and write are called in serial order and
 *         never at the same time as themselves; work runs on any worker. With one thread all three run in turn on it.
 * Units   bytes in flight: what demand() says of a batch after it was read.
 * Calls   sg_pipe_run returns when everything was written, or at the first error by serial number: the answer does
 *         not depend on the thread count.
 * Owns    the batch slots between make and unmake.
 * Errors  the lowest serial's error. SG_BUDGET when one batch alone demands more than the budget.
 */
#ifndef SANGAM_RUN_PIPE_H
#define SANGAM_RUN_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sg_pipe {
    unsigned threads;             /* workers, at least 1 */
    uint64_t budget_bytes;        /* for batches in flight; 0: no bound */
    void *context;                /* handed to every call below */
    void *(*make)(void *context); /* one batch slot, reused */
    void (*unmake)(void *context, void *batch);
    enum sg_code (*read)(void *context, void *batch,
                         struct sg_err *err); /* SG_END when there is no more */
    uint64_t (*demand)(void *context,
                       const void *batch); /* bytes it will hold at most; may be NULL */
    enum sg_code (*work)(void *context, unsigned worker, void *batch, struct sg_err *err);
    enum sg_code (*write)(void *context, void *batch, struct sg_err *err);
};

enum sg_code sg_pipe_run(const struct sg_pipe *pipe, struct sg_err *err) SG_MUST_CHECK;

#endif
