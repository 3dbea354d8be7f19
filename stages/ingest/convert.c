#include "convert.h"

#include <stdio.h>
#include <stdlib.h>

#include "ingest_document.h"
#include "text/json.h"

const char *const convert_counters[CONVERT_COUNTERS + 1] = {
    [CONVERT_BLANK] = "blank_lines",         [CONVERT_BOM] = "byte_order_marks",
    [CONVERT_ERRORS] = "decode_errors",      [CONVERT_DERIVED] = "derived_ids",
    [CONVERT_DUPLICATE] = "duplicate_names", [CONVERT_REPAIRED] = "repaired_lines",
};

struct convert *convert_new(const struct convert_options *options) {
    struct convert *convert = sg_zalloc(1, sizeof *convert);
    convert->options = options;
    convert->charset = charset_new();
    return convert;
}

void convert_free(struct convert *convert) {
    if (!convert) return;
    charset_free(convert->charset);
    jsonl_free(&convert->jsonl);
    sg_buf_free(&convert->detail);
    sg_buf_free(&convert->path);
    free(convert->reasons);
    free(convert);
}

void convert_restart(struct convert *convert) {
    memset(convert->counts, 0, sizeof convert->counts);
    convert->reason_count = 0;
}

static void count_reason(struct convert *convert, const char *name) {
    for (size_t i = 0; i < convert->reason_count; i++)
        if (strcmp(convert->reasons[i].name, name) == 0) {
            convert->reasons[i].count++;
            return;
        }
    convert->reasons =
        sg_realloc(convert->reasons, (convert->reason_count + 1) * sizeof *convert->reasons);
    convert->reasons[convert->reason_count++] = (struct convert_reason){name, 1};
}

static struct document_place place_of(const struct batch *batch, const struct unit *unit) {
    return (struct document_place){
        .provenance = unit->provenance,
        .container = batch_at(batch, unit->container),
        .member = batch_at(batch, unit->member),
        .ordinal = unit->ordinal,
    };
}

/* ---- dropped and bad ---- */

static void drop(struct convert *convert, const struct batch *batch, const struct unit *unit,
                 const char *reason, struct sg_parts *parts) {
    struct document_place place = place_of(batch, unit);
    char id[SG_HASH_HEX];
    ingest_document_id(&place, "", 0, id);
    convert->detail.len = convert->path.len = 0;
    ingest_document_path(&place, &convert->path);
    sg_buf_puts(&convert->detail, ",\"file_path\":");
    sg_json_quote(&convert->detail, convert->path.data, convert->path.len);
    const char *url = batch_at(batch, unit->url);
    if (url[0]) {
        sg_buf_puts(&convert->detail, ",\"url\":");
        ingest_document_quote(&convert->detail, url, strlen(url));
    }
    parts->records_in++;
    sg_parts_drop(parts, id, SG_HASH_HEX - 1, reason, &convert->detail);
    count_reason(convert, reason);
}

static void bad(struct convert *convert, const struct batch *batch, const struct unit *unit,
                uint64_t byte, const char *cause, struct span bytes, struct sg_parts *parts) {
    struct document_place place = place_of(batch, unit);
    convert->path.len = 0;
    ingest_document_path(&place, &convert->path);
    if (convert->path.len == 0) sg_buf_puts(&convert->path, "-");
    sg_buf_str(&convert->path);
    parts->records_in++;
    sg_parts_bad(parts, parts->records_in, byte, cause, convert->path.data,
                 bytes.len ? batch->data.data + bytes.at : "", bytes.len);
}

/* ---- texts ---- */

static bool is_blank(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n\f\v", text[i]) || !text[i]) return false;
    return true;
}

static size_t line_end(const char *text, size_t len, size_t at) {
    const char *lf = memchr(text + at, '\n', len - at);
    return lf ? (size_t)(lf - text) : len;
}

bool convert_piece(enum split split, const char *text, size_t len, size_t *at, struct span *piece) {
    while (*at < len) {
        size_t begin = *at, end = line_end(text, len, begin);
        *at = end < len ? end + 1 : len;
        if (is_blank(text + begin, end - begin)) continue;
        while (split == SPLIT_PARAGRAPH && *at < len) {
            size_t next = line_end(text, len, *at);
            bool blank = is_blank(text + *at, next - *at);
            *at = next < len ? next + 1 : len;
            if (blank) break;
            end = next;
        }
        if (end > begin && text[end - 1] == '\r') end--;
        *piece = (struct span){begin, end - begin};
        return true;
    }
    return false;
}

/* "https://www.example.co.th:80/a" has the top-level domain "th". */
static void top_domain(const char *url, char out[16]) {
    const char *host = strstr(url, "://");
    out[0] = 0;
    if (!host) return;
    host += 3;
    size_t len = strcspn(host, "/?#:"), begin = len;
    while (begin > 0 && host[begin - 1] != '.') begin--;
    if (begin == 0 || len - begin >= 16) return;
    for (size_t i = begin; i < len; i++) out[i - begin] = (char)(host[i] | 0x20);
    out[len - begin] = 0;
}

