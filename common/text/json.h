/*
 * json: validate, read and write JSON text without building a tree.
 *
 * Shape   struct sg_json is a borrowed range that holds exactly one valid value, no space around it.
 * Units   bytes; offsets count from the start of the text that was given.
 * Calls   sg_json_check first (or sg_record_scan): all readers below trust their input.
 * Owns    nothing; writers append to a buffer of the caller.
 * Errors  sg_json_check returns SG_DATA with the byte and the cause ("bad JSON escape", "JSON depth over 512").
 * Source  RFC 8259; contract.md section 3. No NaN, no comments, no trailing commas.
 */
#ifndef SANGAM_TEXT_JSON_H
#define SANGAM_TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SG_JSON_DEPTH 512

enum sg_json_type {
    SG_JSON_NONE,
    SG_JSON_OBJECT,
    SG_JSON_ARRAY,
    SG_JSON_STRING,
    SG_JSON_NUMBER,
    SG_JSON_BOOL,
    SG_JSON_NULL
};

struct sg_json {
    const char *text;
    size_t len;
};

/* One JSON value with optional white space around it, valid UTF-8, depth <= 512. *out is the value alone. */
enum sg_code sg_json_check(const char *text, size_t len, struct sg_json *out,
                           struct sg_err *err) SG_MUST_CHECK;

enum sg_json_type sg_json_type(struct sg_json value);

/* Walk an object or array: start with *at = 0; false at the end. For arrays name may be NULL. The name is the
 * text between the quotes, still escaped. */
bool sg_json_each(struct sg_json container, size_t *at, struct sg_json *name,
                  struct sg_json *value);

/* Member of an object by its unescaped name; the last one wins. false when absent or not an object. */
bool sg_json_member(struct sg_json object, const char *name, struct sg_json *out);

/* Typed reads: false when the type is another or the number does not fit. */
bool sg_json_u64(struct sg_json value, uint64_t *out);
bool sg_json_double(struct sg_json value, double *out);
bool sg_json_bool(struct sg_json value, bool *out);
/* Append the string's content, unescaped, to out; lone surrogates become U+FFFD and are counted (may be NULL). */
bool sg_json_string(struct sg_json value, struct sg_buf *out, size_t *lone_surrogates);
char *sg_json_strdup(struct sg_json value); /* NULL when not a string; caller frees */

/* Append "..." with the fewest escapes: \" \\ \b \f \n \r \t, \u00XX for other controls, all else as UTF-8. */
void sg_json_quote(struct sg_buf *out, const char *utf8, size_t len);

/* A writer of canonical objects: call in sorted order where canonical JSON is asked for. It puts the commas. */
void sg_json_open(struct sg_buf *out, char bracket);  /* '{' or '[' */
void sg_json_close(struct sg_buf *out, char bracket); /* '}' or ']' */
void sg_json_name(struct sg_buf *out, const char *name);
void sg_json_put_str(struct sg_buf *out, const char *utf8);
void sg_json_put_strn(struct sg_buf *out, const char *utf8, size_t len);
void sg_json_put_u64(struct sg_buf *out, uint64_t value);
void sg_json_put_double(struct sg_buf *out,
                        double value); /* by sg_num_double: always with a point */
void sg_json_put_bool(struct sg_buf *out, bool value);
void sg_json_put_raw(struct sg_buf *out, struct sg_json value);

#endif
