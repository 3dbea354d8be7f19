/*
 * normal_form_table: what normal forms and the key texts of recipes need beyond unicode_table.
 *
 * Shape   sorted arrays, for binary search.
 * Calls   read-only data; normal_form.c reads it.
 * Source  Unicode 15.0.0 by normal_form_table.py: UnicodeData.txt, fields 2, 5 and 13; Hangul is arithmetic and not here.
 */
#ifndef SANGAM_DEDUP_NORMAL_FORM_TABLE_H
#define SANGAM_DEDUP_NORMAL_FORM_TABLE_H

#include <stdint.h>

/* Canonical decompositions, one step: c << 42 | first << 21 | second; second is 0 for a single one. */
extern const uint64_t dedup_decompositions[];
extern const unsigned dedup_decomposition_count;
/* What dedup_unicode_pairs[i] composes to. */
extern const uint32_t dedup_composed[];
/* Simple lower case in runs of four: first, last, step (1 or 2), what to add. */
extern const int32_t dedup_lower_runs[];
extern const unsigned dedup_lower_count;
/* General category Mn, in twos: first, last. */
extern const uint32_t dedup_mark_ranges[];
extern const unsigned dedup_mark_count;

#endif
