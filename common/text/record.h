/*
 * record: one line of JSONL, scanned in place, changed by members, written back byte for byte.
 *
 * Shape   a top-level JSON object; members in the order of the line. A name that occurs twice stands twice;
 *         reading finds the last. White space around tokens is kept on writing.
 * Units   bytes of the line, without its LF.
 * Calls   {0}; sg_record_scan per line; find / text / set; sg_record_write; sg_record_free at the end.
 *         The struct is reused from line to line: nothing is allocated per record in steady state.
 * Owns    its tables and the values given to set (copied into its own buffer). The line is borrowed and must
 *         stay until sg_record_write.
 * Errors  scan: SG_DATA with the cause and, in err->byte, the first byte of the line that cannot stand where it stands
 *         (its length, when something is missing at the end); contract.md section 3.
 * Source  RFC 8259; architecture.md section 2.
 *
 * Example {"id":"a","n":1.0e+05,"text":"x"}  set language "hin"  ->
 *         {"id":"a","n":1.0e+05,"text":"x","language":"hin"}
 */
#ifndef SANGAM_TEXT_RECORD_H
#define SANGAM_TEXT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "text/json.h"

struct sg_member {
    const char *name; /* between the quotes, as written */
    size_t name_len;
    bool name_escaped; /* the name holds a backslash */
    enum sg_json_type type;
    struct sg_json value;
    size_t edit; /* 0, or 1 + offset of the replacement in record->edits */
    size_t edit_len;
};

struct sg_record {
    const char *line;
    size_t len;
    size_t body; /* offset of '{' ; a BOM and white space may stand before it */
    struct sg_member *members;
    size_t count, cap;
    size_t scanned; /* members that stand in the line; those from here on were added by set */
    size_t duplicate_names; /* members whose name stood earlier in the line */
    bool bom;               /* U+FEFF before the object; left out on writing */
    struct sg_buf edits;    /* replacement values */
    struct sg_buf scratch;  /* work space of scan and set */
};

/* Scan and validate one line without its LF (a CR at the end is white space). */
enum sg_code sg_record_scan(struct sg_record *record, const char *line, size_t len,
                            struct sg_err *err) SG_MUST_CHECK;

/* Blank: nothing but JSON white space (and a BOM). Such a line is not a record. */
bool sg_record_blank(const char *line, size_t len);

/* The last member of that (unescaped) name, or NULL. The pointer is valid until the next set or scan. */
const struct sg_member *sg_record_find(const struct sg_record *record, const char *name);

/* The current value of a member: its edit when there is one, else its text in the line. */
struct sg_json sg_record_value(const struct sg_record *record, const struct sg_member *member);

/* Content of a string member as UTF-8, unescaped, NULL when absent or not a string. It points into the line when
 * nothing is escaped, else into `into` (emptied first). lone_surrogates may be NULL. */
const char *sg_record_string(const struct sg_record *record, const char *name, struct sg_buf *into,
                             size_t *len, size_t *lone_surrogates);

/* Replace the last member of that name in place, or add it at the end. value is JSON text, copied. */
void sg_record_set(struct sg_record *record, const char *name, const char *value, size_t len);
void sg_record_set_string(struct sg_record *record, const char *name, const char *utf8,
                          size_t len); /* quotes it */

/* The line as it is now, without LF, appended to out. Untouched records are copied as they came (less a BOM). */
void sg_record_write(const struct sg_record *record, struct sg_buf *out);

void sg_record_free(struct sg_record *record);

#endif
