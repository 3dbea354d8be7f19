/*
 * mojibake: text that was decoded with a wrong one-byte charset, put right.
 *
 * Shape   one line of code points in, the repaired line out.
 * Calls   mojibake_new once, then its tables are read-only; mojibake_fix with a scratch of its own thread.
 *         mojibake_badness alone reads a line of UTF-8 as it stands, for the fast path.
 * Owns    the tables (about 200 KiB: the encodings both ways, the automaton).
 * Errors  none.
 * Source  normalize.md section 4, the method of ftfy 6.3.1 (Apache-2.0), own implementation.
 */
#ifndef SANGAM_NORMALIZE_MOJIBAKE_H
#define SANGAM_NORMALIZE_MOJIBAKE_H

#include "line.h"

/* In the order in which they are tried. */
enum mojibake_encoding {
    LATIN_1,
    WINDOWS_1252,
    WINDOWS_1251,
    WINDOWS_1250,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1257,
    ISO_8859_2,
    MACROMAN,
    CP437,
    MOJIBAKE_ENCODINGS
};

/* WEAK: only the two patterns with [C3 C2] 20 that clean text of a few languages holds too (4.6). */
enum badness { GOOD, WEAK, BAD };

struct mojibake;
struct mojibake *mojibake_new(void);
void mojibake_free(struct mojibake *mojibake);

enum badness mojibake_badness(const struct mojibake *mojibake, const char *utf8, size_t len);
enum badness mojibake_badness_of(const struct mojibake *mojibake, const struct line *line);

struct mojibake_scratch; /* NULL is made at need by mojibake_scratch_new */
struct mojibake_scratch *mojibake_scratch_new(void);
void mojibake_scratch_free(struct mojibake_scratch *scratch);

struct mojibake_report {
    unsigned encodings; /* bits 1 << enum mojibake_encoding: of whole-line steps that were taken */
    bool part;          /* a run inside the line was repaired alone (4.5 step 3) */
    bool too_long;      /* more than 1 Mi code points: skipped */
};

/* Section 4.5, to its fixpoint. weak_counts: weak patterns make a line bad. False: not changed, out is to be ignored. */
bool mojibake_fix(const struct mojibake *mojibake, struct mojibake_scratch *scratch,
                  bool weak_counts, const struct line *in, struct line *out,
                  struct mojibake_report *report);

#endif
