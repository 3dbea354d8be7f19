/*
 * badness: does a line hold character sequences that no language writes, but that mis-decoded UTF-8 does?
 *
 * Shape   patterns of a few positions, each a set of code points, compiled to one automaton over classes of code points:
 *         one class look-up and one transition a code point, from left to right, no memory.
 * Units   bytes for UTF-8 (valid), else code points. A line has no line end in it.
 * Calls   badness_new once (some 10 ms), then read-only.
 * Owns    about 250 KiB; badness_free accepts NULL.
 * Errors  none.
 * Source  normalize.md 4.3 and 4.4, after ftfy 6.3.1 (Apache-2.0), ftfy/badness.py.
 */
#ifndef SANGAM_NORMALIZE_BADNESS_H
#define SANGAM_NORMALIZE_BADNESS_H

#include <stddef.h>
#include <stdint.h>

#include "mojibake.h"

struct badness_dfa;
struct badness_dfa *badness_new(void);
void badness_free(struct badness_dfa *dfa);

enum badness badness_of_utf8(const struct badness_dfa *dfa, const char *utf8, size_t len);
enum badness badness_of_points(const struct badness_dfa *dfa, const uint32_t *points, size_t len);

/* How large it came out: for tests and the curious. */
size_t badness_states(const struct badness_dfa *dfa);
size_t badness_classes(const struct badness_dfa *dfa);

/* Hands out the members of a set in the notation of badness.c: "[bn 201A]", in ranges. */
void badness_set(const char *set, void (*saw)(void *owner, uint32_t first, uint32_t last),
                 void *owner);

#endif
