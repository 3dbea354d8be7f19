/*
 * A reference is `&`, a name or a number, and `;`. The line is copied character by character; at every `;` the copy is asked
 * whether it now ends in a reference, and if so that becomes its character, which may itself complete another one.
 *
 * Example  "&amp;amp; x"  ->  copy "&amp;" -> "&"; copy "&amp;" -> "&"; copy "& x".
 *
 * So one walk reaches the fixpoint: two references never overlap, and replacing one does not take anything from another; the
 * order does not matter. No reference is longer than REFERENCE, so the time is linear.
 */
#include "entities.h"

#include <string.h>

#include "entity_table.h"
#include "passes.h"

enum {
    REFERENCE =
        40, /* between & and ; -- the longest name has 31 letters; leading zeros of numbers may be many */
    REPLACEMENT = 0xFFFD
};

/* What 80-9F mean to every browser: windows-1252; 0 where it assigns nothing. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static uint32_t point_of_number(uint32_t number) {
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
        return REPLACEMENT;
    if (number >= 0x80 && number <= 0x9F && windows_1252[number - 0x80])
        return windows_1252[number - 0x80];
    return number;
}

static unsigned digit_of(char c) {
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
    return 16;
}

/* "#233" or "#xE9". */
static bool read_number(const char *text, size_t len, struct entity *out) {
    size_t at = 1;
    unsigned base = 10;
    uint32_t number = 0;
    if (len > 1 && (text[1] == 'x' || text[1] == 'X')) base = 16, at = 2;
    if (at >= len) return false;
    for (; at < len; at++) {
        unsigned digit = digit_of(text[at]);
        if (digit >= base) return false;
        if (number <= 0x10FFFF) number = number * base + digit;
    }
    *out = (struct entity){"", point_of_number(number), 0};
    return true;
}

static bool read_name(const char *text, size_t len, struct entity *out) {
    char name[ENTITY_NAME];
    if (len >= sizeof name) return false;
    memcpy(name, text, len);
    name[len] = 0;
    for (size_t low = 0, high = ENTITIES; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, entity_table[middle].name);
        if (order == 0) return *out = entity_table[middle], true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* text: what stands between & and ; */
static bool read_reference(const char *text, size_t len, struct entity *out) {
    if (len == 0) return false;
    return text[0] == '#' ? read_number(text, len, out) : read_name(text, len, out);
}

static bool may_stand_inside(uint32_t c) {
    return c == '#' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool entities_may(const char *utf8, const char *end) {
    size_t len = 0;
    struct entity entity;
    for (utf8++; utf8 + len < end && may_stand_inside((unsigned char)utf8[len]); len++)
        if (len == REFERENCE) return false;
    return utf8 + len < end && utf8[len] == ';' && read_reference(utf8, len, &entity);
}

/* The copy ends in `;`: is it the end of a reference? Then out is cut where that began. */
static bool cut_reference(struct line *out, struct entity *entity) {
    char text[REFERENCE];
    size_t end = out->len - 1, start = end, len = 0;
    while (start > 0 && end - start < REFERENCE && may_stand_inside(out->at[start - 1])) start--;
    if (start == 0 || out->at[start - 1] != '&') return false;
    for (size_t i = start; i < end; i++) text[len++] = (char)out->at[i];
    if (!read_reference(text, len, entity)) return false;
    out->len = start - 1;
    return true;
}

static size_t decode(const struct line *in, struct line *out) {
    size_t decoded = 0;
    struct entity entity;
    for (size_t i = 0; i < in->len; i++) {
        line_put(out, in->at[i]);
        while (out->at[out->len - 1] == ';' && cut_reference(out, &entity)) {
            decoded++;
            line_put(out, entity.first);
            if (entity.second) line_put(out, entity.second);
        }
    }
    return decoded;
}

/* Text about HTML, or HTML itself, means its references as they stand. */
static bool is_markup(const char *text, const char *end) {
    while ((text = memchr(text, '<', (size_t)(end - text))) && ++text < end)
        if (*text == '/' || *text == '!' || (*text >= 'a' && *text <= 'z') ||
            (*text >= 'A' && *text <= 'Z'))
            return true;
    return false;
}

bool entities_markup(struct job *job) {
    if (job->markup == UNDECIDED) job->markup = is_markup(job->text, job->end) ? YES : NO;
    return job->markup == YES;
}

bool pass_entities(struct job *job, const struct line *in, struct line *out) {
    if (job->settings->value[KEY_ENTITIES] == ENTITIES_AUTO && entities_markup(job)) return false;
    size_t decoded = decode(in, out);
    job->counts[COUNT_ENTITIES] += decoded;
    return decoded > 0;
}

void entities_triggers(struct triggers *triggers, const struct settings *settings) {
    if (settings->value[KEY_ENTITIES] != OFF) trigger_range(triggers, KEY_ENTITIES, '&', '&');
}
