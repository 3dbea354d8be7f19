/*
 * ingest_document: a text and what is known of it, as a record; and the id it gets.
 *
 * Shape   pure: structs in, one line of JSON out, members in the order of contract.md section 3.
 * Owns    nothing; text appends to a buffer of the caller.
 * Errors  none: strings that are not UTF-8 are repaired.
 * Source  contract.md section 3 (members, types, derived ids).
 */
#ifndef INGEST_INGEST_DOCUMENT_H
#define INGEST_INGEST_DOCUMENT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "charset.h"
#include "provenance.h"

/* Where a document stood: what its id is made of beside its text. */
struct document_place {
    const struct provenance *provenance;
    const char *container; /* the file's path below INPUT, raw bytes; "" for standard input */
    /* name inside it, raw bytes; nested ones joined with '/'; "" for the file itself and WARC
     * records */
    const char *member;
    uint64_t ordinal; /* of the member or record, from 1; 0 for the file itself */
    uint64_t piece;   /* with --split line or paragraph, from 1; else 0 */
};

struct document {
    struct document_place place;
    const char *url, *date; /* of the record itself; "": the provenance's */
    const char *warc_id;    /* "" when it comes from no WARC */
    const struct charset_answer *charset;
};

/* 32 hex digits over owner, source, container, member, ordinal and text, each with its length in
 * front; a piece's number too. */
void ingest_document_id(const struct document_place *place, const char *text, size_t len,
                        char out[SG_HASH_HEX]);

/* One record and LF. text is the document's, or a piece of it. */
void ingest_document_write(const struct document *document, const char *text, size_t len,
                           struct sg_buf *out);

/* Path below INPUT with the member's name. Bytes that are no UTF-8, and control characters,
 * become %XX. */
void ingest_document_path(const struct document_place *place, struct sg_buf *out);

/* "..." of bytes that may be ill-formed. */
void ingest_document_quote(struct sg_buf *out, const char *bytes, size_t len);

#endif
