/*
 * warc: the records of a WARC, WET, WAT or ARC file, found again after damage.
 *
 * Shape   a pure parser over a stream. warc_next gives a record's header; the block is looked at
 *         with warc_peek and ended by warc_take or warc_pass, which also check that it ends where a
 *         record may end.
 * Units   bytes of the unpacked stream; records count from 1, bad stretches are not counted.
 * Calls   warc_init, then (next, peek*, take or pass)*, warc_free.
 * Owns    header text: a record's strings live until the next warc_next. A taken block is the
 *         stream's, until the next call.
 * Errors  next: SG_DATA for a stretch that is no record (one call, one stretch), SG_END. take,
 *         pass: SG_DATA when the record is cut, damaged, over the limit or longer than it says; the
 *         next warc_next goes on behind it.
 * Source  ISO 28500:2017 (WARC/1.1) sections 4 to 6 and WARC/1.0; ARC 1.0 and 1.1 of the Internet
 *         Archive. Taken as well, for real files have it: LF for CRLF, any number of line ends
 *         between records, folded header lines.
 */
#ifndef INGEST_WARC_H
#define INGEST_WARC_H

#include <stdbool.h>
#include <stdint.h>

#include "stream.h"

struct warc_record {
    /* "response", "conversion"...; of an ARC "response", "resource" or "filedesc" */
    const char *type;
    const char *uri, *date, *id, *content_type, *language; /* "" when absent */
    uint64_t length;                                       /* of the block */
    uint64_t number;
    uint64_t offset; /* of the header */
};

struct warc {
    struct stream *stream;
    bool arc;
    struct sg_buf header; /* of the present record, cut into strings */
    uint64_t length;      /* of the present block */
    bool in_block;
    uint64_t records;
    uint64_t bad_offset; /* where the stretch of the last SG_DATA begins */
};

void warc_init(struct warc *warc, struct stream *stream, bool arc);
void warc_free(struct warc *warc);

enum sg_code warc_next(struct warc *warc, struct warc_record *record,
                       struct sg_err *err) SG_MUST_CHECK;
/* The first bytes of the block, at most `want` of them. */
size_t warc_peek(struct warc *warc, size_t want, const char **data);
/* The whole block, when it is at most max_bytes. */
enum sg_code warc_take(struct warc *warc, uint64_t max_bytes, const char **data,
                       struct sg_err *err) SG_MUST_CHECK;
enum sg_code warc_pass(struct warc *warc, struct sg_err *err) SG_MUST_CHECK;

#endif
