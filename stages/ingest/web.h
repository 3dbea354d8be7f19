/*
 * web: what a record of a web archive is good for.
 *
 * Shape   pure: a WARC or ARC record's header and the first bytes of its block give a verdict: take
 *         its text, or the reason why not.
 * Owns    nothing; reasons are static.
 * Errors  none.
 * Source  ISO 28500 section 6 (record types); contract.md section 2 (html and binary are ledger
 *         lines).
 */
#ifndef INGEST_WEB_H
#define INGEST_WEB_H

#include "http.h"
#include "warc.h"

struct web_verdict {
    const char *reason; /* NULL: take it */
    bool http;          /* the block is an HTTP response: header is filled */
    struct http header;
    char charset[64]; /* declared; "" none */
};

#define WEB_HEAD ((size_t)64 << 10) /* bytes of the block that are wanted to judge */

void web_judge(const struct warc_record *record, const char *head, size_t len, bool html_raw,
               struct web_verdict *out);

#endif
