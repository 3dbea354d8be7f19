#include "run/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/publish.h"
#include "text/json.h"
#include "text/utf8.h"

#define RECEIPT_MAX (256u << 20) /* ingest packs may list very many small files */

/* ---- filling ---- */

static struct sg_receipt_file *add_file(struct sg_receipt_file **files, size_t *count,
                                        const char *kind, const char *path) {
    if ((*count & (*count - 1)) == 0) /* grows at 0, 1, 2, 4, 8 ... */
        *files = sg_realloc(*files, (*count ? 2 * *count : 1) * sizeof **files);
    struct sg_receipt_file *file = &(*files)[(*count)++];
    *file = (struct sg_receipt_file){.path = sg_strdup(path)};
    strncpy(file->kind, kind, sizeof file->kind - 1);
    struct stat stat;
    if (strcmp(path, "-") != 0 && lstat(path, &stat) == 0 && S_ISREG(stat.st_mode))
        file->mtime_ns = (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec;
    return file;
}

void sg_receipt_input(struct sg_receipt *receipt, const char *path, uint64_t bytes,
                      uint64_t records, struct sg_hash128 hash) {
    struct sg_receipt_file *file = add_file(&receipt->inputs, &receipt->input_count, "input", path);
    file->bytes = bytes, file->records = records, file->hash = hash;
}

void sg_receipt_output(struct sg_receipt *receipt, const char *kind, const char *path,
                       uint64_t bytes, uint64_t records, struct sg_hash128 hash) {
    struct sg_receipt_file *file = add_file(&receipt->outputs, &receipt->output_count, kind, path);
    file->bytes = bytes, file->records = records, file->hash = hash;
}

static void add_count(struct sg_receipt_count **counts, size_t *n, const char *name, uint64_t add) {
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*counts)[i].name, name) == 0) {
            (*counts)[i].count += add;
            return;
        }
    *counts = sg_realloc(*counts, (*n + 1) * sizeof **counts);
    (*counts)[(*n)++] = (struct sg_receipt_count){.name = sg_strdup(name), .count = add};
}

void sg_receipt_reason(struct sg_receipt *receipt, const char *name, uint64_t add) {
    add_count(&receipt->reasons, &receipt->reason_count, name, add);
}

void sg_receipt_counter(struct sg_receipt *receipt, const char *name, uint64_t add) {
    add_count(&receipt->counters, &receipt->counter_count, name, add);
}

static void free_files(struct sg_receipt_file *files, size_t count) {
    for (size_t i = 0; i < count; i++) free(files[i].path);
    free(files);
}

static void free_counts(struct sg_receipt_count *counts, size_t count) {
    for (size_t i = 0; i < count; i++) free(counts[i].name);
    free(counts);
}

void sg_receipt_free(struct sg_receipt *receipt) {
    free(receipt->stage);
    free(receipt->version);
    free(receipt->settings);
    free_files(receipt->inputs, receipt->input_count);
    free_files(receipt->outputs, receipt->output_count);
    free_counts(receipt->reasons, receipt->reason_count);
    free_counts(receipt->counters, receipt->counter_count);
    *receipt = (struct sg_receipt){0};
}

/* ---- paths ---- */

/* The folder of a path, absolute and without links; NULL when it does not exist. Caller frees. */
static char *real_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? sg_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : sg_strdup(".");
    char *real = realpath(folder, NULL);
    free(folder);
    return real;
}

