/*
 * http: the response inside a WARC record: its header, and its body as the server meant it.
 *
 * Shape   pure: bytes in, a few fields and a decoded body out.
 * Owns    http_body appends to a buffer of the caller; a header's strings are in the struct.
 * Errors  parse: false when there is no status line. body: SG_DATA when a transfer or content
 *         coding is damaged or unknown.
 * Source  RFC 9112 sections 4, 5, 7.1 (chunks, trailers ignored); RFC 9110 section 8.4. Crawlers
 *         often store the body decoded but keep the header: a body that does not begin like a chunk
 *         or a gzip member is taken as it is.
 */
#ifndef INGEST_HTTP_H
#define INGEST_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct http {
    int status;
    size_t body; /* where the body begins */
    bool chunked;
    char encoding[16];     /* "gzip", "br"; "" none */
    char content_type[64]; /* lower case, without parameters */
    char charset[64];      /* "" when not declared */
};

/* len may be a head only: a header that does not end in it is refused. */
bool http_parse(const char *block, size_t len, struct http *out);
/* Split "text/plain; charset=utf-8" into type (lower case) and charset, each cut to its size. */
void http_media_type(const char *value, char type[64], char charset[64]);
enum sg_code http_body(const struct http *http, const char *body, size_t len, uint64_t max_bytes,
                       struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

#endif
