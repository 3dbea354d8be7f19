#include "docline.h"

#include <string.h>

#include "rank.h"
#include "tokens.h"

/* Offset of a string member's value in the line; 0 (which is the object's brace) when there is none or it is empty. */
static uint32_t place_of(const struct sg_record *record, const char *line, const char *name) {
    const struct sg_member *member = sg_record_find(record, name);
    if (!member || member->type != SG_JSON_STRING || member->value.len <= 2) return 0;
    return (uint32_t)(member->value.text - line);
}

static void set_folder(struct shard_reader *reader, struct shard_document *out) {
    size_t language_len = 0, script_len = 0;
    const char *language = sg_record_string(&reader->record, "language", &reader->language, &language_len, NULL);
    const char *script = sg_record_string(&reader->record, "language_script", &reader->script, &script_len, NULL);
    out->relabelled = !shard_folder_name(language, language_len, script, script_len, out->folder);
}

/* Scan; a byte order mark is left out of what is kept, so the line is copied without it and scanned again. */
static enum sg_code scan(struct shard_reader *reader, const char **line, size_t *len, bool *bom, struct sg_err *err) {
    enum sg_code code = sg_record_scan(&reader->record, *line, *len, err);
    for (*bom = false; code == SG_OK && reader->record.bom;) {
        struct sg_buf copy = {0};
        *bom = true;
        sg_record_write(&reader->record, &copy);
        sg_buf_free(&reader->line);
        reader->line = copy;
        *line = copy.data;
        *len = copy.len;
        code = sg_record_scan(&reader->record, *line, *len, err);
    }
    return code;
}

enum sg_code shard_document_read(struct shard_reader *reader, const struct shard_rules *rules, const char *line, size_t len,
                                 struct shard_document *out, struct sg_err *err) {
    bool bom;
    enum sg_code code = scan(reader, &line, &len, &bom, err);
    if (code != SG_OK) return code;
    if (len > SHARD_LINE_MAX) return sg_err_set(err, SG_DATA, "a line of 4 GiB or more");
    size_t text_len = 0, lone = 0;
    *out = (struct shard_document){.line = line, .bom = bom, .duplicate_names = reader->record.duplicate_names};
    out->id = sg_record_string(&reader->record, "id", &reader->id, &out->id_len, NULL);
    if (!out->id || out->id_len == 0) return sg_err_set(err, SG_DATA, "\"id\" is missing, empty or not a string");
    const char *text = sg_record_string(&reader->record, "text", &reader->text, &text_len, &lone);
    if (!text) return sg_err_set(err, SG_DATA, "\"text\" is missing or not a string");
    out->lone_surrogates = lone;

    uint64_t code_points, tokens;
    shard_tokens(text, text_len, &code_points, &tokens);
    out->key = shard_key(out->id, out->id_len, rules->repeated_ids ? text : NULL, text_len);
    out->line_hash = sg_hash128(line, len, 0);
    struct sg_hash128 rank = shard_rank(rules->seed, out->key, 0);
    out->slip = (struct shard_slip){.rank_hi = rank.hi,
                                    .rank_lo = rank.lo,
                                    .bytes = (uint32_t)len,
                                    .code_points = (uint32_t)code_points,
                                    .tokens = (uint32_t)tokens,
                                    .owner_at = place_of(&reader->record, line, "owner"),
                                    .source_at = place_of(&reader->record, line, "source"),
                                    .license_at = place_of(&reader->record, line, "license")};
    set_folder(reader, out);
    return SG_OK;
}

void shard_reader_free(struct shard_reader *reader) {
    sg_record_free(&reader->record);
    sg_buf_free(&reader->line);
    sg_buf_free(&reader->id);
    sg_buf_free(&reader->text);
    sg_buf_free(&reader->language);
    sg_buf_free(&reader->script);
}

const char *shard_document_string(const char *line, size_t len, uint32_t at, struct sg_buf *buf, size_t *out_len) {
    if (at == 0 || at >= len) return NULL;
    size_t end = at + 1;
    bool escaped = false;
    while (end < len && line[end] != '"') {
        if (line[end] == '\\') escaped = true, end++;
        end++;
    }
    if (end >= len) return NULL;
    if (!escaped) {
        *out_len = end - at - 1;
        return line + at + 1;
    }
    buf->len = 0;
    if (!sg_json_string((struct sg_json){line + at, end + 1 - at}, buf, NULL)) return NULL;
    *out_len = buf->len;
    return buf->data;
}
