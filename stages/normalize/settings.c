#include "settings.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

/* clang-format off */
const struct normalize_key_info normalize_keys[NORMALIZE_KEYS] = {
    [KEY_UTF8] = {"utf8", "off|on", {ON, ON, ON},
        "ill-formed bytes become U+FFFD (always on)"},
    [KEY_ZAWGYI] = {"zawgyi", "off|on", {OFF, ON, ON},
        "Burmese in the Zawgyi font encoding becomes Unicode"},
    [KEY_ANSI] = {"ansi", "off|on", {OFF, ON, ON},
        "terminal colour codes are removed"},
    [KEY_ENTITIES] = {"entities", "off|on|auto", {OFF, ENTITIES_AUTO, ENTITIES_AUTO},
        "&eacute; &#233; become the letter; auto: not beside markup"},
    [KEY_MOJIBAKE] = {"mojibake", "off|on", {OFF, ON, ON},
        "text that was decoded with a wrong charset is put right"},
    [KEY_C1] = {"c1", "off|on", {OFF, ON, ON},
        "lone C1 controls become what Windows meant by them"},
    [KEY_NEWLINE] = {"newline", "off|on", {ON, ON, ON},
        "every kind of line end becomes LF"},
    [KEY_CONTROL] = {"control", "off|on", {ON, ON, ON},
        "control characters and noncharacters are removed"},
    [KEY_BIDI] = {"bidi", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "direction overrides and embeddings are removed"},
    [KEY_TAGS] = {"tags", "off|on", {ON, ON, ON},
        "invisible tag characters go, but in flags"},
    [KEY_VARIATION] = {"variation", "off|on", {OFF, ON, ON},
        "variation selectors stay only where they can select"},
    [KEY_INVISIBLE] = {"invisible", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "soft hyphens and other invisible characters are removed"},
    [KEY_JOINERS] = {"joiners", "keep|context|strip", {JOINERS_KEEP, JOINERS_CONTEXT, JOINERS_CONTEXT},
        "joiners stay in the scripts that need them"},
    [KEY_NFC] = {"nfc", "off|on", {ON, ON, ON},
        "letters and marks are composed (Unicode NFC)"},
    [KEY_WIDTH] = {"width", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "half-width kana and hangul become full ones"},
    [KEY_LIGATURES] = {"ligatures", "off|on", {OFF, ON, ON},
        "typesetters' ligatures become letters"},
    [KEY_PRESENTATION] = {"presentation", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "letter shapes of Arabic and Hebrew become letters"},
    [KEY_INDIC] = {"indic", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "one spelling for what looks the same in Indic scripts"},
    [KEY_THAI_LAO] = {"thai_lao", "off|on", {OFF, ON, ON},
        "one order of vowel signs and tone marks"},
    [KEY_KHMER] = {"khmer", "off|on", {OFF, ON, ON},
        "one order of the signs of a syllable"},
    [KEY_ETHIOPIC] = {"ethiopic", "off|on", {OFF, ON, ON},
        "two word spaces become a full stop"},
    [KEY_TATWEEL] = {"tatweel", "off|on", {OFF, ON, ON},
        "stretching strokes inside Arabic words are removed"},
    [KEY_LANG] = {"lang", "off|on|gated", {OFF, LANG_GATED, LANG_GATED},
        "rules of one language; gated: only with a trusted tag"},
    [KEY_DIGITS] = {"digits", "keep|ascii", {DIGITS_KEEP, DIGITS_KEEP, DIGITS_KEEP},
        "ascii: every script's digits become 0 to 9"},
    [KEY_MARKS] = {"marks", "off|COUNT", {OFF, 8, 4},
        "stacked accents beyond this many are cut"},
    [KEY_QUOTES] = {"quotes", "off|on", {OFF, OFF, ON},
        "curly quotes become straight ones"},
    [KEY_WHITESPACE] = {"whitespace", "off|on|aggressive", {OFF, ON, AGGRESSIVE},
        "one kind of space, one at a time, none at line ends"},
    [KEY_BLANK] = {"blank", "off|on", {ON, ON, ON},
        "one empty line at a time, none at the ends"},
    [KEY_MOJI_WEAK] = {"moji_weak", "line|doc", {WEAK_DOC, WEAK_DOC, WEAK_DOC},
        "doc: weak signs count only beside others"},
    [KEY_CJK_COMPAT] = {"cjk_compat", "unify|vs", {COMPAT_UNIFY, COMPAT_UNIFY, COMPAT_UNIFY},
        "vs: old shapes stay, by a variation selector"},
};
/* clang-format on */
static const char *const profile_names[3] = {"conservative", "web", "aggressive"};
enum { WEB = 1 };

enum sg_code settings_init(struct settings *settings, const char *profile, struct sg_err *err) {
    for (int i = 0; i < 3; i++) {
        if (strcmp(profile, profile_names[i]) != 0) continue;
        settings->profile = profile_names[i];
        for (unsigned k = 0; k < NORMALIZE_KEYS; k++)
            settings->value[k] = normalize_keys[k].profile[i];
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
    if (v < 0 && strcmp(value, "on") == 0)
        v = normalize_keys[k].profile[WEB] ? normalize_keys[k].profile[WEB] : -1;
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
            settings->value[k] =
                normalize_keys[k].profile[WEB] ? normalize_keys[k].profile[WEB] : ON;
        at += len;
        if (*at == 0) break;
    }
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++)
        if (!listed[k]) settings->value[k] = OFF;
    return SG_OK;
}
