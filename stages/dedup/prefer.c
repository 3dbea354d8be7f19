#include "prefer.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "dates.h"
#include "io/file.h"

#define RANK_BITS 8
#define NUMBER_BITS 16
#define DATE_BITS 24
#define LENGTH_BITS 32
#define RANK_FILE_MOST (1u << 20)

/* ---- the rule ---- */

static enum sg_code bad_part(const char *part, struct sg_err *err) {
    char shown[100];
    return sg_err_set(err, SG_USAGE,
                      "--prefer: '%s' is not len:desc, date:desc, MEMBER:desc (or asc, @LO..HI behind it) or MEMBER:FILE",
                      sg_err_quote(part, shown, sizeof shown));
}

/* "desc", "asc@0..1" */
static bool read_direction(const char *word, struct dedup_prefer_part *part) {
    size_t len = strcspn(word, "@");
    bool descending = len == 4 && memcmp(word, "desc", 4) == 0;
    if (!descending && !(len == 3 && memcmp(word, "asc", 3) == 0)) return false;
    part->descending = descending;
    part->low = 0;
    part->high = 1;
    if (word[len] == 0) return true;
    const char *dots = strstr(word + len + 1, "..");
    char *low = dots ? sg_strndup(word + len + 1, (size_t)(dots - word - len - 1)) : NULL;
    bool good = dots && part->kind == DEDUP_PREFER_NUMBER && sg_num_parse_double(low, &part->low) &&
                sg_num_parse_double(dots + 2, &part->high) && part->low < part->high;
    free(low);
    return good;
}

/* Values become strings with a NUL behind each; a tab and what follows it on a line is for people. */
static enum sg_code read_ranks(const char *path, struct dedup_prefer_part *part, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, RANK_FILE_MOST, &part->values, err);
    size_t lines = 0;
    char *to = part->values.data;
    for (const char *at = part->values.data, *end = at + part->values.len; code == SG_OK && at < end; lines++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t line = (size_t)((stop ? stop : end) - at), len = 0;
        while (len < line && at[len] != '\t' && at[len] != '\r') len++;
        memmove(to, at, len);
        at += line + 1;
        to += len;
        if (to < part->values.data + part->values.len) *to++ = 0;
        else sg_buf_putc(&part->values, 0), to = part->values.data + part->values.len;
    }
    if (code != SG_OK) return code;
    part->values.len = (size_t)(to - part->values.data);
    if (lines <= 255) return SG_OK;
    return sg_err_set(err, SG_USAGE, "--prefer: '%s' has %zu lines, at most 255 values can be ranked", path, lines);
}

static enum sg_code read_part(const char *word, struct dedup_prefer_part *part, struct sg_err *err) {
    const char *colon = strchr(word, ':');
    size_t len = colon ? (size_t)(colon - word) : strlen(word);
    part->member = sg_strndup(word, len);
    part->kind = strcmp(part->member, "len") == 0    ? DEDUP_PREFER_LENGTH
                 : strcmp(part->member, "date") == 0 ? DEDUP_PREFER_DATE
                                                     : DEDUP_PREFER_NUMBER;
    if (len == 0 || (!colon && part->kind == DEDUP_PREFER_NUMBER)) return bad_part(word, err);
    if (read_direction(colon ? colon + 1 : "desc", part)) return SG_OK;
    if (part->kind == DEDUP_PREFER_LENGTH || colon[1] == 0 || strchr(colon, '@')) return bad_part(word, err);
    part->kind = DEDUP_PREFER_RANK;
    return read_ranks(colon + 1, part, err);
}

static unsigned bits_of(const struct dedup_prefer_part *part) {
    static const unsigned bits[] = {LENGTH_BITS, DATE_BITS, NUMBER_BITS, RANK_BITS};
    return bits[part->kind];
}