static const char *first(const char *a, const char *b) {
    return a && a[0] ? a : b ? b : "";
}

static void document(struct convert *convert, const struct batch *batch, const struct unit *unit,
                     struct sg_parts *parts) {
    char domain[16];
    top_domain(batch_at(batch, unit->url), domain);
    struct charset_hints hints = {
        .declared = first(batch_at(batch, unit->declared),
                          first(unit->provenance->charset, convert->options->charset)),
        .language = batch_at(batch, unit->language),
        .domain = domain,
    };
    struct charset_answer answer;
    charset_decode(convert->charset, batch_at(batch, unit->bytes), unit->bytes.len, &hints,
                   &answer);
    convert->counts[CONVERT_ERRORS] += answer.errors;
    struct document document = {
        .place = place_of(batch, unit),
        .url = batch_at(batch, unit->url),
        .date = batch_at(batch, unit->date),
        .warc_id = batch_at(batch, unit->warc_id),
        .charset = &answer,
    };
    if (convert->options->split == SPLIT_DOCUMENT) {
        ingest_document_write(&document, answer.text, answer.len, &parts->lines);
        parts->records_in++;
        parts->records_out++;
        return;
    }
    size_t at = 0;
    struct span piece;
    while (convert_piece(convert->options->split, answer.text, answer.len, &at, &piece)) {
        document.place.piece++;
        ingest_document_write(&document, answer.text + piece.at, piece.len, &parts->lines);
        parts->records_in++;
        parts->records_out++;
    }
    if (document.place.piece == 0) drop(convert, batch, unit, "no text to split", parts);
}

/* ---- lines of JSONL ---- */

static void note_duplicate(const struct sg_record *record, char out[64]) {
    for (size_t i = 1; i < record->scanned; i++)
        for (size_t j = 0; j < i; j++) {
            const struct sg_member *a = &record->members[i], *b = &record->members[j];
            if (a->name_len != b->name_len || memcmp(a->name, b->name, a->name_len) != 0) continue;
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)(a->name_len < 30 ? a->name_len : 30),
                     a->name);
            sg_err_quote(name, out, 64);
            return;
        }
}

static void lines(struct convert *convert, const struct batch *batch, const struct unit *unit,
                  struct sg_parts *parts, char duplicate[64]) {
    const char *all = batch_at(batch, unit->bytes);
    for (size_t at = 0; at < unit->bytes.len;) {
        size_t end = line_end(all, unit->bytes.len, at), len = end - at;
        const char *line = all + at;
        struct span span = {unit->bytes.at + at, len};
        at = end + 1;
        if (sg_record_blank(line, len)) {
            convert->counts[CONVERT_BLANK]++;
            continue;
        }
        struct sg_err err = {0};
        size_t before = parts->lines.len;
        if (jsonl_convert(&convert->jsonl, &convert->options->map, unit->provenance, line, len,
                          &parts->lines, &err) != SG_OK) {
            parts->lines.len = before;
            bad(convert, batch, unit, err.byte, err.text, span, parts);
            continue;
        }
        if (convert->jsonl.record.duplicate_names && !duplicate[0])
            note_duplicate(&convert->jsonl.record, duplicate);
        parts->records_in++;
        parts->records_out++;
    }
    convert->counts[CONVERT_BOM] += convert->jsonl.boms;
    convert->counts[CONVERT_DUPLICATE] += convert->jsonl.duplicate_names;
    convert->counts[CONVERT_REPAIRED] += convert->jsonl.repaired_lines;
    convert->counts[CONVERT_DERIVED] += convert->jsonl.derived_ids;
    convert->counts[CONVERT_ERRORS] += convert->jsonl.decode_errors;
    convert->jsonl.boms = convert->jsonl.duplicate_names = convert->jsonl.repaired_lines = 0;
    convert->jsonl.derived_ids = convert->jsonl.decode_errors = 0;
}

void convert_batch(struct convert *convert, const struct batch *batch, uint64_t *units,
                   struct sg_parts *parts, char duplicate[64]) {
    for (size_t i = 0; i < batch->count; i++) {
        const struct unit *unit = &batch->units[i];
        uint64_t before = parts->records_in;
        switch (unit->kind) {
        case UNIT_DOCUMENT: document(convert, batch, unit, parts); break;
        case UNIT_LINES: lines(convert, batch, unit, parts, duplicate); break;
        case UNIT_DROP: drop(convert, batch, unit, unit->reason, parts); break;
        case UNIT_BAD:
            bad(convert, batch, unit, unit->byte, batch_at(batch, unit->cause), (struct span){0},
                parts);
            break;
        }
        units[i] = parts->records_in - before;
    }
}
