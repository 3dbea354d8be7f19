/*
 * iso639: two-letter language codes to three letters, and languages to the macrolanguage that they are part of.
 *
 * Source  ISO 639-1 and the terminological codes of ISO 639-2/3, with sh (withdrawn, hbs) as older models use it. ISO 639-3
 *         macrolanguage mappings for languages that models have; also fil for tgl and bih for bho mag mai, which are in use.
 */
#ifndef SANGAM_LANGTAG_ISO639_H
#define SANGAM_LANGTAG_ISO639_H

#include <stddef.h>

/* "hin" for "hi" (a pointer that lives for ever), NULL when there is no such code. */
const char *iso639_three(const char *two);
/* "ara" for "arz", NULL when it is part of none. */
const char *iso639_macro(const char *three);

#endif
