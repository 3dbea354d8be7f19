/*
 * lists: @lists that can be read only once (@-, @<(find ...)): sangam looks into them, and so does the first stage.
 *
 * Shape   an input "@FIFO" becomes "@/proc/self/fd/N" (memory), then "@WORK/input-1.list" once WORK is ours.
 * Calls   lists_hold for the inputs as given; lists_keep when WORK exists; lists_free last.
 * Owns    the descriptors.
 * Errors  SG_SYSTEM: a list cannot be read or written.
 */
#ifndef SANGAM_CONDUCT_LISTS_H
#define SANGAM_CONDUCT_LISTS_H

#include <stddef.h>

#include "base/err.h"

struct lists {
    int *fds;
    size_t *inputs; /* which input each of them is */
    size_t count;
};

/* Both change inputs in place. */
enum sg_code lists_hold(struct lists *lists, char **inputs, size_t count,
                        struct sg_err *err) SG_MUST_CHECK;
enum sg_code lists_keep(const struct lists *lists, char **inputs, const char *work,
                        struct sg_err *err) SG_MUST_CHECK;
void lists_free(struct lists *lists); /* accepts {0} */

#endif
