/*
 * iso639: two-letter language codes to three letters.
 *
 * Source  ISO 639-1 and the terminological codes of ISO 639-2/3, with sh (withdrawn, hbs) as older models use it.
 */
#ifndef SANGAM_LANGTAG_ISO639_H
#define SANGAM_LANGTAG_ISO639_H

#include <stddef.h>

/* "hin" for "hi" (a pointer that lives for ever), NULL when there is no such code. */
const char *iso639_three(const char *two);

#endif
