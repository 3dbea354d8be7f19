#include "settings.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

/* clang-format off */
const struct normalize_key_info normalize_keys[NORMALIZE_KEYS] = {
    [KEY_UTF8]         = {"utf8",         "off|on",             "ill-formed bytes become U+FFFD (always on)"},
    [KEY_ZAWGYI]       = {"zawgyi",       "off|on",             "Burmese in the Zawgyi font encoding becomes Unicode"},
    [KEY_ANSI]         = {"ansi",         "off|on",             "terminal colour codes are removed"},
    [KEY_ENTITIES]     = {"entities",     "off|on|auto",        "&eacute; &#233; become the letter; auto: not beside markup"},
    [KEY_MOJIBAKE]     = {"mojibake",     "off|on",             "text that was decoded with a wrong charset is put right"},
    [KEY_C1]           = {"c1",           "off|on",             "lone C1 controls become what Windows meant by them"},
    [KEY_NEWLINE]      = {"newline",      "off|on",             "every kind of line end becomes LF"},
    [KEY_CONTROL]      = {"control",      "off|on",             "control characters and noncharacters are removed"},
    [KEY_BIDI]         = {"bidi",         "off|on|aggressive",  "direction overrides and embeddings are removed"},
    [KEY_TAGS]         = {"tags",         "off|on",             "invisible tag characters go, but in flags"},
    [KEY_VARIATION]    = {"variation",    "off|on",             "variation selectors stay only where they can select"},
    [KEY_INVISIBLE]    = {"invisible",    "off|on|aggressive",  "soft hyphens and other invisible characters are removed"},
    [KEY_JOINERS]      = {"joiners",      "keep|context|strip", "joiners stay in the scripts that need them"},
    [KEY_NFC]          = {"nfc",          "off|on",             "letters and marks are composed (Unicode NFC)"},
    [KEY_WIDTH]        = {"width",        "off|on|aggressive",  "half-width kana and hangul become full ones"},
    [KEY_LIGATURES]    = {"ligatures",    "off|on",             "typesetters' ligatures become letters"},
    [KEY_PRESENTATION] = {"presentation", "off|on|aggressive",  "letter shapes of Arabic and Hebrew become letters"},
    [KEY_INDIC]        = {"indic",        "off|on|aggressive",  "one spelling for what looks the same in Indic scripts"},
    [KEY_THAI_LAO]     = {"thai_lao",     "off|on",             "one order of vowel signs and tone marks"},
    [KEY_KHMER]        = {"khmer",        "off|on",             "one order of the signs of a syllable"},
    [KEY_ETHIOPIC]     = {"ethiopic",     "off|on",             "two word spaces become a full stop"},
    [KEY_TATWEEL]      = {"tatweel",      "off|on",             "stretching strokes inside Arabic words are removed"},
    [KEY_LANG]         = {"lang",         "off|on|gated",       "rules of one language; gated: only with a trusted tag"},
    [KEY_DIGITS]       = {"digits",       "keep|ascii",         "ascii: every script's digits become 0 to 9"},
    [KEY_MARKS]        = {"marks",        "off|COUNT",          "stacked accents beyond this many are cut"},
    [KEY_QUOTES]       = {"quotes",       "off|on",             "curly quotes become straight ones"},
    [KEY_WHITESPACE]   = {"whitespace",   "off|on|aggressive",  "one kind of space, one at a time, none at line ends"},
    [KEY_BLANK]        = {"blank",        "off|on",             "one empty line at a time, none at the ends"},
    [KEY_MOJI_WEAK]    = {"moji_weak",    "line|doc",           "doc: weak signs count only beside others"},
    [KEY_CJK_COMPAT]   = {"cjk_compat",   "unify|vs",           "vs: old shapes stay, by a variation selector"},
};

static const unsigned char profiles[3][NORMALIZE_KEYS] = {
    {[KEY_UTF8] = ON, [KEY_NEWLINE] = ON, [KEY_CONTROL] = ON, [KEY_TAGS] = ON, [KEY_NFC] = ON, [KEY_BLANK] = ON,
     [KEY_MOJI_WEAK] = WEAK_DOC},
    {[KEY_UTF8] = ON, [KEY_ZAWGYI] = ON, [KEY_ANSI] = ON, [KEY_ENTITIES] = ENTITIES_AUTO, [KEY_MOJIBAKE] = ON, [KEY_C1] = ON,
     [KEY_NEWLINE] = ON, [KEY_CONTROL] = ON, [KEY_BIDI] = ON, [KEY_TAGS] = ON, [KEY_VARIATION] = ON, [KEY_INVISIBLE] = ON,
     [KEY_JOINERS] = JOINERS_CONTEXT, [KEY_NFC] = ON, [KEY_WIDTH] = ON, [KEY_LIGATURES] = ON, [KEY_PRESENTATION] = ON,
     [KEY_INDIC] = ON, [KEY_THAI_LAO] = ON, [KEY_KHMER] = ON, [KEY_ETHIOPIC] = ON, [KEY_TATWEEL] = ON, [KEY_LANG] = LANG_GATED,
     [KEY_MARKS] = 8, [KEY_WHITESPACE] = ON, [KEY_BLANK] = ON, [KEY_MOJI_WEAK] = WEAK_DOC},
    {[KEY_UTF8] = ON, [KEY_ZAWGYI] = ON, [KEY_ANSI] = ON, [KEY_ENTITIES] = ENTITIES_AUTO, [KEY_MOJIBAKE] = ON, [KEY_C1] = ON,
     [KEY_NEWLINE] = ON, [KEY_CONTROL] = ON, [KEY_BIDI] = AGGRESSIVE, [KEY_TAGS] = ON, [KEY_VARIATION] = ON,
     [KEY_INVISIBLE] = AGGRESSIVE, [KEY_JOINERS] = JOINERS_CONTEXT, [KEY_NFC] = ON, [KEY_WIDTH] = AGGRESSIVE,
     [KEY_LIGATURES] = ON, [KEY_PRESENTATION] = AGGRESSIVE, [KEY_INDIC] = AGGRESSIVE, [KEY_THAI_LAO] = ON, [KEY_KHMER] = ON,
     [KEY_ETHIOPIC] = ON, [KEY_TATWEEL] = ON, [KEY_LANG] = LANG_GATED, [KEY_MARKS] = 4, [KEY_QUOTES] = ON,
     [KEY_WHITESPACE] = AGGRESSIVE, [KEY_BLANK] = ON, [KEY_MOJI_WEAK] = WEAK_DOC},
};
/* clang-format on */
static const char *const profile_names[3] = {"conservative", "web", "aggressive"};
enum { WEB = 1 };

