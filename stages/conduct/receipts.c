#include "receipts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "io/frames.h"
#include "run/inputs.h"

/* ---- files ---- */

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum sg_code walk(const char *folder, struct files *out, struct sg_err *err) {
    DIR *dir = opendir(folder);
    if (!dir) {
        sg_err_sys(err, "cannot read this folder");
        return sg_err_at(err, folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    enum sg_code code = SG_OK;
    struct dirent *entry;
    while (code == SG_OK && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        char *path = sg_printf_dup("%s/%s", folder, entry->d_name);
        struct stat there;
        if (lstat(path, &there) == 0 && S_ISDIR(there.st_mode)) {
            code = walk(path, out, err);
            free(path);
            continue;
        }
        if ((out->count & (out->count - 1)) == 0) /* grows at 0, 1, 2, 4, 8 ... */
            out->paths =
                sg_realloc(out->paths, (out->count ? 2 * out->count : 1) * sizeof *out->paths);
        out->paths[out->count++] = path;
    }
    closedir(dir);
    return code;
}

enum sg_code files_below(const char *folder, struct files *out, struct sg_err *err) {
    struct stat there;
    *out = (struct files){0};
    if (stat(folder, &there) != 0 && errno == ENOENT) return SG_OK;
    enum sg_code code = walk(folder, out, err);
    if (out->count) qsort(out->paths, out->count, sizeof *out->paths, by_bytes);
    if (code != SG_OK) files_free(out);
    return code;
}

void files_free(struct files *files) {
    for (size_t i = 0; i < files->count; i++) free(files->paths[i]);
    free(files->paths);
    *files = (struct files){0};
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool ends_with(const char *path, const char *end) {
    size_t len = strlen(path), tail = strlen(end);
    return len > tail && strcmp(path + len - tail, end) == 0;
}

bool file_is_receipt(const char *path) {
    return ends_with(path, ".receipt.json");
}

bool file_is_named(const char *path) {
    if (file_is_receipt(path) || ends_with(path, ".statistics.json")) return false;
    return file_is_records(path) || sg_inputs_beside(last_part(path));
}

bool file_is_records(const char *path) {
    enum sg_compression compression;
    const char *name = last_part(path);
    return !sg_inputs_beside(name) && sg_frames_suffix(name, &compression);
}

/* ---- receipts ---- */

enum sg_code receipts_each(const char *folder, receipts_seen *seen, void *context,
                           struct sg_err *err) {
    struct files files;
    enum sg_code code = files_below(folder, &files, err);
    for (size_t i = 0; i < files.count && code == SG_OK; i++) {
        if (!file_is_receipt(files.paths[i])) continue;
        struct sg_receipt receipt = {0};
        struct sg_err cause = {0};
        bool loaded = sg_receipt_load(files.paths[i], &receipt, &cause) == SG_OK;
        code = seen(context, files.paths[i], loaded ? &receipt : NULL, &cause);
        if (code != SG_OK && err && err->code == SG_OK) *err = cause;
        sg_receipt_free(&receipt);
    }
    files_free(&files);
    return code;
}

static void add_receipt(struct receipts_sum *sum, const struct sg_receipt *receipt) {
    struct sg_receipt *all = &sum->all;
    sum->receipts++;
    for (size_t i = 0; i < receipt->input_count; i++) { /* sangam-source.yaml is read, but no input */
        const char *slash = strrchr(receipt->inputs[i].path, '/');
        sum->inputs += !sg_inputs_beside(slash ? slash + 1 : receipt->inputs[i].path);
    }
    all->records_in += receipt->records_in;
    all->records_out += receipt->records_out;
    all->dropped += receipt->dropped;
    all->bad += receipt->bad;
    all->raw_bytes_in += receipt->raw_bytes_in;
    all->raw_bytes_out += receipt->raw_bytes_out;
    all->wall_seconds += receipt->wall_seconds;
    if (receipt->peak_bytes > all->peak_bytes) all->peak_bytes = receipt->peak_bytes;
    for (size_t i = 0; i < receipt->reason_count; i++)
        sg_receipt_reason(all, receipt->reasons[i].name, receipt->reasons[i].count);
    for (size_t i = 0; i < receipt->output_count; i++) {
        const struct sg_receipt_file *file = &receipt->outputs[i];
        if (strcmp(file->kind, "records") == 0) sum->outputs++, sum->bytes += file->bytes;
        if (strcmp(file->kind, "dropped") == 0) sum->ledgers++;
        if (strcmp(file->kind, "bad") == 0) sum->bad_lists++;
    }
}

static enum sg_code sum_one(void *context, const char *path, const struct sg_receipt *receipt,
                            struct sg_err *cause) {
    if (!receipt) return sg_err_at(cause, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    add_receipt(context, receipt);
    return SG_OK;
}

enum sg_code receipts_sum(const char *folder, struct receipts_sum *out, struct sg_err *err) {
    *out = (struct receipts_sum){0};
    enum sg_code code = receipts_each(folder, sum_one, out, err);
    if (code != SG_OK) receipts_sum_free(out);
    return code;
}

void receipts_sum_free(struct receipts_sum *sum) {
    sg_receipt_free(&sum->all);
    *sum = (struct receipts_sum){0};
}
