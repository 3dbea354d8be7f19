/*
 * repair: one line through all its passes, until it no longer changes.
 *
 * Shape   a line of UTF-8 without its LF in; one or more lines of UTF-8 appended to out (a line end of another kind parts it).
 * Units   bytes; code points inside.
 * Calls   with a job of the line's document (passes.h) and buffers of one thread.
 * Owns    repair_free empties the buffers; {0} is valid.
 * Errors  none. A line that still changes after 8 rounds gets newline, control and nfc only and is counted (never seen).
 * Source  normalize.md section 3 (group F), 9.
 */
#ifndef SANGAM_NORMALIZE_REPAIR_H
#define SANGAM_NORMALIZE_REPAIR_H

#include "passes.h"

struct repair {
    struct line line, next, before; /* at work; a pass's output; as it was when the round began */
    struct line rest; /* what line ends parted from it: `waiting` lines, last code point first */
    size_t waiting;
    bool changed; /* in this round; then before is valid */
    uint64_t did; /* FLAG(key) of the passes that changed something */
};

/* Returns FLAG(key) of the passes that changed something. */
uint64_t repair_line(struct repair *repair, struct job *job, const char *line, size_t len,
                     struct sg_buf *out);
void repair_free(struct repair *repair);

#endif
