/*
 * line: one line of an input as deduplication sees it: blank, bad or a document.
 *
 * Shape   {0}; dedup_line_scan per line says what it is; dedup_line_open unescapes id, text and scope, which point into the
 *         line or into the struct.
 * Calls   the same function in every pass, so that all passes count the same documents.
 * Owns    its record and buffers; free accepts {0}.
 * Errors  DEDUP_BAD with the cause in err: not JSON, no id, no text (contract.md section 3).
 */
#ifndef SANGAM_DEDUP_LINE_H
#define SANGAM_DEDUP_LINE_H

#include "document.h"
#include "text/record.h"

enum dedup_line_kind { DEDUP_DOCUMENT, DEDUP_BLANK, DEDUP_BAD };

struct dedup_line {
    struct sg_record record;
    struct sg_buf id, text, scope;
    struct dedup_document document;
};

enum dedup_line_kind dedup_line_scan(struct dedup_line *line, const char *bytes, size_t len,
                                     struct sg_err *err) SG_MUST_CHECK;
/* Fills document of a scanned line. */
void dedup_line_open(struct dedup_line *line, bool by_language);
void dedup_line_free(struct dedup_line *line);

/* The next line of [*at, end) without its LF; false at the end. */
bool dedup_line_cut(const char **at, const char *end, const char **bytes, size_t *len);

#endif
