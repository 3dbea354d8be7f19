/*
 * normalize: Unicode repair and one canonical form, for every script.
 *
 * Shape   a document's text (valid UTF-8) in; the same or a new text out. A line ends with LF.
 * Units   bytes; code points and lines where named so.
 * Calls   normalize_init once (needs sg_unicode_init), settings before it; then normalize_document per text with a
 *         scratch of its own thread.
 * Owns    the answer points into the input when nothing changed, else into the scratch, until the next call.
 * Errors  none on text: every input has an answer.
 * Source  normalize.md; UAX 15 (NFC), UCD 15.0 through ICU, DoNotEmit 17.0; Python's ftfy 6.3.1 for mojibake.
 */
#ifndef SANGAM_NORMALIZE_H
#define SANGAM_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "line.h"
#include "settings.h"

/* What is counted, beside four figures a pass: documents and lines that it changed, and how many code points they lost or won.
 * Names in normalize_count_names. */
enum normalize_count {
    COUNT_CHANGED, /* documents */
    COUNT_LINES_CHANGED,
    COUNT_FFFD_IN,
    COUNT_FFFD, /* in the answer */
    COUNT_PUA,  /* private use code points in the answer */
    COUNT_ENTITIES,
    COUNT_MOJI, /* lines */
    COUNT_MOJI_BY, /* lines by encoding: latin-1, windows-1252 ... cp437 (mojibake.h), then a part of a line only */
    COUNT_ZAWGYI = COUNT_MOJI_BY + 11, /* documents */
    COUNT_VISUAL_ORDER,                /* documents */
    COUNT_BIDI_OVERRIDE,               /* code points 202D 202E removed */
    COUNT_TAG_REMOVED,
    COUNT_VS_REMOVED,
    COUNT_JOINER_KEPT, /* in lines that were looked at closely */
    COUNT_JOINER_REMOVED,
    COUNT_ZWSP_KEPT,
    COUNT_NONCONVERGED, /* lines */
    COUNT_TOO_LONG,     /* lines beyond mojibake's limit */
    COUNT_PASS_DOCUMENTS,
    COUNT_PASS_LINES = COUNT_PASS_DOCUMENTS + NORMALIZE_PASSES,
    COUNT_PASS_REMOVED =
        COUNT_PASS_LINES + NORMALIZE_PASSES, /* code points fewer, where lines became shorter */
    COUNT_PASS_ADDED =
        COUNT_PASS_REMOVED + NORMALIZE_PASSES, /* code points more, where lines became longer */
    NORMALIZE_COUNTS = COUNT_PASS_ADDED + NORMALIZE_PASSES
};
extern const char *const normalize_count_names[NORMALIZE_COUNTS + 1];

struct normalize; /* tables and settings, read-only after init */

/* Never fails; takes a copy of the settings. */
struct normalize *normalize_new(const struct settings *settings);
const struct settings *normalize_settings(const struct normalize *normalize);
void normalize_free(struct normalize *normalize);

/* Called for every change that a pass makes to a line; for samples. */
struct normalize_witness {
    void (*saw)(void *owner, enum normalize_key key, const struct line *before,
                const struct line *after);
    void *owner;
};

struct normalize_scratch; /* one worker's buffers */
struct normalize_scratch *
normalize_scratch_new(const struct normalize_witness *witness); /* NULL: nobody looks */
void normalize_scratch_free(struct normalize_scratch *scratch);

/* What is known of the document's language. */
struct normalize_hint {
    const char *lang; /* ISO 639-3; NULL or "" when unknown */
    double score;     /* 0 to 1; 1 for --lang */
};

struct normalize_answer {
    const char *text;
    size_t len;
    bool changed;
    uint64_t counts[NORMALIZE_COUNTS]; /* of this document */
};

void normalize_document(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_hint hint,
                        struct normalize_answer *answer);

/* The same answer without the fast path: every line goes through the passes. For tests. */
void normalize_thorough(const struct normalize *normalize, struct normalize_scratch *scratch,
                        const char *text, size_t len, struct normalize_hint hint,
                        struct normalize_answer *answer);

#endif
