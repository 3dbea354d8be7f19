#include "ingest_document.h"

#include <string.h>

#include "base/num.h"
#include "text/json.h"
#include "text/utf8.h"

void ingest_document_quote(struct sg_buf *out, const char *bytes, size_t len) {
    if (sg_utf8_valid(bytes, len) == len) {
        sg_json_quote(out, bytes, len);
        return;
    }
    struct sg_buf repaired = {0};
    sg_utf8_repair(bytes, len, &repaired);
    sg_json_quote(out, repaired.data, repaired.len);
    sg_buf_free(&repaired);
}

static void put_path(struct sg_buf *out, const char *bytes) {
    size_t len = strlen(bytes);
    for (size_t at = 0; at < len;) {
        size_t valid = sg_utf8_valid(bytes + at, len - at);
        for (size_t end = at + valid; at < end; at++) {
            unsigned char c = (unsigned char)bytes[at];
            if (c < 0x20 || c == 0x7f)
                sg_buf_printf(out, "%%%02X", c);
            else
                sg_buf_putc(out, bytes[at]);
        }
        if (at < len) sg_buf_printf(out, "%%%02X", (unsigned char)bytes[at++]);
    }
}

void ingest_document_path(const struct document_place *place, struct sg_buf *out) {
    put_path(out, place->container);
    if (!place->member[0]) return;
    if (place->container[0]) sg_buf_putc(out, '/');
    put_path(out, place->member);
}

void ingest_document_id(const struct document_place *place, const char *text, size_t len,
                        char out[SG_HASH_HEX]) {
    struct sg_hash_state *state = sg_hash_new();
    const char *const strings[] = {place->provenance->owner, place->provenance->source,
                                   place->container, place->member};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        sg_hash_add_sized(state, strings[i], strlen(strings[i]));
    char number[8];
    sg_num_put_u64(number, place->ordinal);
    sg_hash_add_sized(state, number, sizeof number);
    sg_hash_add_sized(state, text, len);
    if (place->piece) {
        sg_num_put_u64(number, place->piece);
        sg_hash_add_sized(state, number, sizeof number);
    }
    sg_hash_hex(sg_hash_digest(state), out);
    sg_hash_free(state);
}

static void put_member(struct sg_buf *out, const char *name, const char *value) {
    sg_buf_puts(out, ",\"");
    sg_buf_puts(out, name);
    sg_buf_puts(out, "\":");
    ingest_document_quote(out, value, strlen(value));
}

static const char *first(const char *own, const char *other) {
    return own[0] ? own : other;
}

void ingest_document_write(const struct document *document, const char *text, size_t len,
                           struct sg_buf *out) {
    const struct provenance *from = document->place.provenance;
    const struct charset_answer *charset = document->charset;
    char id[SG_HASH_HEX], score[SG_NUM_TEXT];
    ingest_document_id(&document->place, text, len, id);
    sg_buf_printf(out, "{\"id\":\"%s\",\"text\":", id);
    sg_json_quote(out, text, len);
    put_member(out, "owner", from->owner);
    put_member(out, "source", from->source);
    put_member(out, "license", from->license);
    put_member(out, "url", first(document->url, from->url));
    put_member(out, "date", first(document->date, from->date));
    struct sg_buf path = {0};
    ingest_document_path(&document->place, &path);
    sg_buf_puts(out, ",\"file_path\":");
    sg_json_quote(out, path.data, path.len);
    sg_buf_free(&path);
    put_member(out, "charset", charset->name);
    put_member(out, "charset_source", charset->source);
    sg_buf_printf(out, ",\"charset_score\":%s,\"decode_errors\":%llu",
                  sg_num_double(charset->score, score), (unsigned long long)charset->errors);
    if (document->warc_id[0]) put_member(out, "warc_record_id", document->warc_id);
    sg_buf_puts(out, "}\n");
}
