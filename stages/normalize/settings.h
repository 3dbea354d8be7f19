/*
 * settings: the passes' names, what each may be set to, and what the profiles choose.
 *
 * Shape   one value per key, small integers of its own scale; 0 is always "off".
 * Calls   settings_init with a profile, then settings_set / settings_only in any order; read-only afterwards.
 * Owns    nothing.
 * Errors  SG_USAGE with the names or values that exist.
 * Source  normalize.md sections 2 and 3: the order of the keys is the order of the passes.
 */
#ifndef SANGAM_NORMALIZE_SETTINGS_H
#define SANGAM_NORMALIZE_SETTINGS_H

#include "base/err.h"

enum normalize_key {
    KEY_UTF8, /* done where bytes become text, by the record reader; always on */
    KEY_ZAWGYI,
    KEY_ANSI,
    KEY_ENTITIES,
    KEY_MOJIBAKE,
    KEY_C1,
    KEY_NEWLINE,
    KEY_CONTROL,
    KEY_BIDI,
    KEY_TAGS,
    KEY_VARIATION,
    KEY_INVISIBLE,
    KEY_JOINERS,
    KEY_NFC,
    KEY_WIDTH,
    KEY_LIGATURES,
    KEY_PRESENTATION,
    KEY_INDIC,
    KEY_THAI_LAO,
    KEY_KHMER,
    KEY_ETHIOPIC,
    KEY_TATWEEL,
    KEY_LANG,
    KEY_DIGITS, /* off in every profile */
    KEY_MARKS,
    KEY_QUOTES,
    KEY_WHITESPACE,
    KEY_BLANK,
    NORMALIZE_PASSES,
    /* Not passes: how some of them work. */
    KEY_MOJI_WEAK = NORMALIZE_PASSES,
    KEY_CJK_COMPAT,
    NORMALIZE_KEYS
};

/* Values. Most keys know off and on; those with a stronger rule in the profile `aggressive` know that word too. */
enum { OFF, ON, AGGRESSIVE };
enum { ENTITIES_AUTO = 2 };                            /* entities: off on auto */
enum { JOINERS_KEEP, JOINERS_CONTEXT, JOINERS_STRIP }; /* joiners */
enum { LANG_GATED = 2 };            /* lang: off on gated; on asks for no score */
enum { WEAK_LINE, WEAK_DOC };       /* moji_weak: line, doc */
enum { COMPAT_UNIFY, COMPAT_VS };   /* cjk_compat: unify, vs */
enum { DIGITS_KEEP, DIGITS_ASCII }; /* digits: keep, ascii */
/* marks: off, or how many in a row stay: 4, 8 or any number up to 255 */

struct settings {
    const char *profile; /* static */
    unsigned char value[NORMALIZE_KEYS];
};

struct normalize_key_info {
    const char *name;
    const char *values;       /* "off|on|aggressive", in the order of their numbers */
    unsigned char profile[3]; /* the value in conservative, web, aggressive */
    const char *about;        /* one line, for the manual */
};
extern const struct normalize_key_info normalize_keys[NORMALIZE_KEYS];

enum sg_code settings_init(struct settings *settings, const char *profile,
                           struct sg_err *err) SG_MUST_CHECK;
/* "whitespace", "off". "on" means what the profile web does. */
enum sg_code settings_set(struct settings *settings, const char *key, const char *value,
                          struct sg_err *err) SG_MUST_CHECK;
/* "nfc,blank": these passes (as the profile has them, or on) and no others. */
enum sg_code settings_only(struct settings *settings, const char *list,
                           struct sg_err *err) SG_MUST_CHECK;

#endif
