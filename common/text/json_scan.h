/*
 * json_scan: the grammar of JSON, walked without recursion; what json and record are made of.
 *
 * Shape   every step takes a place and returns the place behind what it read, or NULL with cause and bad set.
 * Units   bytes. *bad* is the first byte that cannot stand where it stands (the end, when something is missing).
 * Calls   sg_json_scan_begin, then steps; sg_json_scan_fail to report. Private to text/.
 * Owns    nothing.
 * Errors  a static cause, for example "bad JSON escape".
 * Source  RFC 8259.
 */
#ifndef SANGAM_TEXT_JSON_SCAN_H
#define SANGAM_TEXT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "text/json.h"
#include "text/kernels.h"

struct sg_json_scan {
    const char *start, *end; /* end: of what is well-formed UTF-8 */
    const char *text_end;    /* of all that was given */
    const struct sg_kernels *kernels;
    const char *cause, *bad;
};

/* check_utf8: stop where well-formed UTF-8 ends. Without it the text is trusted. */
void sg_json_scan_begin(struct sg_json_scan *scan, const char *text, size_t len, bool check_utf8);

/* From '"' to behind the closing one. *escaped becomes true when a backslash is in it, else is left alone. */
const char *sg_json_scan_string(struct sg_json_scan *scan, const char *p, bool *escaped);
/* From '"' to where the value begins: "name" : */
const char *sg_json_scan_name(struct sg_json_scan *scan, const char *p, struct sg_json *name,
                              bool *escaped);
/* One value; depth: how many containers are open around it. */
const char *sg_json_scan_value(struct sg_json_scan *scan, const char *p, int depth);

/* Remembers what is wrong and where; returns NULL. */
const char *sg_json_scan_wrong(struct sg_json_scan *scan, const char *p, const char *cause);
/* Fills err from what is remembered. */
enum sg_code sg_json_scan_fail(const struct sg_json_scan *scan, struct sg_err *err);

static inline const char *sg_json_scan_space(const struct sg_json_scan *scan, const char *p) {
    while (p < scan->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    return p;
}

/* The byte at p, 0 at the end: NUL is nowhere allowed outside of strings. */
static inline char sg_json_scan_peek(const struct sg_json_scan *scan, const char *p) {
    return p < scan->end ? *p : 0;
}

/* Decode the escape at *p (a valid one: '\' and what follows, before end) and step over it; a surrogate pair is
 * one. Returns the UTF-8 length. A lone surrogate gives U+FFFD and is counted. */
size_t sg_json_unescape(const char **p, const char *end, char out[4], size_t *lone_surrogates);

/* Do two texts between quotes mean the same? `escaped` false: the text is taken as it is. */
struct sg_json_chars {
    const char *text;
    size_t len;
    bool escaped;
};
int sg_json_chars_compare(struct sg_json_chars a,
                          struct sg_json_chars b); /* by UTF-8 bytes: -1, 0, 1 */

#endif
