#include "jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "text/identity.h"
#include "text/utf8.h"

static const char *const targets[] = {"text",    "id",  "owner", "source",
                                      "license", "url", "date",  "file_path"};

static bool is_target(const char *name) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i], name) == 0) return true;
    return false;
}

enum sg_code jsonl_map_parse(const char *text, struct jsonl_map *out, struct sg_err *err) {
    *out = (struct jsonl_map){0};
    for (const char *at = text ? text : ""; *at;) {
        size_t len = strcspn(at, ",");
        const char *equals = memchr(at, '=', len);
        if (!equals || equals == at || equals + 1 == at + len)
            return sg_err_set(err, SG_USAGE, "--map '%s': write it as text=FIELD,id=FIELD", text);
        struct jsonl_pair pair = {sg_strndup(at, (size_t)(equals - at)),
                                  sg_strndup(equals + 1, len - (size_t)(equals + 1 - at))};
        out->pairs = sg_realloc(out->pairs, (out->count + 1) * sizeof *out->pairs);
        out->pairs[out->count++] = pair;
        if (!is_target(pair.target))
            return sg_err_set(err, SG_USAGE,
                              "--map: '%s' cannot be mapped to; text, id, owner, source, license, "
                              "url, date and file_path can",
                              pair.target);
        at += len + (at[len] == ',');
    }
    return SG_OK;
}

void jsonl_map_free(struct jsonl_map *map) {
    for (size_t i = 0; i < map->count; i++) {
        free(map->pairs[i].target);
        free(map->pairs[i].field);
    }
    free(map->pairs);
    *map = (struct jsonl_map){0};
}

void jsonl_free(struct jsonl *jsonl) {
    sg_record_free(&jsonl->record);
    sg_buf_free(&jsonl->repaired);
    sg_buf_free(&jsonl->renamed);
    sg_buf_free(&jsonl->text);
    sg_buf_free(&jsonl->value);
}

/* ---- mapping ---- */

/* a.b.c inside the value of a; false when a step is missing. */
static bool find_nested(const struct sg_record *record, const char *field, struct sg_json *out) {
    const char *dot = strchr(field, '.');
    if (!dot) return false;
    char *name = sg_strndup(field, (size_t)(dot - field));
    const struct sg_member *member = sg_record_find(record, name);
    free(name);
    if (!member) return false;
    *out = sg_record_value(record, member);
    while (dot) {
        const char *step = dot + 1;
        dot = strchr(step, '.');
        name = sg_strndup(step, dot ? (size_t)(dot - step) : strlen(step));
        bool found = sg_json_type(*out) == SG_JSON_OBJECT && sg_json_member(*out, name, out);
        free(name);
        if (!found) return false;
    }
    return true;
}

/* The line with one member's name replaced, scanned anew. */
static enum sg_code rename_member(struct jsonl *jsonl, const struct sg_member *member,
                                  const char *target, struct sg_err *err) {
    const struct sg_record *record = &jsonl->record;
    size_t before = (size_t)(member->name - record->line), after = before + member->name_len;
    struct sg_buf line = {0};
    sg_buf_put(&line, record->line, before);
    sg_buf_puts(&line, target);
    sg_buf_put(&line, record->line + after, record->len - after);
    sg_buf_free(&jsonl->renamed);
    jsonl->renamed = line;
    return sg_record_scan(&jsonl->record, line.data, line.len, err);
}

static void set_copy(struct jsonl *jsonl, const char *name, struct sg_json value) {
    jsonl->value.len = 0; /* the value may lie where set writes */
    sg_buf_put(&jsonl->value, value.text, value.len);
    sg_record_set(&jsonl->record, name, jsonl->value.data, jsonl->value.len);
}

/* A field that two targets want stays where it is and is copied. */
static bool wanted_twice(const struct jsonl_map *map, const char *field) {
    size_t wishes = 0;
    for (size_t i = 0; i < map->count; i++) wishes += strcmp(map->pairs[i].field, field) == 0;
    return wishes > 1;
}

/* Renames come first: a rename scans the line anew and would lose what was set. */
static enum sg_code apply_map(struct jsonl *jsonl, const struct jsonl_map *map,
                              struct sg_err *err) {
    struct sg_record *record = &jsonl->record;
    for (size_t i = 0; i < map->count; i++) {
        const struct jsonl_pair *pair = &map->pairs[i];
        const struct sg_member *field = sg_record_find(record, pair->field);
        if (!field || strcmp(pair->field, pair->target) == 0 ||
            sg_record_find(record, pair->target) || wanted_twice(map, pair->field))
            continue;
        enum sg_code code = rename_member(jsonl, field, pair->target, err);
        if (code != SG_OK) return code;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct jsonl_pair *pair = &map->pairs[i];
        const struct sg_member *field = sg_record_find(record, pair->field);
        struct sg_json value;
        if (field)
            set_copy(jsonl, pair->target, sg_record_value(record, field));
        else if (find_nested(record, pair->field, &value))
            set_copy(jsonl, pair->target, value);
    }
    return SG_OK;
}

/* ---- members ---- */

static enum sg_json_type type_of(const struct sg_record *record, const char *name,
                                 struct sg_json *value) {
    const struct sg_member *member = sg_record_find(record, name);
    if (!member) return SG_JSON_NONE;
    *value = sg_record_value(record, member);
    return sg_json_type(*value);
}

