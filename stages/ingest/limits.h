/*
 * limits: what one file may unpack to, against bombs.
 *
 * Shape   counters of one top-level file, shared by all that is nested in it.
 * Units   bytes, members.
 * Source  architecture.md section 5: 1 GiB + 200 x the file's size, 10 million members, 2 stacked
 *         filters.
 */
#ifndef INGEST_LIMITS_H
#define INGEST_LIMITS_H

#include <stdint.h>

#include "base/err.h"

#define LIMITS_FREE_BYTES ((uint64_t)1 << 30)
#define LIMITS_RATIO 200
#define LIMITS_MEMBERS 10000000
#define LIMITS_FILTERS 2

struct limits {
    uint64_t in_bytes;  /* size of the file, or what came so far from a pipe */
    uint64_t out_bytes; /* by filters and members, whichever gave more */
    uint64_t members;
    uint64_t max_record;
};

/* SG_DATA once the file has unpacked to more than it may. */
static inline enum sg_code limits_output(struct limits *limits, uint64_t *level_bytes,
                                         uint64_t more, struct sg_err *err) {
    *level_bytes += more;
    if (*level_bytes > limits->out_bytes) limits->out_bytes = *level_bytes;
    uint64_t allowed = LIMITS_FREE_BYTES + LIMITS_RATIO * limits->in_bytes;
    if (limits->out_bytes <= allowed) return SG_OK;
    return sg_err_set(err, SG_DATA, "unpacks to more than 1 GiB + %d times its size", LIMITS_RATIO);
}

#endif
