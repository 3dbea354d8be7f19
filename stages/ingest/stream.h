/*
 * stream: bytes pulled from somewhere, with as much look-ahead as a parser asks for.
 *
 * Shape   a pull function hands out blocks; the stream holds what was pulled and not yet taken.
 *         Parsers see contiguous bytes.
 * Units   bytes; offset counts from the start of the stream, gaps not included.
 * Calls   stream_init or stream_init_bytes; peek, skip; stream_free. Nothing is pulled before the
 *         first peek.
 * Owns    the look-ahead; what `from` points to belongs to the caller.
 * Errors  a pull answers SG_OK (a block, maybe empty), SG_END, SG_DATA (a gap: bytes are lost here;
 *         the next pull goes on behind it, or ends) or SG_SYSTEM. The stream keeps that answer back
 *         until the bytes before it are taken, then stream_state tells it; stream_pass_gap goes on
 *         behind a gap. why.byte above 0 (and not SG_NOWHERE): so many bytes before a gap are
 *         damaged, too.
 */
#ifndef INGEST_STREAM_H
#define INGEST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

typedef enum sg_code stream_pull(void *from, const char **data, size_t *len, struct sg_err *err);

struct stream {
    stream_pull *pull; /* NULL: only what is held */
    void *from;
    struct sg_buf held;
    size_t at;   /* held.data[at] is the next byte */
    size_t mark; /* held.data[mark] was it at stream_mark */
    bool marked;
    uint64_t offset;    /* of that byte */
    enum sg_code state; /* SG_OK: more may come; else what the last pull answered */
    struct sg_err why;
};

void stream_init(struct stream *stream, stream_pull *pull, void *from);
/* A stream over bytes in memory, which are copied. */
void stream_init_bytes(struct stream *stream, const char *bytes, size_t len);
void stream_free(struct stream *stream); /* keeps the struct usable by init */

/* How many of `want` bytes can be seen (fewer only before an end, a gap or an error); *data is
 * where they stand, valid until the next call. */
size_t stream_peek(struct stream *stream, size_t want, const char **data);
/* Like peek, but whatever is held, at least one byte if there is one: for copying through. */
size_t stream_some(struct stream *stream, const char **data);
/* Pass over n bytes; returns how many there were. */
uint64_t stream_skip(struct stream *stream, uint64_t n);

/* From here on bytes taken are kept. stream_since is where they stand, stream_back goes back
 * there; both end the mark, and what stream_since gave is valid until the next call that looks
 * ahead. */
void stream_mark(struct stream *stream);
const char *stream_since(struct stream *stream);
void stream_back(struct stream *stream);

/* SG_OK while bytes can be taken; else SG_END, SG_DATA (at a gap) or SG_SYSTEM, with the cause
 * in stream->why. */
enum sg_code stream_state(struct stream *stream);
void stream_pass_gap(struct stream *stream);

#endif