/* path as seen from the receipt's folder: "../1-ingest/a.jsonl.zst". When they share only "/", absolute. Caller frees. */
static char *relative(const char *receipt_path, const char *path) {
    if (strcmp(path, "-") == 0) return sg_strdup(path);
    const char *slash = strrchr(path, '/');
    char *from = real_folder(receipt_path), *to = real_folder(path);
    char *answer = NULL;
    if (from && to) {
        size_t common = 0; /* length of the shared folders, ends at a slash or the end of both */
        for (size_t i = 0;; i++) {
            bool from_ends = from[i] == 0 || from[i] == '/', to_ends = to[i] == 0 || to[i] == '/';
            if (from_ends && to_ends) common = i;
            if (from[i] != to[i] || from[i] == 0) break;
        }
        struct sg_buf out = {0};
        if (common == 0)
            sg_buf_puts(&out, to);
        else {
            for (const char *p = from + common; *p; p++)
                if (*p == '/') sg_buf_puts(&out, "../");
            sg_buf_puts(&out, to[common] ? to + common + 1 : "");
        }
        if (out.len && out.data[out.len - 1] != '/') sg_buf_putc(&out, '/');
        sg_buf_puts(&out, slash ? slash + 1 : path);
        answer = sg_buf_take(&out);
    }
    free(from);
    free(to);
    return answer ? answer : sg_strdup(path);
}

char *sg_receipt_resolve(const char *receipt_path, const char *path) {
    const char *slash = strrchr(receipt_path, '/');
    if (path[0] == '/' || strcmp(path, "-") == 0 || !slash) return sg_strdup(path);
    return sg_printf_dup("%.*s/%s", (int)(slash - receipt_path), receipt_path, path);
}

/* ---- writing ---- */

/* Paths are raw bytes and JSON is UTF-8: a byte that is not part of a UTF-8 sequence is written as the lone surrogate
 * U+DC00 + byte, as Python's surrogateescape does. */
static void put_path(struct sg_buf *out, const char *path) {
    struct sg_buf text = {0};
    sg_buf_putc(&text, '"');
    while (*path) {
        size_t len = strlen(path), valid = sg_utf8_valid(path, len);
        struct sg_buf quoted = {0};
        sg_json_quote(&quoted, path, valid);
        sg_buf_put(&text, quoted.data + 1, quoted.len - 2);
        sg_buf_free(&quoted);
        path += valid;
        if (valid < len) sg_buf_printf(&text, "\\udc%02x", (unsigned char)*path++);
    }
    sg_buf_putc(&text, '"');
    sg_json_put_raw(out, (struct sg_json){text.data, text.len});
    sg_buf_free(&text);
}

/* The path that put_path wrote; caller frees. NULL when value is no string. */
static char *read_path(struct sg_json value) {
    struct sg_buf out = {0};
    if (sg_json_type(value) != SG_JSON_STRING) return NULL;
    const char *at = value.text + 1, *end = value.text + value.len - 1, *from = at;
    unsigned byte;
    while (at <= end) {
        bool raw =
            end - at >= 6 && memcmp(at, "\\udc", 4) == 0 && sscanf(at + 4, "%2x", &byte) == 1;
        if (raw || at == end) {
            char *piece = sg_printf_dup("\"%.*s\"", (int)(at - from), from);
            (void)!sg_json_string((struct sg_json){piece, strlen(piece)}, &out, NULL);
            free(piece);
            if (!raw) break;
            sg_buf_putc(&out, (char)byte);
            from = at + 6;
        }
        at += raw ? 6 : *at == '\\' ? 2 : 1;
    }
    return sg_buf_take(&out);
}

static void put_files(struct sg_buf *out, const char *receipt_path,
                      const struct sg_receipt_file *files, size_t count) {
    sg_json_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        char hex[SG_HASH_HEX], *path = relative(receipt_path, files[i].path);
        sg_json_open(out, '{');
        sg_json_name(out, "bytes");
        sg_json_put_u64(out, files[i].bytes);
        sg_json_name(out, "kind");
        sg_json_put_str(out, files[i].kind);
        sg_json_name(out, "path");
        put_path(out, path);
        sg_json_name(out, "records");
        sg_json_put_u64(out, files[i].records);
        sg_json_name(out, "xxh3_128");
        sg_json_put_str(out, sg_hash_hex(files[i].hash, hex));
        sg_json_close(out, '}');
        free(path);
    }
    sg_json_close(out, ']');
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct sg_receipt_count *)a)->name,
                  ((const struct sg_receipt_count *)b)->name);
}

