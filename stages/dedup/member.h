/*
 * member: a document of a component on its way through settle's sorts.
 *
 * Shape   a row of 96 bytes and the sketch. In front stand the component and the survivor order, big-endian, so that rows
 *         sort as bytes; with `by_text` the text key stands before the priority, so that equal texts are neighbours:
 *           by order  component priority text-key id-key line document | id-offset windows copies first | sketch
 *           by text   component text-key priority id-key line document | ...
 * Units   bytes; copies: documents with the same text that follow this one.
 * Calls   plain functions.
 * Owns    nothing; sketch is borrowed from the row.
 * Errors  none.
 * Source  dedup.md section 6: priority, text key, id key, line; the document number only parts byte-equal lines.
 */
#ifndef SANGAM_DEDUP_MEMBER_H
#define SANGAM_DEDUP_MEMBER_H

#include <stdbool.h>

#include "base/hash.h"
#include "document.h"
#include "records.h"

#define DEDUP_MEMBER_HEAD 96
#define DEDUP_MEMBER_MOST (DEDUP_MEMBER_HEAD + DEDUP_SKETCH)

struct dedup_member {
    uint64_t component, document, line_low, id_offset, priority;
    struct sg_hash128 text_key, id_key;
    struct sg_hash128 first; /* cluster id of the first document of the component that band keys made */
    uint32_t windows, copies;
    const uint8_t *sketch;
};

void dedup_member_put(const struct dedup_member *member, bool by_text, unsigned sketch_bytes, char *row);
void dedup_member_get(const char *row, bool by_text, struct dedup_member *member);

/* Only the component of a row. */
static inline uint64_t dedup_member_component(const void *row) {
    return dedup_get_word(row);
}

static inline struct sg_hash128 dedup_cluster_id(const struct dedup_member *survivor) {
    return (struct sg_hash128){survivor->text_key.lo ^ survivor->id_key.lo,
                               survivor->text_key.hi ^ survivor->id_key.hi};
}

#endif
