/*
 * cuts: parts of texts that go while their documents stay: what the modes para, line and substr decide and apply does.
 *
 * Shape   pp.cut: CUTS rows of 48 bytes, sorted as bytes: u64 document, u64 begin (big-endian), then little-endian u64 end,
 *         u64 survivor (the place of the id of the document whose copy stays), u64 low half of the text key, u64 0.
 *         Cuts of one document do not overlap; touching ones may have different survivors.
 * Units   begin and end: bytes of the unescaped text, half open, on code points.
 * Calls   plain functions.
 * Owns    nothing.
 * Errors  none.
 */
#ifndef SANGAM_DEDUP_CUTS_H
#define SANGAM_DEDUP_CUTS_H

#include "records.h"

#define DEDUP_CUT_WIDTH 48

struct dedup_cut {
    uint64_t document, begin, end, survivor, text_low;
};

extern const struct dedup_rows_kind dedup_cut_kind;

void dedup_cut_put(const struct dedup_cut *cut, char *row);
void dedup_cut_get(const char *row, struct dedup_cut *cut);

#endif