enum sg_code dedup_prefer_parse(struct dedup_prefer *prefer, const char *rule, struct sg_err *err) {
    enum sg_code code = SG_OK;
    unsigned bits = 0;
    *prefer = (struct dedup_prefer){0};
    for (const char *at = rule; code == SG_OK;) {
        size_t len = strcspn(at, ",");
        char *word = sg_strndup(at, len);
        if (prefer->count == DEDUP_PREFER_PARTS) {
            code = sg_err_set(err, SG_USAGE, "--prefer: at most %d parts", DEDUP_PREFER_PARTS);
        } else {
            struct dedup_prefer_part *part = &prefer->parts[prefer->count++];
            code = read_part(word, part, err);
            bits += bits_of(part);
            if (part->kind == DEDUP_PREFER_RANK)
                prefer->files = sg_hash_sum(prefer->files, sg_hash128(part->values.data, part->values.len, prefer->count));
        }
        free(word);
        if (at[len] == 0) break;
        at += len + 1;
    }
    if (code == SG_OK && bits > 64)
        code = sg_err_set(err, SG_USAGE, "--prefer '%s' needs %u bits and has 64: len 32, a date 24, a number 16, a list 8", rule,
                          bits);
    if (code != SG_OK) dedup_prefer_free(prefer);
    return code;
}

void dedup_prefer_free(struct dedup_prefer *prefer) {
    for (size_t i = 0; i < prefer->count; i++) {
        free(prefer->parts[i].member);
        sg_buf_free(&prefer->parts[i].values);
    }
    *prefer = (struct dedup_prefer){0};
}

/* ---- a document ---- */

static uint64_t date_of(const struct dedup_prefer_part *part, const struct sg_record *record, struct sg_buf *scratch) {
    const uint64_t last = (1u << DATE_BITS) - 1;
    size_t len;
    uint32_t days;
    const char *text = sg_record_string(record, part->member, scratch, &len, NULL);
    if (!text || !dedup_days_of(text, len, &days)) return last;
    return part->descending ? last - 1 - days : days;
}

static uint64_t number_of(const struct dedup_prefer_part *part, const struct sg_record *record) {
    const uint64_t last = (1u << NUMBER_BITS) - 1;
    const struct sg_member *member = sg_record_find(record, part->member);
    double value;
    if (!member || !sg_json_double(sg_record_value(record, member), &value)) return last;
    value = (value - part->low) / (part->high - part->low);
    value = value < 0 ? 0 : value > 1 ? 1 : value;
    uint64_t step = (uint64_t)(value * (double)(last - 1) + 0.5);
    return part->descending ? last - 1 - step : step;
}

static uint64_t rank_of(const struct dedup_prefer_part *part, const struct sg_record *record, struct sg_buf *scratch) {
    size_t len, rank = 0;
    const char *text = sg_record_string(record, part->member, scratch, &len, NULL);
    const char *at = part->values.data, *end = at + part->values.len;
    for (; text && at < end; rank++, at += strlen(at) + 1)
        if (strlen(at) == len && memcmp(at, text, len) == 0) return rank;
    return (1u << RANK_BITS) - 1;
}

static uint64_t length_of(const struct dedup_prefer *prefer, const struct dedup_prefer_part *part, uint64_t bytes) {
    const uint64_t most = prefer->count == 1 ? UINT64_MAX : UINT32_MAX;
    if (bytes > most) bytes = most;
    return part->descending ? most - bytes : bytes;
}

uint64_t dedup_prefer_of(const struct dedup_prefer *prefer, const struct sg_record *record, size_t text_bytes,
                         struct sg_buf *scratch) {
    uint64_t packed = 0;
    for (size_t i = 0; i < prefer->count; i++) {
        const struct dedup_prefer_part *part = &prefer->parts[i];
        uint64_t value = part->kind == DEDUP_PREFER_LENGTH ? length_of(prefer, part, text_bytes)
                         : part->kind == DEDUP_PREFER_DATE ? date_of(part, record, scratch)
                         : part->kind == DEDUP_PREFER_RANK ? rank_of(part, record, scratch)
                                                           : number_of(part, record);
        packed = (i ? packed << bits_of(part) : 0) | value;
    }
    return packed;
}
