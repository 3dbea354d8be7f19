/*
 * explain ID OUTPUT: what finished outputs say of a document: a kept line has its cluster, the ledger beside has who went and
 * for whom. Keys, bands and components stand in no output: --plan DIR keeps them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "explain_id.h"
#include "io/frames.h"
#include "line.h"
#include "run/inputs.h"
#include "run/sink.h"
#include "text/json.h"

#define NAMED 5 /* of those that went for it */

struct found {
    const char *id;
    size_t id_len;
    bool any;
    struct sg_buf kept, dropped; /* the lines, JSON */
    struct sg_buf kept_in, dropped_in;
    uint64_t stands_for; /* ledger lines that name it as survivor */
    struct sg_buf named; /* ids of the first ones, as a JSON list without brackets */
};

typedef void visit_line(struct found *found, const char *path, const char *line, size_t len);

static enum sg_code each_line(const char *path, visit_line *visit, struct found *found, struct sg_err *err) {
    const struct sg_frames_options options = {0};
    struct sg_frames *reader = NULL;
    struct sg_frames_batch batch = {0};
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    bool split;
    enum sg_code code = sg_frames_open(&reader, path, &options, err);
    while (code == SG_OK && (code = sg_frames_next(reader, &batch, err)) == SG_OK) {
        code = sg_frames_lines(decoder, &batch, &split, err);
        const char *at = batch.lines.data, *end = at + batch.lines.len, *line;
        size_t len;
        while (code == SG_OK && dedup_line_cut(&at, end, &line, &len)) visit(found, path, line, len);
    }
    sg_frames_close(reader);
    sg_frames_decoder_free(decoder);
    sg_frames_batch_free(&batch);
    if (code == SG_END) return SG_OK;
    return code == SG_OK ? code : sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static bool member_is(struct sg_json object, const char *name, const struct found *found) {
    struct sg_json value;
    struct sg_buf text = {0};
    bool same = sg_json_member(object, name, &value) && sg_json_string(value, &text, NULL) && text.len == found->id_len &&
                memcmp(text.data, found->id, text.len) == 0;
    sg_buf_free(&text);
    return same;
}

static void keep_line(struct sg_buf *into, struct sg_buf *where, const char *path, struct sg_json line) {
    into->len = where->len = 0;
    sg_buf_put(into, line.text, line.len);
    sg_buf_puts(where, path);
    sg_buf_str(where);
}

static void visit_record(struct found *found, const char *path, const char *line, size_t len) {
    struct sg_json object;
    struct sg_err err = {0};
    /* An id of plain characters stands in its line as it is: most lines need not be parsed. */
    bool plain = true;
    for (size_t i = 0; i < found->id_len; i++) {
        char c = found->id[i];
        plain &= c > ' ' && c < 127 && !strchr("\"\\/", c);
    }
    if (plain && !memmem(line, len, found->id, found->id_len) && !memmem(line, len, "\\u", 2)) return;
    if (sg_json_check(line, len, &object, &err) != SG_OK || !member_is(object, "id", found)) return;
    found->any = true;
    keep_line(&found->kept, &found->kept_in, path, object);
}

static void visit_ledger(struct found *found, const char *path, const char *line, size_t len) {
    struct sg_json object, id;
    struct sg_err err = {0};
    if (sg_json_check(line, len, &object, &err) != SG_OK) return;
    if (member_is(object, "id", found)) {
        found->any = true;
        keep_line(&found->dropped, &found->dropped_in, path, object);
    }
    if (!member_is(object, "survivor_id", found) || !sg_json_member(object, "id", &id)) return;
    if (found->stands_for++ < NAMED) sg_buf_printf(&found->named, "%s%.*s", found->named.len ? "," : "", (int)id.len, id.text);
}

/* ---- telling ---- */

static void put_member(struct sg_buf *out, struct sg_json object, const char *before, const char *name) {
    struct sg_json value;
    if (sg_json_member(object, name, &value)) sg_buf_printf(out, "%s%.*s", before, (int)value.len, value.text);
}

static void tell_kept(const struct found *found, struct sg_buf *out) {
    struct sg_json object = {found->kept.data, found->kept.len};
    sg_buf_printf(out, "  stays: in '%s'", found->kept_in.data);
    put_member(out, object, "; documents it stands for, itself included: ", "minhash_cluster_size");
    put_member(out, object, "; cluster ", "minhash_cluster_id");
    sg_buf_putc(out, '\n');
}

static void tell_dropped(const struct found *found, struct sg_buf *out) {
    struct sg_json object = {found->dropped.data, found->dropped.len};
    sg_buf_printf(out, "  went: in the ledger '%s'\n", found->dropped_in.data);
    put_member(out, object, "  reason ", "reason");
    put_member(out, object, "; survivor ", "survivor_id");
    put_member(out, object, "; their text key ", "their_text_key");
    put_member(out, object, "; similarity ", "similarity");
    put_member(out, object, " by ", "method");
    put_member(out, object, "; cluster ", "cluster");
    put_member(out, object, " of ", "cluster_size");
    put_member(out, object, "; parts cut: ", "spans");
    sg_buf_putc(out, '\n');
}

static void tell(const struct found *found, struct sg_buf *out) {
    sg_buf_printf(out, "%s\n", found->id);
    if (found->dropped.len) tell_dropped(found, out);
    if (found->kept.len) tell_kept(found, out);
    if (found->stands_for)
        sg_buf_printf(out, "  documents that went for it: %llu, for example %.*s\n", (unsigned long long)found->stands_for,
                      (int)found->named.len, found->named.data);
    sg_buf_puts(out, "  keys, bands and components stand in no output: run with --plan DIR to keep them\n");
}

static void put_json(const struct found *found, struct sg_buf *out) {
    struct sg_json value;
    sg_json_open(out, '{');
    sg_json_name(out, "id");
    sg_json_put_str(out, found->id);
    sg_json_name(out, "verdict");
    sg_json_put_str(out, found->kept.len ? "keep" : "drop");
    if (found->kept.len && sg_json_member((struct sg_json){found->kept.data, found->kept.len}, "minhash_cluster_size", &value)) {
        sg_json_name(out, "cluster_size");
        sg_json_put_raw(out, value);
    }
    if (found->dropped.len) {
        sg_json_name(out, "ledger");
        sg_json_put_raw(out, (struct sg_json){found->dropped.data, found->dropped.len});
    }
    sg_json_name(out, "removed_for_it");
    sg_json_put_u64(out, found->stands_for);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}

/* ---- the files ---- */

static enum sg_code look_at(const char *path, struct found *found, struct sg_err *err) {
    char *ledger = sg_sink_beside(path, ".dropped.jsonl.zst");
    enum sg_code code = each_line(path, visit_record, found, err);
    if (code == SG_OK && access(ledger, F_OK) == 0) code = each_line(ledger, visit_ledger, found, err);
    free(ledger);
    return code;
}

enum sg_code dedup_explain_output(struct sg_run *run, const char *id, const char *output, struct sg_buf *out,
                                  struct sg_err *err) {
    char *paths[] = {sg_strdup(output), NULL};
    struct sg_inputs files = {0};
    const struct sg_inputs_options options = {.want = SG_INPUTS_CHAIN, .one_output = true};
    struct found found = {.id = id, .id_len = strlen(id)};
    enum sg_code code = sg_inputs_find(&files, 1, paths, &options, err);
    for (size_t i = 0; code == SG_OK && i < files.count; i++) code = look_at(files.items[i].path, &found, err);
    if (code == SG_OK && !found.any) code = dedup_explain_nowhere(id, output, err);
    if (code == SG_OK && run->log.json) put_json(&found, out);
    else if (code == SG_OK) tell(&found, out);
    sg_inputs_free(&files);
    free(paths[0]);
    sg_buf_free(&found.kept);
    sg_buf_free(&found.dropped);
    sg_buf_free(&found.kept_in);
    sg_buf_free(&found.dropped_in);
    sg_buf_free(&found.named);
    return code;
}
