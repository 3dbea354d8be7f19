/*
 * records: the small fixed-width records between verbs.
 *
 * Shape   band, id key:  u64 key, u64 document                        (16)  BAND
 *         batch:         u32 documents, u32 other lines, u64 input    (16)  BATC
 *         edge, member:  u64 document, u64 document                   (16)  EDGE, COMP
 *         decision:      see struct dedup_decision                   (112)  CMAP
 *         A record that an extsort orders has its key words big-endian in front (dedup_put_words).
 * Units   documents are numbers in input order.
 * Calls   plain functions.
 * Owns    nothing.
 * Errors  none.
 */
#ifndef SANGAM_DEDUP_RECORDS_H
#define SANGAM_DEDUP_RECORDS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "job.h"

#define DEDUP_BAND_WIDTH 16
#define DEDUP_BATCH_WIDTH 16
#define DEDUP_EDGE_WIDTH 16
#define DEDUP_DECISION_WIDTH 112

extern const struct dedup_rows_kind dedup_band_kind, dedup_batch_kind, dedup_edge_kind, dedup_component_kind,
    dedup_decision_kind;

#define DEDUP_NAME 32
/* "t3-07.bnd"; partition DEDUP_PARTITIONS has the id keys: "t3-id.bnd" */
void dedup_band_name(char name[DEDUP_NAME], uint64_t part, int partition);
/* "07.edg", "id.edg" */
void dedup_partition_name(char name[DEDUP_NAME], int partition, const char *suffix);

/* The fate of one document of a component; documents alone have no decision. */
struct dedup_decision {
    uint64_t document;
    uint64_t id_low, text_low; /* of its keys: the decision belongs to the document, the number only orders the merge */
    struct sg_hash128 cluster; /* text key xor id key of the survivor; zero when it is alone in its cluster */
    struct sg_hash128 component;
    uint64_t survivor;   /* the place of the survivor's id */
    uint32_t size;       /* of the cluster */
    uint16_t similarity; /* 1/10000 */
    uint8_t verdict, method;
    /* With --cluster-fields (cluster_fields.h), of the cluster in a survivor's: */
    uint64_t value;
    uint32_t values, exact, first_day, last_day;
};
enum { DEDUP_KEEP, DEDUP_DROP_EXACT, DEDUP_DROP_NEAR };
enum { DEDUP_BY_KEY, DEDUP_BY_SKETCH, DEDUP_BY_TEXT, DEDUP_BY_BAND };

/* The document number stands first, big-endian: decisions sort by it. */
void dedup_decision_put(const struct dedup_decision *decision, char *row);
void dedup_decision_get(const char *row, struct dedup_decision *decision);

static inline void dedup_put_word(char *at, uint64_t word) {
    word = htobe64(word);
    memcpy(at, &word, 8);
}

static inline uint64_t dedup_get_word(const void *at) {
    uint64_t word;
    memcpy(&word, at, 8);
    return be64toh(word);
}

#endif
