/*
 * unicode: the only door to ICU for what more than one stage needs.
 *
 * Shape   properties by code point; normal forms of UTF-8 ranges.
 * Calls   sg_unicode_init once before threads start; everything else is read-only and thread-safe.
 * Errors  init: SG_SYSTEM when ICU's data cannot be read.
 * Source  ICU 72 (Unicode 15.0); UAX 15, UAX 24, UAX 44.
 */
#ifndef SANGAM_TEXT_UNICODE_H
#define SANGAM_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum sg_code sg_unicode_init(struct sg_err *err) SG_MUST_CHECK;
const char *sg_unicode_version(void);     /* "15.0" */
const char *sg_unicode_icu_version(void); /* "72.1" */

/* Valid UTF-8 in NFC, appended to out. */
void sg_unicode_nfc(const char *utf8, size_t len, struct sg_buf *out);

/* ISO 15924 code ("Deva") of the code point's script property: Zyyy common, Zinh inherited, Zzzz unassigned. */
const char *sg_unicode_script(uint32_t c);

/* General category, two letters: "Lu", "Mn", "Nd", "Cn" for the unassigned. */
const char *sg_unicode_category(uint32_t c);

/* Simple lower case: one code point for one (U+0130 gives U+0069). */
uint32_t sg_unicode_lower(uint32_t c);

#endif
