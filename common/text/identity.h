/*
 * identity: the id of a record that came without one.
 *
 * Shape   32 hex digits of XXH3-128 over owner, source and the line, each with its length (u64 LE) in front; a number
 *         becomes its digits as they stand ("id":17 -> "id":"17").
 * Calls   after sg_record_scan, by the two doors (ingest, normalize).
 * Owns    nothing.
 * Errors  none.
 * Source  contract.md section 3.
 */
#ifndef SANGAM_TEXT_IDENTITY_H
#define SANGAM_TEXT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "text/record.h"

/* Sets "id" when it is missing, empty or not a string; true when it did. owner and source as the record will carry them. */
bool sg_identity_fix(struct sg_record *record, const char *owner, size_t owner_len,
                     const char *source, size_t source_len);

#endif
