#include "run/sink.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "text/json.h"

void sg_parts_drop(struct sg_parts *parts, const char *id, size_t id_len, const char *reason,
                   const struct sg_buf *detail) {
    struct sg_buf *out = &parts->ledger;
    sg_buf_puts(out, "{\"id\":");
    sg_json_quote(out, id, id_len);
    sg_buf_puts(out, ",\"reason\":");
    sg_json_quote(out, reason, strlen(reason));
    if (detail) sg_buf_put(out, detail->data, detail->len);
    sg_buf_puts(out, "}\n");
    parts->dropped++;
}

/* In parts->bad a unit is u64 record, u64 length of the JSON members, these, u64 length of the bytes, these. */
static void put_u64(struct sg_buf *out, uint64_t value) {
    sg_num_put_u64(sg_buf_room(out, 8), value);
    out->len += 8;
}

void sg_parts_bad(struct sg_parts *parts, uint64_t record, uint64_t byte, const char *cause,
                  const char *name, const char *bytes, size_t len) {
    struct sg_buf members = {0};
    if (byte != SG_NOWHERE) sg_buf_printf(&members, ",\"byte\":%llu", (unsigned long long)byte);
    sg_buf_puts(&members, ",\"cause\":");
    sg_json_quote(&members, cause, strlen(cause));
    if (name) {
        sg_buf_puts(&members, ",\"name\":");
        sg_json_quote(&members, name, strlen(name));
    }
    put_u64(&parts->bad, record);
    put_u64(&parts->bad, members.len);
    sg_buf_put(&parts->bad, members.data, members.len);
    put_u64(&parts->bad, len);
    sg_buf_put(&parts->bad, bytes, len);
    parts->bad_units++;
    sg_buf_free(&members);
}

enum sg_code sg_parts_pack(struct sg_parts *parts, struct sg_frames_packer *lines,
                           struct sg_frames_packer *ledger, struct sg_err *err) {
    enum sg_code code =
        sg_frames_pack(lines, parts->lines.data, parts->lines.len, &parts->packed_lines, err);
    if (code == SG_OK)
        code = sg_frames_pack(ledger, parts->ledger.data, parts->ledger.len, &parts->packed_ledger,
                              err);
    parts->raw_bytes = parts->lines.len;
    parts->ledger_raw_bytes = parts->ledger.len;
    parts->lines.len = parts->ledger.len = 0;
    return code;
}

void sg_parts_reset(struct sg_parts *parts) {
    parts->lines.len = parts->ledger.len = parts->packed_lines.len = parts->packed_ledger.len =
        parts->bad.len = 0;
    parts->records_in = parts->records_out = parts->dropped = parts->bad_units = 0;
    parts->raw_bytes = parts->ledger_raw_bytes = 0;
}

void sg_parts_free(struct sg_parts *parts) {
    sg_buf_free(&parts->lines);
    sg_buf_free(&parts->ledger);
    sg_buf_free(&parts->packed_lines);
    sg_buf_free(&parts->packed_ledger);
    sg_buf_free(&parts->bad);
}

char *sg_sink_beside(const char *path, const char *suffix) {
    static const char *const endings[] = {".jsonl.zst", ".jsonl.gz", ".jsonl.xz", ".jsonl.bz2",
                                          ".jsonl"};
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (len > ending && strcmp(path + len - ending, endings[i]) == 0) {
            len -= ending;
            break;
        }
    }
    return sg_printf_dup("%.*s%s", (int)len, path, suffix);
}

static enum sg_code open_file(struct sg_sink_file *file, struct sg_err *err) {
    enum sg_code code = file->open ? SG_OK : sg_publish_open(&file->file, file->path, err);
    if (code == SG_OK) file->open = true;
    return code;
}

enum sg_code sg_sink_open(struct sg_sink *sink, const struct sg_sink_options *options,
                          struct sg_err *err) {
    *sink = (struct sg_sink){.compression = options->compression, .level = options->level};
    bool pipe = strcmp(options->path, "-") == 0;
    sink->lines.wanted = true;
    sink->lines.path = sg_strdup(options->path);
    sink->dropped.wanted = options->dropped || !pipe;
    sink->dropped.path = options->dropped ? sg_strdup(options->dropped)
                                          : sg_sink_beside(options->path, ".dropped.jsonl.zst");
    sink->bad.wanted = options->bad || !pipe;
    sink->bad.path =
        options->bad ? sg_strdup(options->bad) : sg_sink_beside(options->path, ".bad.zst");
    sink->bad_packer = sg_frames_packer_new(SG_ZST, options->level);
    enum sg_code code = open_file(&sink->lines, err);
    /* A file that was asked for by name is there even when nothing is in it. */
    if (code == SG_OK && options->dropped) code = open_file(&sink->dropped, err);
    if (code == SG_OK && options->bad) code = open_file(&sink->bad, err);
    return code;
}

