/*
 * map: what a mode adds to the one pass that maps a corpus: the records of a document that meet in link.
 *
 * Shape   put (any thread) appends small records of a document to those of its batch; make (writer) turns each into a row
 *         and says which partition it is for: equal keys are in one.
 * Units   bytes. demand: what records and lines of a batch may hold for each byte of its lines.
 * Calls   from map.c, whose own are band keys; those of units_map.c are units, of substr_map.c anchors.
 * Owns    nothing.
 * Errors  none of put and make.
 */
#ifndef SANGAM_DEDUP_MAP_H
#define SANGAM_DEDUP_MAP_H

#include "records.h"

#define DEDUP_MAP_WIDTH 80 /* of the widest row */

/* A document as put sees it. */
struct dedup_mapped {
    const struct dedup_job *job;
    struct dedup_scratch *scratch;
    const struct dedup_document *document;
    const struct dedup_doc *doc;
    const struct dedup_sketch *sketch;
    uint64_t number; /* in its batch */
};

struct dedup_map_keys {
    const struct dedup_rows_kind *kind;
    void (*name)(char name[DEDUP_NAME], uint64_t part, int partition);
    size_t width; /* of the small records */
    unsigned (*demand)(const struct dedup_job *job);
    void (*put)(const struct dedup_mapped *mapped, struct sg_buf *records);
    /* docs: the batch's rows of ti.doc, with their places in ti.ids; first: number of its first document. */
    int (*make)(const char *record, const char *docs, uint64_t first, char *row);
};

extern const struct dedup_map_keys dedup_unit_keys, dedup_anchor_keys;

#endif