static void put_counts(struct sg_buf *out, struct sg_receipt_count *counts, size_t count) {
    if (count) qsort(counts, count, sizeof *counts, by_name);
    sg_json_open(out, '{');
    for (size_t i = 0; i < count; i++) {
        sg_json_name(out, counts[i].name);
        sg_json_put_u64(out, counts[i].count);
    }
    sg_json_close(out, '}');
}

static void put_number(struct sg_buf *out, const char *name, uint64_t value) {
    sg_json_name(out, name);
    sg_json_put_u64(out, value);
}

static void put_hash(struct sg_buf *out, const char *name, struct sg_hash128 hash) {
    char hex[SG_HASH_HEX];
    sg_json_name(out, name);
    sg_json_put_str(out, sg_hash_hex(hash, hex));
}

static void put_times(struct sg_buf *out, const char *name, const struct sg_receipt_file *files,
                      size_t count) {
    sg_json_name(out, name);
    sg_json_open(out, '[');
    for (size_t i = 0; i < count; i++) sg_json_put_u64(out, (uint64_t)files[i].mtime_ns);
    sg_json_close(out, ']');
}

static void put_run(struct sg_buf *out, const struct sg_receipt *receipt) {
    sg_json_name(out, "run");
    sg_json_open(out, '{');
    sg_json_name(out, "cpu_seconds");
    sg_json_put_double(out, receipt->cpu_seconds);
    put_times(out, "input_mtimes_ns", receipt->inputs, receipt->input_count);
    put_number(out, "peak_bytes", receipt->peak_bytes);
    put_number(out, "raw_bytes_in", receipt->raw_bytes_in);
    put_number(out, "raw_bytes_out", receipt->raw_bytes_out);
    put_number(out, "threads", receipt->threads);
    sg_json_name(out, "wall_seconds");
    sg_json_put_double(out, receipt->wall_seconds);
    sg_json_close(out, '}');
}

enum sg_code sg_receipt_publish(const struct sg_receipt *receipt, const char *path,
                                struct sg_err *err) {
    struct sg_buf out = {0};
    sg_json_open(&out, '{');
    put_number(&out, "bad", receipt->bad);
    put_hash(&out, "corpus", receipt->corpus);
    sg_json_name(&out, "counters");
    put_counts(&out, receipt->counters, receipt->counter_count);
    put_number(&out, "dropped", receipt->dropped);
    sg_json_name(&out, "inputs");
    put_files(&out, path, receipt->inputs, receipt->input_count);
    sg_json_name(&out, "outputs");
    put_files(&out, path, receipt->outputs, receipt->output_count);
    sg_json_name(&out, "reasons");
    put_counts(&out, receipt->reasons, receipt->reason_count);
    put_number(&out, "records_in", receipt->records_in);
    put_number(&out, "records_out", receipt->records_out);
    put_number(&out, "sangam_receipt", 1);
    sg_json_name(&out, "settings");
    sg_json_put_raw(&out, (struct sg_json){receipt->settings, strlen(receipt->settings)});
    put_hash(&out, "settings_hash", receipt->settings_hash);
    sg_json_name(&out, "stage");
    sg_json_put_str(&out, receipt->stage);
    sg_json_name(&out, "version");
    sg_json_put_str(&out, receipt->version);
    /* The sum covers the text so far; hash and run follow it, so the names of the whole are not in order. */
    put_hash(&out, "hash", sg_hash128(out.data, out.len, 0));
    put_run(&out, receipt);
    sg_json_close(&out, '}');
    sg_buf_putc(&out, '\n');
    enum sg_code code = sg_publish_bytes(path, out.data, out.len, err);
    sg_buf_free(&out);
    return code;
}

/* ---- reading ---- */