static enum sg_code put_frame(struct sg_sink_file *to, const struct sg_buf *packed,
                              uint64_t raw_bytes, bool zst, struct sg_err *err) {
    if (!to->wanted || raw_bytes == 0) return SG_OK;
    enum sg_code code = open_file(to, err);
    if (code != SG_OK) return code;
    if (zst) sg_frames_table_add(&to->table, packed->data, packed->len, raw_bytes);
    to->raw_bytes += raw_bytes;
    return sg_publish_put(&to->file, packed->data, packed->len, err);
}

static enum sg_code put_bad(struct sg_sink *sink, const struct sg_parts *parts,
                            struct sg_err *err) {
    struct sg_buf raw = {0}, packed = {0};
    const char *at = parts->bad.data, *end = at + parts->bad.len;
    while (at < end) {
        uint64_t record = sg_num_get_u64(at), members = sg_num_get_u64(at + 8);
        at += 16;
        uint64_t bytes = sg_num_get_u64(at + members);
        sg_buf_printf(&raw, "{\"record\":%llu%.*s,\"bytes\":%llu}\n",
                      (unsigned long long)(record ? sink->records_in + record : 0), (int)members,
                      at, (unsigned long long)bytes);
        sg_buf_put(&raw, at + members + 8, bytes);
        sg_buf_putc(&raw, '\n');
        at += members + 8 + bytes;
    }
    enum sg_code code = sg_frames_pack(sink->bad_packer, raw.data, raw.len, &packed, err);
    if (code == SG_OK) code = put_frame(&sink->bad, &packed, raw.len, true, err);
    sink->bad.records += parts->bad_units;
    sg_buf_free(&raw);
    sg_buf_free(&packed);
    return code;
}

enum sg_code sg_sink_put(struct sg_sink *sink, const struct sg_parts *parts, struct sg_err *err) {
    enum sg_code code = put_frame(&sink->lines, &parts->packed_lines, parts->raw_bytes,
                                  sink->compression == SG_ZST, err);
    if (code == SG_OK)
        code = put_frame(&sink->dropped, &parts->packed_ledger, parts->ledger_raw_bytes, true, err);
    if (code == SG_OK && parts->bad.len) code = put_bad(sink, parts, err);
    sink->lines.records += parts->records_out;
    sink->dropped.records += parts->dropped;
    sink->records_in += parts->records_in;
    return code;
}

/* End one file: its seek table, its sums, its name. */
static enum sg_code finish(struct sg_sink_file *file, bool zst, struct sg_err *err) {
    if (!file->open) { /* nothing this time: what an earlier run left here would now be a lie */
        if (file->wanted) unlink(file->path);
        return SG_OK;
    }
    struct sg_buf table = {0};
    enum sg_code code = SG_OK;
    if (zst) {
        sg_frames_table_end(&file->table, &table);
        code = sg_publish_put(&file->file, table.data, table.len, err);
    }
    sg_buf_free(&table);
    if (code != SG_OK) return code;
    file->bytes = file->file.bytes;
    file->hash = sg_publish_hash(&file->file);
    return sg_publish_commit(&file->file, err);
}

enum sg_code sg_sink_commit(struct sg_sink *sink, struct sg_err *err) {
    enum sg_code code = finish(&sink->dropped, true, err);
    if (code == SG_OK) code = finish(&sink->bad, true, err);
    if (code == SG_OK) code = finish(&sink->lines, sink->compression == SG_ZST, err);
    return code;
}

static void drop_file(struct sg_sink_file *file) {
    if (file->open) sg_publish_abort(&file->file);
    sg_frames_table_free(&file->table);
    free(file->path);
    *file = (struct sg_sink_file){0};
}

void sg_sink_abort(struct sg_sink *sink) {
    drop_file(&sink->lines);
    drop_file(&sink->dropped);
    drop_file(&sink->bad);
    sg_frames_packer_free(sink->bad_packer);
    sink->bad_packer = NULL;
}
