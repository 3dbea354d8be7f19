/*
 * line: one line of text as code points, while the passes work on it.
 *
 * Shape   at[0..len), room for `room`; {0} is a valid empty line. Never holds a surrogate.
 * Units   code points.
 * Owns    at; line_free accepts {0}.
 * Errors  none.
 */
#ifndef SANGAM_NORMALIZE_LINE_H
#define SANGAM_NORMALIZE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/utf8.h"

struct line {
    uint32_t *at;
    size_t len, room;
};

static inline void line_reserve(struct line *line, size_t more) {
    if (line->room - line->len >= more) return;
    line->room = (line->len + more) * 2 + 64;
    line->at = sg_realloc(line->at, line->room * sizeof *line->at);
}

static inline void line_put(struct line *line, uint32_t c) {
    if (line->len == line->room) line_reserve(line, 1);
    line->at[line->len++] = c;
}

static inline void line_append(struct line *line, const uint32_t *points, size_t count) {
    if (count == 0) return;
    line_reserve(line, count);
    memcpy(line->at + line->len, points, count * sizeof *points);
    line->len += count;
}

static inline bool line_equal(const struct line *a, const struct line *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len * sizeof *a->at) == 0);
}

static inline void line_swap(struct line *a, struct line *b) {
    struct line c = *a;
    *a = *b, *b = c;
}

/* Valid UTF-8, in place of what the line holds. */
static inline void line_decode(struct line *line, const char *utf8, size_t len) {
    line->len = 0;
    line_reserve(line, len);
    for (const char *p = utf8, *end = utf8 + len; p < end;)
        line->at[line->len++] = sg_utf8_next(&p);
}

/* Appended as UTF-8. */
static inline void line_encode(const struct line *line, struct sg_buf *out) {
    if (line->len == 0) return;
    char *start = sg_buf_room(out, 4 * line->len), *to = start;
    for (size_t i = 0; i < line->len; i++) to += sg_utf8_encode(line->at[i], to);
    out->len += (size_t)(to - start);
}

static inline void line_free(struct line *line) {
    free(line->at);
    *line = (struct line){0};
}

#endif
