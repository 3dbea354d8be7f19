/*
 * manual: what the manual page says of the passes, for a reader who knows languages and not programs.
 *
 * Shape   paragraphs for sg_stage.manual: the prose of manual.c, with heads, values and defaults taken from settings.h, so
 *         that a pass cannot be missing and a default cannot be wrong.
 * Calls   manual_make, then manual_free.
 * Owns    the paragraphs.
 * Errors  none.
 * Source  normalize.md sections 2 to 7; mdoc(7).
 */
#ifndef SANGAM_NORMALIZE_MANUAL_H
#define SANGAM_NORMALIZE_MANUAL_H

struct manual {
    const char *const *paragraphs; /* NULL-ended */
};

void manual_make(struct manual *manual);
void manual_free(struct manual *manual);

#endif
