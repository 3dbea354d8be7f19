/*
 * A record stays the line it came as: scan validates it and notes where each top-level member stands; set puts a
 * replacement into a side buffer; write copies the stretches between replacements. What nobody touched is never
 * parsed into numbers or strings, and so cannot change.
 *
 * Example: {"id":"a","text":"x\ty"}   members: id at 6..9, text at 17..23;   set text "z": edits = "z"
 *          write: copy 0..17, "z", copy 23..24
 *
 * Time: two passes over the line (UTF-8, grammar), each some GB/s with SIMD. Memory: 72 bytes a member, the edits,
 * and for lines with many members a sorted list of names while scanning. Threads: one per struct.
 */
#include "text/record.h"

#include <stdlib.h>
#include <string.h>

#include "text/json_scan.h"

#define BOM "\xEF\xBB\xBF"
#define MANY 32 /* from so many members on, names are compared by sorting */

static struct sg_json_chars name_of(const struct sg_member *member) {
    return (struct sg_json_chars){member->name, member->name_len, member->name_escaped};
}

static bool same_name(struct sg_json_chars a, struct sg_json_chars b) {
    if (a.escaped || b.escaped) return sg_json_chars_compare(a, b) == 0;
    return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static struct sg_member *add_member(struct sg_record *record) {
    if (record->count == record->cap) {
        record->cap = record->cap ? 2 * record->cap : 16;
        record->members = sg_realloc(record->members, record->cap * sizeof *record->members);
    }
    struct sg_member *member = &record->members[record->count++];
    *member = (struct sg_member){0};
    return member;
}

static int by_name(const void *a, const void *b) {
    return sg_json_chars_compare(*(const struct sg_json_chars *)a,
                                 *(const struct sg_json_chars *)b);
}

/* n log n, so that a line of a million names is no trap. */
static size_t duplicates_sorted(struct sg_record *record) {
    record->scratch.len = 0;
    struct sg_json_chars *names =
        (void *)sg_buf_room(&record->scratch, record->count * sizeof *names);
    for (size_t i = 0; i < record->count; i++) names[i] = name_of(&record->members[i]);
    qsort(names, record->count, sizeof *names, by_name);
    size_t duplicates = 0;
    for (size_t i = 1; i < record->count; i++) duplicates += same_name(names[i - 1], names[i]);
    return duplicates;
}

/* Most lines have few members and no name twice: a 64-bit filter then spares nearly all comparisons. */
static size_t duplicates(struct sg_record *record) {
    if (record->count >= MANY) return duplicates_sorted(record);
    bool any_escaped = false;
    for (size_t i = 0; i < record->count; i++) any_escaped |= record->members[i].name_escaped;
    uint64_t seen = 0;
    size_t duplicates = 0;
    for (size_t i = 0; i < record->count; i++) {
        struct sg_json_chars name = name_of(&record->members[i]);
        unsigned mix = (unsigned)name.len * 37;
        if (name.len)
            mix += (unsigned char)name.text[0] * 7u + (unsigned char)name.text[name.len / 2] * 11u +
                   (unsigned char)name.text[name.len - 1] * 5u;
        uint64_t bit = (uint64_t)1 << (mix % 64);
        if (any_escaped || (seen & bit)) {
            size_t j = 0;
            while (j < i && !same_name(name, name_of(&record->members[j]))) j++;
            duplicates += j < i;
        }
        seen |= bit;
    }
    return duplicates;
}

/* The members, from behind '{' to behind '}'. */
static const char *scan_members(struct sg_record *record, struct sg_json_scan *scan,
                                const char *p) {
    p = sg_json_scan_space(scan, p);
    if (sg_json_scan_peek(scan, p) == '}') return p + 1;
    for (;;) {
        struct sg_json name;
        bool escaped = false;
        p = sg_json_scan_name(scan, p, &name, &escaped);
        if (!p) return NULL;
        const char *end = sg_json_scan_value(scan, p, 1);
        if (!end) return NULL;

        struct sg_member *member = add_member(record);
        member->name = name.text;
        member->name_len = name.len;
        member->name_escaped = escaped;
        member->value = (struct sg_json){p, (size_t)(end - p)};
        member->type = sg_json_type(member->value);

        p = sg_json_scan_space(scan, end);
        char c = sg_json_scan_peek(scan, p);
        if (c == '}') return p + 1;
        if (c != ',') return sg_json_scan_wrong(scan, p, "expected ',' or '}'");
        p = sg_json_scan_space(scan, p + 1);
    }
}

enum sg_code sg_record_scan(struct sg_record *record, const char *line, size_t len,
                            struct sg_err *err) {
    struct sg_json_scan scan;
    sg_json_scan_begin(&scan, line, len, true);
    record->line = scan.start;
    record->len = len;
    record->body = record->count = record->scanned = record->duplicate_names = 0;
    record->edits.len = 0;
    record->bom = len >= 3 && memcmp(scan.start, BOM, 3) == 0;

    const char *p = sg_json_scan_space(&scan, scan.start + (record->bom ? 3 : 0));
    if (sg_json_scan_peek(&scan, p) != '{') {
        sg_json_scan_wrong(&scan, p, "not a JSON object");
        return sg_json_scan_fail(&scan, err);
    }
    record->body = (size_t)(p - scan.start);
    p = scan_members(record, &scan, p + 1);
    if (!p) return sg_json_scan_fail(&scan, err);
    p = sg_json_scan_space(&scan, p);
    if (p < scan.text_end) {
        sg_json_scan_wrong(&scan, p, "text behind the JSON object");
        return sg_json_scan_fail(&scan, err);
    }
    record->scanned = record->count;
    record->duplicate_names = duplicates(record);
    return SG_OK;
}

bool sg_record_blank(const char *line, size_t len) {
    size_t i = len >= 3 && memcmp(line, BOM, 3) == 0 ? 3 : 0;
    while (i < len && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r' || line[i] == '\n'))
        i++;
    return i == len;
}

const struct sg_member *sg_record_find(const struct sg_record *record, const char *name) {
    struct sg_json_chars wanted = {name, strlen(name), false};
    for (size_t i = record->count; i-- > 0;)
        if (same_name(name_of(&record->members[i]), wanted)) return &record->members[i];
    return NULL;
}

struct sg_json sg_record_value(const struct sg_record *record, const struct sg_member *member) {
    if (member->edit == 0) return member->value;
    return (struct sg_json){record->edits.data + member->edit - 1, member->edit_len};
}

const char *sg_record_string(const struct sg_record *record, const char *name, struct sg_buf *into,
                             size_t *len, size_t *lone_surrogates) {
    const struct sg_member *member = sg_record_find(record, name);
    if (lone_surrogates) *lone_surrogates = 0;
    if (!member || member->type != SG_JSON_STRING) return NULL;
    struct sg_json value = sg_record_value(record, member);
    /* An edit may move at the next set: only the line itself is worth pointing into. */
    if (member->edit == 0 && !memchr(value.text, '\\', value.len)) {
        *len = value.len - 2;
        return value.text + 1;
    }
    into->len = 0;
    sg_json_string(value, into, lone_surrogates);
    *len = into->len;
    return into->data;
}

/* Room in edits; names of added members stand there and move with it. */
static void edits_room(struct sg_record *record, size_t more) {
    struct sg_buf *edits = &record->edits;
    if (edits->cap - edits->len >= more) return;
    for (size_t i = record->scanned; i < record->count; i++)
        record->members[i].name = (const char *)(record->members[i].name - edits->data);
    sg_buf_grow(edits, more);
    for (size_t i = record->scanned; i < record->count; i++)
        record->members[i].name = edits->data + (size_t)record->members[i].name;
}

static struct sg_member *add_named(struct sg_record *record, const char *name) {
    size_t len = strlen(name), at = record->edits.len;
    edits_room(record, 6 * len + 2);
    sg_json_quote(&record->edits, name, len);
    struct sg_member *member = add_member(record);
    member->name = record->edits.data + at + 1;
    member->name_len = record->edits.len - at - 2;
    member->name_escaped = memchr(member->name, '\\', member->name_len) != NULL;
    return member;
}

static struct sg_member *member_to_set(struct sg_record *record, const char *name) {
    const struct sg_member *found = sg_record_find(record, name);
    return found ? &record->members[found - record->members] : add_named(record, name);
}

void sg_record_set(struct sg_record *record, const char *name, const char *value, size_t len) {
    struct sg_buf *edits = &record->edits;
    /* The value may be another member's edit, which moves when edits grows. */
    bool own = edits->len && value >= edits->data && value < edits->data + edits->len;
    size_t at = own ? (size_t)(value - edits->data) : 0;
    struct sg_member *member = member_to_set(record, name);
    edits_room(record, len);
    member->edit = 1 + edits->len;
    member->edit_len = len;
    sg_buf_put(edits, own ? edits->data + at : value, len);
    member->type = sg_json_type(sg_record_value(record, member));
}

void sg_record_set_string(struct sg_record *record, const char *name, const char *utf8,
                          size_t len) {
    record->scratch.len = 0;
    sg_json_quote(&record->scratch, utf8, len);
    sg_record_set(record, name, record->scratch.data, record->scratch.len);
}

void sg_record_write(const struct sg_record *record, struct sg_buf *out) {
    const char *from = record->line + (record->bom ? 3 : 0), *end = record->line + record->len;
    sg_buf_room(out, (size_t)(end - from) + record->edits.len + 2 * record->count);
    for (size_t i = 0; i < record->scanned; i++) {
        const struct sg_member *member = &record->members[i];
        if (member->edit == 0) continue;
        sg_buf_put(out, from, (size_t)(member->value.text - from));
        sg_buf_put(out, record->edits.data + member->edit - 1, member->edit_len);
        from = member->value.text + member->value.len;
    }
    if (record->count >
        record->scanned) { /* behind the last value, before the space in front of '}' */
        const struct sg_member *last =
            record->scanned ? &record->members[record->scanned - 1] : NULL;
        const char *to =
            last ? last->value.text + last->value.len : record->line + record->body + 1;
        sg_buf_put(out, from, (size_t)(to - from));
        from = to;
    }
    for (size_t i = record->scanned; i < record->count; i++) {
        const struct sg_member *member = &record->members[i];
        if (i) sg_buf_putc(out, ',');
        sg_buf_put(out, member->name - 1, member->name_len + 2); /* with its quotes */
        sg_buf_putc(out, ':');
        sg_buf_put(out, record->edits.data + member->edit - 1, member->edit_len);
    }
    sg_buf_put(out, from, (size_t)(end - from));
}

void sg_record_free(struct sg_record *record) {
    free(record->members);
    sg_buf_free(&record->edits);
    sg_buf_free(&record->scratch);
    *record = (struct sg_record){0};
}
