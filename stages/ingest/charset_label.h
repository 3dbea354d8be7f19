/*
 * charset_label: from what a page or a person calls a charset to our name for it and ICU's
 * converter.
 *
 * Shape   a table; labels compare without case.
 * Owns    nothing.
 * Errors  NULL for a label that is not known or that is refused (utf-7, x-user-defined: a door for
 *         attacks, no text).
 * Source  WHATWG Encoding section 4.2; IANA names for what browsers do not read (ibm850, euc-tw,
 *         iso-2022-kr, ISCII).
 */
#ifndef INGEST_CHARSET_LABEL_H
#define INGEST_CHARSET_LABEL_H

#include <stddef.h>

struct charset_label {
    const char *name;      /* what records carry */
    const char *converter; /* ICU's */
    const char *labels;    /* other names, separated by spaces */
};

const struct charset_label *charset_label_find(const char *label);

#endif