static bool read_files(struct sg_json list, struct sg_receipt_file **files, size_t *count) {
    size_t at = 0;
    struct sg_json item, value;
    while (sg_json_each(list, &at, NULL, &item)) {
        char *path = sg_json_member(item, "path", &value) ? read_path(value) : NULL;
        char *kind = sg_json_member(item, "kind", &value) ? sg_json_strdup(value) : NULL;
        char *hex = sg_json_member(item, "xxh3_128", &value) ? sg_json_strdup(value) : NULL;
        struct sg_receipt_file *file = path && kind ? add_file(files, count, kind, path) : NULL;
        bool good = file && hex && sg_hash_parse(hex, &file->hash) &&
                    sg_json_member(item, "bytes", &value) && sg_json_u64(value, &file->bytes) &&
                    sg_json_member(item, "records", &value) && sg_json_u64(value, &file->records);
        free(path);
        free(kind);
        free(hex);
        if (!good) return false;
    }
    return true;
}

static bool read_counts(struct sg_json map, struct sg_receipt_count **counts, size_t *n) {
    size_t at = 0;
    struct sg_json name, value;
    while (sg_json_each(map, &at, &name, &value)) {
        uint64_t count;
        struct sg_json quoted = {name.text - 1, name.len + 2};
        char *text = sg_json_strdup(quoted);
        bool good = text && sg_json_u64(value, &count);
        if (good) add_count(counts, n, text, count);
        free(text);
        if (!good) return false;
    }
    return true;
}

static bool read_number(struct sg_json map, const char *name, uint64_t *out) {
    struct sg_json value;
    return sg_json_member(map, name, &value) && sg_json_u64(value, out);
}

static bool read_hash(struct sg_json map, const char *name, struct sg_hash128 *out) {
    struct sg_json value;
    char *hex = sg_json_member(map, name, &value) ? sg_json_strdup(value) : NULL;
    bool good = hex && sg_hash_parse(hex, out);
    free(hex);
    return good;
}

static void read_run(struct sg_json run, struct sg_receipt *out) {
    struct sg_json value, item;
    uint64_t threads = 0;
    if (sg_json_member(run, "cpu_seconds", &value)) (void)!sg_json_double(value, &out->cpu_seconds);
    if (sg_json_member(run, "wall_seconds", &value))
        (void)!sg_json_double(value, &out->wall_seconds);
    read_number(run, "peak_bytes", &out->peak_bytes);
    read_number(run, "raw_bytes_in", &out->raw_bytes_in);
    read_number(run, "raw_bytes_out", &out->raw_bytes_out);
    if (read_number(run, "threads", &threads)) out->threads = (unsigned)threads;
    if (!sg_json_member(run, "input_mtimes_ns", &value)) return;
    size_t at = 0;
    for (size_t i = 0; i < out->input_count && sg_json_each(value, &at, NULL, &item); i++) {
        uint64_t ns;
        out->inputs[i].mtime_ns = sg_json_u64(item, &ns) ? (int64_t)ns : 0;
    }
}

static bool read_receipt(struct sg_json all, struct sg_receipt *out) {
    struct sg_json value;
    uint64_t format;
    if (!read_number(all, "sangam_receipt", &format) || format != 1) return false;
    out->stage = sg_json_member(all, "stage", &value) ? sg_json_strdup(value) : NULL;
    out->version = sg_json_member(all, "version", &value) ? sg_json_strdup(value) : NULL;
    if (!sg_json_member(all, "settings", &value)) return false;
    out->settings = sg_strndup(value.text, value.len);
    bool good = out->stage && out->version &&
                read_hash(all, "settings_hash", &out->settings_hash) &&
                read_hash(all, "corpus", &out->corpus) &&
                read_number(all, "records_in", &out->records_in) &&
                read_number(all, "records_out", &out->records_out) &&
                read_number(all, "dropped", &out->dropped) && read_number(all, "bad", &out->bad);
    good = good && sg_json_member(all, "inputs", &value) &&
           read_files(value, &out->inputs, &out->input_count);
    good = good && sg_json_member(all, "outputs", &value) &&
           read_files(value, &out->outputs, &out->output_count);
    good = good && sg_json_member(all, "reasons", &value) &&
           read_counts(value, &out->reasons, &out->reason_count);
    good = good && sg_json_member(all, "counters", &value) &&
           read_counts(value, &out->counters, &out->counter_count);
    if (good && sg_json_member(all, "run", &value)) read_run(value, out);
    return good;
}

