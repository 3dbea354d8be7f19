#include "line.h"

/* Documents of one language and script are compared with each other; the undetermined and untagged are one part. */
static uint64_t scope_of(struct dedup_line *line) {
    size_t len;
    const char *language = sg_record_string(&line->record, "language", &line->scope, &len, NULL);
    if (!language || len == 0 || (len == 3 && memcmp(language, "und", 3) == 0)) return 1;
    uint64_t scope = sg_hash64(language, len, 1);
    const char *script = sg_record_string(&line->record, "language_script", &line->scope, &len, NULL);
    return script ? sg_hash64(script, len, scope) : scope;
}

/* A string member that holds at least `least` bytes as written. */
static bool has_string(const struct sg_record *record, const char *name, size_t least) {
    const struct sg_member *member = sg_record_find(record, name);
    return member && member->type == SG_JSON_STRING && member->value.len >= least + 2;
}

enum dedup_line_kind dedup_line_scan(struct dedup_line *line, const char *bytes, size_t len, struct sg_err *err) {
    if (sg_record_blank(bytes, len)) return DEDUP_BLANK;
    if (sg_record_scan(&line->record, bytes, len, err) != SG_OK) return DEDUP_BAD;
    const char *cause = NULL;
    if (!has_string(&line->record, "id", 1)) cause = "no member 'id' that is a string and not empty";
    if (!has_string(&line->record, "text", 0)) cause = "no member 'text' that is a string";
    if (!cause) return DEDUP_DOCUMENT;
    sg_err_set(err, SG_DATA, "%s", cause);
    return DEDUP_BAD;
}

void dedup_line_open(struct dedup_line *line, bool by_language) {
    struct dedup_document *document = &line->document;
    document->text = sg_record_string(&line->record, "text", &line->text, &document->text_len, NULL);
    document->id = sg_record_string(&line->record, "id", &line->id, &document->id_len, NULL);
    document->scope = by_language ? scope_of(line) : 0;
}

void dedup_line_free(struct dedup_line *line) {
    sg_record_free(&line->record);
    sg_buf_free(&line->id);
    sg_buf_free(&line->text);
    sg_buf_free(&line->scope);
}

bool dedup_line_cut(const char **at, const char *end, const char **bytes, size_t *len) {
    if (*at >= end) return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    *bytes = *at;
    *len = (size_t)((stop ? stop : end) - *at);
    *at += *len + 1;
    return true;
}
