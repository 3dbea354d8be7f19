/*
 * units_rows: a unit of a document on its way from units_map to units_link.
 *
 * Shape   UNIT rows of 80 bytes, big-endian, so that they sort as bytes: copies together, in each group the survivor order
 *         and then the place:
 *           0 key (12)  12 priority  20 text key (hi, lo)  36 id key hi  44 line  52 document  60 begin (6)  66 end (6)
 *          72 place of the id, without the task
 * Units   begin, end: bytes of the text, below 2^48.
 * Calls   plain functions.
 * Owns    nothing.
 * Errors  none.
 * Source  dedup.md section 6: no component of the order but the document number, which only parts byte-equal lines,
 *         depends on where a document came from.
 */
#ifndef SANGAM_DEDUP_UNITS_ROWS_H
#define SANGAM_DEDUP_UNITS_ROWS_H

#include "records.h"

#define DEDUP_UNIT_WIDTH 80
#define DEDUP_UNIT_KEY 12

struct dedup_unit_row {
    uint64_t key;
    uint32_t key_more;
    uint64_t priority;
    struct sg_hash128 text_key;
    uint64_t id_high, line_low, document, begin, end, id_offset;
};

extern const struct dedup_rows_kind dedup_unit_kind;

/* "t3-07.unt" */
void dedup_unit_name(char name[DEDUP_NAME], uint64_t part, int partition);

void dedup_unit_put(const struct dedup_unit_row *unit, char *row);
/* A row of a map task, with the document's number and the id's place as they are in the whole job. */
void dedup_unit_move(char *row, const struct dedup_job *job, size_t part);
void dedup_unit_get(const char *row, struct dedup_unit_row *unit);

/* Only key, begin and end: 24 bytes. */
void dedup_unit_put_place(const struct dedup_unit_row *unit, char *place);
void dedup_unit_get_place(const char *place, struct dedup_unit_row *unit);

#endif