enum sg_code settings_init(struct settings *settings, const char *profile, struct sg_err *err) {
    for (int i = 0; i < 3; i++) {
        if (strcmp(profile, profile_names[i]) != 0) continue;
        settings->profile = profile_names[i];
        memcpy(settings->value, profiles[i], sizeof settings->value);
        return SG_OK;
    }
    return sg_err_set(err, SG_USAGE, "no profile '%s': conservative, web or aggressive", profile);
}

/* The key of that name, or NORMALIZE_KEYS. */
static unsigned key_of(const char *name, size_t len, unsigned keys) {
    for (unsigned k = 0; k < keys; k++)
        if (strlen(normalize_keys[k].name) == len && memcmp(normalize_keys[k].name, name, len) == 0)
            return k;
    return NORMALIZE_KEYS;
}

static enum sg_code no_key(const char *name, size_t len, unsigned keys, struct sg_err *err) {
    struct sg_buf names = {0};
    for (unsigned k = 0; k < keys; k++)
        sg_buf_printf(&names, "%s%s", k ? ", " : "", normalize_keys[k].name);
    sg_buf_str(&names);
    enum sg_code code = sg_err_set(err, SG_USAGE, "no pass '%.*s': %s", (int)len, name, names.data);
    sg_buf_free(&names);
    return code;
}

/* Position of value in "off|on|auto", or -1. */
static int value_of(const char *values, const char *value) {
    size_t len = strlen(value);
    for (int i = 0; *values; i++) {
        size_t step = strcspn(values, "|");
        if (step == len && memcmp(values, value, len) == 0) return i;
        values += step + (values[step] == '|');
    }
    return -1;
}

/* marks=6: how many stay. */
static bool count_of(const char *text, int *count) {
    int n = 0;
    for (; *text >= '0' && *text <= '9' && n < 256; text++) n = 10 * n + (*text - '0');
    *count = n;
    return *text == 0 && n >= 1 && n <= 255;
}

enum sg_code settings_set(struct settings *settings, const char *key, const char *value,
                          struct sg_err *err) {
    unsigned k = key_of(key, strlen(key), NORMALIZE_KEYS);
    if (k == NORMALIZE_KEYS) return no_key(key, strlen(key), NORMALIZE_KEYS, err);
    int v = value_of(normalize_keys[k].values, value);
    if (k == KEY_MARKS && v > OFF) v = -1; /* "COUNT" stands for a number */
    if (v < 0 && strcmp(value, "on") == 0) v = profiles[WEB][k] ? profiles[WEB][k] : -1;
    if (v < 0 && k == KEY_MARKS && !count_of(value, &v)) v = -1;
    if (v < 0 && k == KEY_JOINERS && strcmp(value, "off") == 0) v = JOINERS_KEEP;
    if (v < 0 || (k == KEY_UTF8 && v == OFF))
        return sg_err_set(err, SG_USAGE, "%s is one of %s, not '%s'", key,
                          k == KEY_UTF8    ? "on"
                          : k == KEY_MARKS ? "off|1|2|...|255"
                                           : normalize_keys[k].values,
                          value);
    settings->value[k] = (unsigned char)v;
    return SG_OK;
}

enum sg_code settings_only(struct settings *settings, const char *list, struct sg_err *err) {
    bool listed[NORMALIZE_PASSES] = {[KEY_UTF8] = true};
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");
        unsigned k = key_of(at, len, NORMALIZE_PASSES);
        if (k == NORMALIZE_KEYS) return no_key(at, len, NORMALIZE_PASSES, err);
        listed[k] = true;
        if (settings->value[k] == OFF) /* this profile has it off */
            settings->value[k] = profiles[WEB][k] ? profiles[WEB][k] : ON;
        at += len;
        if (*at == 0) break;
    }
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++)
        if (!listed[k]) settings->value[k] = OFF;
    return SG_OK;
}