enum sg_code sg_receipt_load(const char *path, struct sg_receipt *out, struct sg_err *err) {
    struct sg_buf text = {0};
    struct sg_json all, value;
    struct sg_err cause = {0};
    *out = (struct sg_receipt){0};
    enum sg_code code = sg_file_load(path, RECEIPT_MAX, &text, err);
    if (code != SG_OK) goto out;
    if (sg_json_check(text.data, text.len, &all, &cause) != SG_OK || !read_receipt(all, out)) {
        code = sg_err_set(err, SG_DATA, "not a receipt of this version");
        goto out;
    }
    struct sg_hash128 hash = {0};
    /* ,"hash":" begins 9 bytes before the digits' opening quote's content. */
    if (!read_hash(all, "hash", &hash) || !sg_json_member(all, "hash", &value) ||
        sg_hash_compare(
            hash,
            sg_hash128(all.text, (size_t)(value.text - all.text) - strlen(",\"hash\":"), 0)) != 0)
        code =
            sg_err_set(err, SG_DATA,
                       "the receipt's own checksum is wrong: it was changed after it was written");
out:
    if (code != SG_OK) {
        sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
        sg_receipt_free(out);
    }
    sg_buf_free(&text);
    return code;
}

/* ---- nothing to do? ---- */

static bool same_content(const char *path, const struct sg_receipt_file *known) {
    struct stat stat_now;
    if (stat(path, &stat_now) != 0 || !S_ISREG(stat_now.st_mode) ||
        (uint64_t)stat_now.st_size != known->bytes)
        return false;
    int64_t mtime = (int64_t)stat_now.st_mtim.tv_sec * 1000000000 + stat_now.st_mtim.tv_nsec;
    if (known->mtime_ns == mtime) return true;
    uint64_t bytes;
    struct sg_hash128 hash;
    struct sg_err ignored = {0};
    return sg_file_hash(path, &bytes, &hash, &ignored) == SG_OK && bytes == known->bytes &&
           sg_hash_compare(hash, known->hash) == 0;
}

static const char *changed(const char *path, const struct sg_receipt *receipt, char *const *inputs,
                           size_t input_count) {
    if (receipt->input_count != input_count) return "other inputs";
    for (size_t i = 0; i < input_count; i++) {
        char *known = relative(path, inputs[i]);
        bool same = strcmp(known, receipt->inputs[i].path) == 0 &&
                    same_content(inputs[i], &receipt->inputs[i]);
        free(known);
        if (!same) return "an input changed";
    }
    for (size_t i = 0; i < receipt->output_count; i++) {
        char *output = sg_receipt_resolve(path, receipt->outputs[i].path);
        struct stat stat_now;
        bool there =
            stat(output, &stat_now) == 0 && (uint64_t)stat_now.st_size == receipt->outputs[i].bytes;
        free(output);
        if (!there) return "an output is missing or has another size";
    }
    return NULL;
}

bool sg_receipt_current(const char *path, struct sg_hash128 settings_hash, struct sg_hash128 corpus,
                        char *const *inputs, size_t input_count, const char **why) {
    struct sg_receipt receipt;
    struct sg_err err = {0};
    const char *reason = NULL;
    if (sg_receipt_load(path, &receipt, &err) != SG_OK)
        reason = "no valid receipt";
    else if (sg_hash_compare(receipt.settings_hash, settings_hash) != 0)
        reason = "other settings or version";
    else if (sg_hash_compare(receipt.corpus, corpus) != 0)
        reason = "another corpus";
    else
        reason = changed(path, &receipt, inputs, input_count);
    sg_receipt_free(&receipt);
    if (why) *why = reason;
    return reason == NULL;
}
