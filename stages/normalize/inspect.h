/*
 * inspect: which passes a text may need, without touching it.
 *
 * Shape   inspect_quiet: a whole text, only as far as it is plain ASCII. inspect_line: one line of valid UTF-8, to a set of
 *         FLAG(key) bits.
 * Units   bytes; counts of code points.
 * Calls   flags_init before.
 * Owns    nothing.
 * Errors  none. Never misses: a line without flags is one that no pass would change (tested against the passes themselves).
 *         Flags may be set where a pass then finds nothing to do.
 * Source  normalize.md section 11.
 */
#ifndef SANGAM_NORMALIZE_INSPECT_H
#define SANGAM_NORMALIZE_INSPECT_H

#include "base/cpu.h"
#include "flags.h"
#include "line.h"

/* Bytes before the first that is not *quiet*: quiet are 20..7E but '&', TAB, LF; a space not after a space; an LF not after
 * a space, a TAB or an LF. The text is taken to stand at a line's start. */
typedef size_t inspect_quiet_fn(const char *text, size_t len);
inspect_quiet_fn *inspect_quiet_at(enum sg_cpu level); /* the best not above level */

inspect_quiet_fn inspect_quiet_portable;
#if defined(__x86_64__)
inspect_quiet_fn inspect_quiet_avx2;
#elif defined(__aarch64__)
inspect_quiet_fn inspect_quiet_neon;
#endif
/* The rest of a kernel's work: byte by byte from `from` on, the byte before it known. */
size_t inspect_quiet_tail(const char *text, size_t len, size_t from);

struct sight {
    uint64_t active; /* FLAG(key) of the passes that may change the line */
    uint64_t fffd, pua, joiners, zwsp;
};

void inspect_line(const struct flags *flags, const char *line, const char *end,
                  struct sight *sight);

/* The same of a line that the passes work on, without contexts that want a look ahead. */
uint64_t inspect_points(const struct flags *flags, const struct line *line);

#endif
