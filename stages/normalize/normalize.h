/*
 * normalize: Unicode repair and one canonical form, for every script.
 *
 * Shape   a document's text (valid UTF-8) in; the same or a new text out. A line ends with LF.
 * Units   bytes, code points where named so.
 * Calls   normalize_init once (needs sg_unicode_init), then normalize_document per text with a scratch of its own thread.
 * Owns    the answer points into the input when nothing changed, else into the scratch, until the next call.
 * Errors  unknown pass names are SG_USAGE with the names that exist.
 * Source  normalize.md sections 1 to 3, 9, 11; UAX 15 (NFC), UCD 15.0 through ICU.
 *
 * Passes here: newline, control, nfc, whitespace, blank (normalize.md numbers 7, 8, 13, 25, 26). Pass 1, utf8, is done where
 * bytes become text: by the record reader at this door.
 */
#ifndef SANGAM_NORMALIZE_H
#define SANGAM_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum normalize_pass {
    NORMALIZE_NEWLINE = 1 << 0, /* CRLF CR VT FF 0085 2028 2029 become LF */
    NORMALIZE_CONTROL = 1 << 1, /* remove controls but TAB, BOM, interlinear marks, noncharacters */
    NORMALIZE_NFC = 1 << 2,     /* canonical composition, never NFKC */
    NORMALIZE_WHITESPACE =
        1 << 3, /* exotic spaces to 20, runs inside a line to one, no space at line ends */
    NORMALIZE_BLANK = 1 << 4, /* three or more LF become two; none at the ends */
};

struct normalize; /* tables and settings, read-only after init */

enum sg_code normalize_init(struct normalize **out, const char *profile,
                            struct sg_err *err) SG_MUST_CHECK;
/* "whitespace", "on" | "off" */
enum sg_code normalize_set(struct normalize *normalize, const char *key, const char *value,
                           struct sg_err *err) SG_MUST_CHECK;
/* "nfc,blank": these passes and no others. */
enum sg_code normalize_only(struct normalize *normalize, const char *list,
                            struct sg_err *err) SG_MUST_CHECK;
const char *normalize_profile(const struct normalize *normalize);
void normalize_free(struct normalize *normalize);

struct normalize_scratch {
    struct sg_buf text, line, work;
};
void normalize_scratch_free(struct normalize_scratch *scratch);

struct normalize_answer {
    const char *text;
    size_t len;
    bool changed;
    uint64_t lines_changed; /* of the input's lines */
    uint64_t fffd, pua;     /* U+FFFD and private use code points in the answer */
    unsigned passes;        /* which passes changed something */
};

void normalize_document(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_answer *answer);

/* The passes' names, in the order of their bits; NULL-ended. */
extern const char *const normalize_pass_names[];

#endif
