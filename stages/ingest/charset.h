/*
 * charset: which charset bytes are in, and what they say in UTF-8.
 *
 * Shape   pure: bytes and hints in, UTF-8 and an account of the choice out.
 * Calls   one struct charset per worker (it keeps converters open): charset_new, charset_decode*,
 *         charset_free.
 * Owns    the answer's text is a part of the bytes given, or stands in the struct until the next
 *         decode.
 * Errors  none: what cannot be decoded becomes U+FFFD and is counted. ICU's own failure to open a
 *         converter makes that charset one that is not chosen.
 * Source  normalize.md section 8; WHATWG Encoding (labels); ICU 72 converters and ucsdet.
 */
#ifndef INGEST_CHARSET_H
#define INGEST_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct charset_hints {
    const char *declared; /* label from HTTP, a source file or --charset; "" none */
    const char *language; /* ISO 639, the first of a list counts: "tha", "th"; "" none */
    const char *domain;   /* top-level domain in lower case: "th"; "" none */
};

struct charset_answer {
    const char *text; /* valid UTF-8, without a byte order mark */
    size_t len;
    const char *name;   /* "utf-8", "windows-874": lower case, WHATWG's name where it has one */
    const char *source; /* bom, utf8, declared, mixed, detect, hint, fallback */
    double score;       /* 0 to 1 */
    uint64_t errors;
};

struct charset;
struct charset *charset_new(void);
void charset_free(struct charset *charset); /* accepts NULL */
void charset_decode(struct charset *charset, const char *bytes, size_t len,
                    const struct charset_hints *hints, struct charset_answer *out);

/* False for a label that names no charset we decode: for --charset. */
bool charset_known(const char *label);

#endif
