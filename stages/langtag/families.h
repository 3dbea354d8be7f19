/*
 * families: languages that a text often does not tell apart, named together.
 *
 * Shape   a family has a name, an ISO 639 macrolanguage where there is one, and members that are labels.
 * Errors  none: a label may be in no family.
 * Source  langtag.md section 5; ISO 639-3 macrolanguages.
 */
#ifndef SANGAM_LANGTAG_FAMILIES_H
#define SANGAM_LANGTAG_FAMILIES_H

#include <stdbool.h>

#define FAMILIES_NONE (-1)
#define FAMILIES_MAX 16
#define FAMILIES_SHARE 0.7 /* a member with less of its family's probability does not stand alone */

int families_of(const char *label); /* FAMILIES_NONE */
const char *families_name(int family);
int families_count(void);
bool families_short_only(int family);

#endif
