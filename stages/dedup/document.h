/*
 * document: all that deduplication keeps of one document.
 *
 * Shape   (id, text, scope) -> keys, sketch, band keys. As a row of 64 bytes and the sketch, little-endian:
 *           0 text key (lo, hi)  16 id key  32 u64 priority  40 u32 windows  44 u32 text bytes (both saturate)
 *          48 u64 where its id stands in ti.ids   56 u64 low half of the XXH3-128 of the line
 * Units   priority: the smaller stays (prefer.h).
 * Calls   dedup_document_read on any thread with its own scratch; settings are read-only.
 * Owns    struct dedup_scratch owns its buffers; free accepts {0}.
 * Errors  none.
 * Source  dedup.md sections 2, 3, 5, 6.
 */
#ifndef SANGAM_DEDUP_DOCUMENT_H
#define SANGAM_DEDUP_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "minhash.h"
#include "secret.h"
#include "shingle.h"
#include "winnow.h"

#define DEDUP_DOC_WIDTH 64 /* less the sketch */

struct dedup_settings {
    bool near;             /* else exact keys alone */
    bool raw_key;          /* the exact key is of the text as it is */
    uint32_t min_shingles; /* fewer windows: exact only */
    struct dedup_shape shape;
    bool fss; /* else kperm32 */
    struct dedup_minhash minhash;
    struct dedup_secret secret; /* --key */
    bool blind;                 /* id keys that only the whole line gives: indexes, and runs against them */
    unsigned slim_bytes;        /* against a slim index: of each band key, these bytes are the sketch; else 0 */
    struct dedup_length length; /* of repeats inside texts */
};

struct dedup_scratch {
    struct sg_buf nfc, light, anchors;
    struct sg_buf windows; /* fss: all of a text */
    bool is_nfc; /* the text that dedup_document_read had last is in NFC; false also where it did not look */
    struct dedup_shingles shingles;
    struct dedup_winnow winnow;
};

struct dedup_doc {
    struct sg_hash128 text_key, id_key;
    uint64_t priority;
    uint32_t windows, bytes;
    uint64_t id_offset, line_low;
};

struct dedup_sketch {
    unsigned bands; /* keys that follow */
    uint64_t keys[DEDUP_LANES];
    uint8_t values[DEDUP_SKETCH]; /* settings->minhash.sketch_bytes of them */
};

struct dedup_document {
    const char *id, *text;
    size_t id_len, text_len;
    uint64_t scope; /* 0, or a hash of the part of the corpus it belongs to */
    uint64_t priority;
};

/* Text key and nothing else. */
struct sg_hash128 dedup_text_key(const struct dedup_settings *settings, struct dedup_scratch *scratch,
                                 const struct dedup_document *document);

/* Fills doc (less id_offset and line_low) and sketch
 * (bands is 0 for a document that takes part in exact only; its values are 0 then). */
void dedup_document_read(const struct dedup_settings *settings, struct dedup_scratch *scratch,
                         const struct dedup_document *document, struct dedup_doc *doc, struct dedup_sketch *sketch);

/* The sorted set of window hashes of a text as it stands in its line, appended to out as native u64. Returns how many. */
size_t dedup_document_windows(const struct dedup_settings *settings, struct dedup_scratch *scratch, const char *text,
                              size_t len, struct sg_buf *out);

/* A band key as far as a slim index has it: 32 bits, kept apart by band. */
uint64_t dedup_slim_key(unsigned band, uint32_t prefix);
/* Band keys that agree are all that a slim index has: they become sketch and keys of the document. */
void dedup_slim_sketch(const struct dedup_settings *settings, struct dedup_sketch *sketch);

struct sg_hash128 dedup_id_key(const struct dedup_settings *settings, const struct dedup_document *document);
/* From both keys and the line: nobody can try ids against it who has not the line. */
struct sg_hash128 dedup_blind_id(const struct dedup_settings *settings, const struct dedup_doc *doc);

void dedup_doc_put(const struct dedup_doc *doc, char *row);
void dedup_doc_get(const char *row, struct dedup_doc *doc);
void dedup_scratch_free(struct dedup_scratch *scratch);

#endif
