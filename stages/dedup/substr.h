/*
 * substr: repeats inside texts, from anchors to cuts.
 *
 * Shape   the verbs of near, with other files:
 *           map      ti-pp.bnd holds anchors (key, place) in place of band keys (winnow.h)
 *           link     pp.edg: places whose anchor is elsewhere too (place, key)
 *           cluster  wanted.anc (place, key; by place), rank.doc (documents that have such places, by survivor order), doc.rank
 *                    (document, rank; by document)
 *           recheck  si.txt (bytes around these places), si-pp.ctx (a row a place: what repeats.h calls a sighting), si.reg
 *                    (which bytes of which document stand in si.txt)
 *           settle   pp.spn (spans of later copies), after recheck; before it has nothing to do
 *           apply    pp-i.cut of its own inputs, from all spans; then as ever
 * Units   place: number of the document and offset in its text (dedup_place_of). rank: place of a document in survivor order.
 *         address: task of recheck and offset in its si.txt.
 * Calls   from the verbs of these names.
 * Owns    files of the job's folder.
 * Errors  SG_SYSTEM, SG_DATA of the files and inputs. SG_USAGE: a verb before has not finished.
 * Source  dedup.md section 11.
 */
#ifndef SANGAM_DEDUP_SUBSTR_H
#define SANGAM_DEDUP_SUBSTR_H

#include "io/extsort.h"
#include "records.h"

#define DEDUP_OFFSET_BITS 28 /* anchors are taken in the first 256 MiB of a text, and of 2^36 documents */

static inline uint64_t dedup_place_of(uint64_t document, uint32_t offset) {
    return document << DEDUP_OFFSET_BITS | offset;
}

static inline uint64_t dedup_place_document(uint64_t place) {
    return place >> DEDUP_OFFSET_BITS;
}

static inline uint32_t dedup_place_offset(uint64_t place) {
    return (uint32_t)(place & ((1u << DEDUP_OFFSET_BITS) - 1));
}

/* Does a partition of link hold places, not documents? */
static inline bool dedup_substr_places(const struct dedup_job *job, int partition) {
    return job->units.unit == DEDUP_UNIT_SPAN && partition < DEDUP_PARTITIONS;
}

#define DEDUP_WANTED_WIDTH 16  /* big-endian place, key */
#define DEDUP_RANK_WIDTH 32    /* u64 document, id offset, low text key, text bytes */
#define DEDUP_CONTEXT_WIDTH 40 /* big-endian key, rank, u32 begin, u32 length; u64 hash, address */
#define DEDUP_REGION_WIDTH 24  /* big-endian rank, u32 begin, u32 length, u64 address */
#define DEDUP_SPAN_WIDTH 24    /* big-endian rank, holder, u32 begin, u32 end */

extern const struct dedup_rows_kind dedup_wanted_kind, dedup_rank_kind, dedup_doc_rank_kind, dedup_context_kind,
    dedup_region_kind, dedup_span_kind;

#define DEDUP_MARGIN 128 /* bytes on both sides of a reach: no grapheme cluster in use is longer */

void dedup_context_name(char name[DEDUP_NAME], uint64_t task, int partition);

/* Of the bytes of a reach; its key says the rest. */
uint64_t dedup_context_hash(const char *bytes, size_t len);

static inline void dedup_put_half(char *at, uint32_t word) {
    word = htobe32(word);
    memcpy(at, &word, 4);
}

static inline uint32_t dedup_get_half(const void *at) {
    uint32_t word;
    memcpy(&word, at, 4);
    return be32toh(word);
}

/* The si.txt of all tasks of recheck. */
struct dedup_text_files {
    struct dedup_text_file {
        char *path;
        int fd; /* 0: none */
    } *files;
    size_t count;
};
enum sg_code dedup_texts_open(const struct dedup_job *job, struct dedup_text_files *texts, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_texts_read(const struct dedup_text_files *texts, uint64_t address, size_t len, struct sg_buf *into,
                              struct sg_err *err) SG_MUST_CHECK;
void dedup_texts_close(struct dedup_text_files *texts);

/* sort: big-endian (key, place), sorted: what occurs more than once goes to met as (place, key), little-endian. */
enum sg_code dedup_substr_meet(struct sg_extsort *sort, struct dedup_rows *met, struct sg_err *err) SG_MUST_CHECK;

enum sg_code dedup_substr_rank(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_substr_texts(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_substr_copies(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
/* suffix: of this task's cut files. */
enum sg_code dedup_substr_cuts(struct dedup_job *job, char suffix[DEDUP_NAME], struct sg_err *err) SG_MUST_CHECK;

#endif