/* What the record says itself, else what is known of its source. Null and "" say nothing; another
 * type says its JSON text. */
static void fill_string(struct jsonl *jsonl, const char *name, const char *other) {
    struct sg_json value;
    switch (type_of(&jsonl->record, name, &value)) {
    case SG_JSON_STRING:
        if (value.len > 2 || !other[0]) return;
        break;
    case SG_JSON_NONE:
    case SG_JSON_NULL: break;
    default:
        jsonl->value.len = 0;
        sg_buf_put(&jsonl->value, value.text, value.len);
        sg_record_set_string(&jsonl->record, name, jsonl->value.data, jsonl->value.len);
        return;
    }
    sg_record_set_string(&jsonl->record, name, other, strlen(other));
}

/* The string a member will hold after fill_string, for the id. */
static void will_hold(const struct sg_record *record, const char *name, const char *other,
                      struct sg_buf *out) {
    struct sg_json value;
    out->len = 0;
    enum sg_json_type type = type_of(record, name, &value);
    if (type == SG_JSON_STRING && value.len > 2)
        sg_json_string(value, out, NULL);
    else if (type == SG_JSON_NONE || type == SG_JSON_NULL || type == SG_JSON_STRING)
        sg_buf_puts(out, other);
    else
        sg_buf_put(out, value.text, value.len);
}

static void fix_id(struct jsonl *jsonl, const struct provenance *from) {
    struct sg_buf owner = {0}, source = {0};
    will_hold(&jsonl->record, "owner", from->owner, &owner);
    will_hold(&jsonl->record, "source", from->source, &source);
    jsonl->derived_ids += sg_identity_fix(&jsonl->record, owner.data ? owner.data : "", owner.len,
                                          source.data ? source.data : "", source.len);
    sg_buf_free(&owner);
    sg_buf_free(&source);
}

/* A record that has been through ingest keeps the account of its first decoding; only new repairs
 * are added. */
static void fill_charset(struct jsonl *jsonl, uint64_t errors) {
    struct sg_record *record = &jsonl->record;
    struct sg_json value;
    uint64_t before;
    bool ours = type_of(record, "charset", &value) == SG_JSON_STRING &&
                type_of(record, "charset_source", &value) == SG_JSON_STRING &&
                type_of(record, "charset_score", &value) == SG_JSON_NUMBER &&
                type_of(record, "decode_errors", &value) == SG_JSON_NUMBER &&
                sg_json_u64(value, &before);
    if (ours && errors == 0) return;
    if (!ours) {
        before = 0;
        sg_record_set(record, "charset", "\"utf-8\"", 7);
        sg_record_set(record, "charset_source", "\"utf8\"", 6);
        sg_record_set(record, "charset_score", "1.0", 3);
    }
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)(before + errors));
    sg_record_set(record, "decode_errors", digits, (size_t)len);
}

static enum sg_code check_text(struct jsonl *jsonl, uint64_t *errors, struct sg_err *err) {
    struct sg_json value;
    enum sg_json_type type = type_of(&jsonl->record, "text", &value);
    if (type == SG_JSON_NONE)
        return sg_err_set(err, SG_DATA, "no member \"text\" (--map text=FIELD names another)");
    if (type != SG_JSON_STRING) return sg_err_set(err, SG_DATA, "\"text\" is not a string");
    if (!memchr(value.text, '\\', value.len)) return SG_OK;
    size_t len, lone = 0;
    const char *text = sg_record_string(&jsonl->record, "text", &jsonl->text, &len, &lone);
    if (lone > 0) sg_record_set_string(&jsonl->record, "text", text, len);
    *errors += lone;
    return SG_OK;
}

enum sg_code jsonl_convert(struct jsonl *jsonl, const struct jsonl_map *map,
                           const struct provenance *from, const char *line, size_t len,
                           struct sg_buf *out, struct sg_err *err) {
    uint64_t errors = 0;
    if (sg_utf8_valid(line, len) != len) {
        jsonl->repaired.len = 0;
        errors = sg_utf8_repair(line, len, &jsonl->repaired);
        line = jsonl->repaired.data;
        len = jsonl->repaired.len;
        jsonl->repaired_lines++;
    }
    enum sg_code code = sg_record_scan(&jsonl->record, line, len, err);
    if (code != SG_OK) return code;
    jsonl->boms += jsonl->record.bom;
    jsonl->duplicate_names += jsonl->record.duplicate_names;
    if (map->count) code = apply_map(jsonl, map, err);
    if (code == SG_OK) code = check_text(jsonl, &errors, err);
    if (code != SG_OK) return code;
    fix_id(jsonl, from);
    fill_string(jsonl, "owner", from->owner);
    fill_string(jsonl, "source", from->source);
    fill_string(jsonl, "license", from->license);
    fill_string(jsonl, "url", from->url);
    fill_string(jsonl, "date", from->date);
    fill_string(jsonl, "file_path", "");
    fill_charset(jsonl, errors);
    jsonl->decode_errors += errors;
    sg_record_write(&jsonl->record, out);
    sg_buf_putc(out, '\n');
    return SG_OK;
}
