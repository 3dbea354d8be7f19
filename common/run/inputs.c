/*
 * Arguments become files in three steps: expand (lists, globs), walk (folders), sort and check names.
 * Memory: one entry a file. Everything runs before the first thread starts.
 */
#include "run/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/frames.h"

#define LIST_MAX (1u << 30)
#define DEPTH_MAX 256 /* folders in folders; a loop of links ends here at the latest */

struct search {
    struct sg_inputs *out;
    const struct sg_inputs_options *options;
    char *root_real;   /* of the folder being walked */
    char *output_real; /* NULL: none */
    const char *root;  /* the INPUT argument */
    struct sg_err *err;
};

static bool ends_with(const char *name, const char *ending) {
    size_t len = strlen(name), tail = strlen(ending);
    return len >= tail && strcmp(name + len - tail, ending) == 0;
}

bool sg_inputs_beside(const char *file_name) {
    return file_name[0] == '.' || strcmp(file_name, "sangam-source.yaml") == 0 ||
           ends_with(file_name, ".receipt.json") || ends_with(file_name, ".dropped.jsonl.zst") ||
           ends_with(file_name, ".bad.zst") || ends_with(file_name, ".statistics.json");
}

char *sg_inputs_chain_name(const char *name) {
    static const char *const endings[] = {".jsonl.zst", ".jsonl.gz", ".jsonl.xz", ".jsonl.bz2",
                                          ".jsonl"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, endings[i]))
            return sg_printf_dup("%.*s.jsonl.zst", (int)(strlen(name) - strlen(endings[i])), name);
    return sg_printf_dup("%s.jsonl.zst", name);
}

static void add_item(struct search *search, const char *path, const char *name,
                     const struct stat *stat) {
    struct sg_inputs *out = search->out;
    if ((out->count & (out->count - 1)) == 0)
        out->items = sg_realloc(out->items, (out->count ? 2 * out->count : 1) * sizeof *out->items);
    bool regular = stat && S_ISREG(stat->st_mode);
    out->items[out->count++] = (struct sg_input){.path = sg_strdup(path),
                                                 .name = sg_strdup(name),
                                                 .root = sg_strdup(search->root),
                                                 .regular = regular,
                                                 .bytes = regular ? (uint64_t)stat->st_size : 0};
}

static void add_skipped(struct search *search, const char *path, const char *name,
                        const char *reason) {
    struct sg_inputs *out = search->out;
    out->skipped = sg_realloc(out->skipped, (out->skipped_count + 1) * sizeof *out->skipped);
    out->skipped[out->skipped_count++] = (struct sg_input_skipped){
        .path = sg_strdup(path), .name = sg_strdup(name), .reason = reason};
}

/* ---- folders ---- */

static bool is_below(const char *path, const char *folder) {
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 &&
           (path[len] == '/' || path[len] == 0 || strcmp(folder, "/") == 0);
}

static enum sg_code walk(struct search *search, const char *path, const char *name, int depth);

/* A link inside a folder: into the tree it is followed, out of it only with --follow. */
static bool link_is_followed(struct search *search, const char *path) {
    if (search->options->follow) return true;
    char *real = realpath(path, NULL);
    bool inside = real && is_below(real, search->root_real);
    free(real);
    return inside;
}

static enum sg_code visit(struct search *search, const char *path, const char *name, int depth) {
    const char *last = strrchr(name, '/');
    last = last ? last + 1 : name;
    if (sg_inputs_beside(last)) {
        search->out->ignored++;
        return SG_OK;
    }
    struct stat stat_link, stat_file;
    if (lstat(path, &stat_link) != 0) {
        sg_err_sys(search->err, "cannot look at it");
        return sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    stat_file = stat_link;
    if (S_ISLNK(stat_link.st_mode) &&
        (!link_is_followed(search, path) || stat(path, &stat_file) != 0)) {
        add_skipped(search, path, name, "unsupported: link");
        return SG_OK;
    }
    if (S_ISDIR(stat_file.st_mode)) return walk(search, path, name, depth + 1);
    if (!S_ISREG(stat_file.st_mode)) {
        add_skipped(search, path, name, "unsupported: special file");
        return SG_OK;
    }
    enum sg_compression compression;
    if (search->options->want == SG_INPUTS_CHAIN && !sg_frames_suffix(last, &compression))
        search->out->ignored++;
    else
        add_item(search, path, name, &stat_file);
    return SG_OK;
}

static enum sg_code walk(struct search *search, const char *path, const char *name, int depth) {
    enum sg_code code = SG_OK;
    if (depth > DEPTH_MAX) {
        sg_err_set(search->err, SG_SYSTEM,
                   "folders are nested more than %d deep (a loop of links?)", DEPTH_MAX);
        return sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (search->output_real) {
        char *real = realpath(path, NULL);
        bool is_output = real && strcmp(real, search->output_real) == 0;
        free(real);
        if (is_output) return SG_OK;
    }
    DIR *folder = opendir(path);
    if (!folder) {
        sg_err_sys(search->err, "cannot read this folder");
        return sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    struct dirent *entry;
    while (code == SG_OK && (errno = 0, entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char *below = sg_printf_dup("%s%s%s", path, ends_with(path, "/") ? "" : "/", entry->d_name);
        char *below_name =
            name[0] ? sg_printf_dup("%s/%s", name, entry->d_name) : sg_strdup(entry->d_name);
        code = visit(search, below, below_name, depth);
        free(below);
        free(below_name);
    }
    if (code == SG_OK && errno != 0) {
        sg_err_sys(search->err, "cannot read this folder");
        code = sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    closedir(folder);
    return code;
}

/* ---- arguments ---- */

static enum sg_code add_file_or_folder(struct search *search, const char *path) {
    struct stat stat_file;
    if (stat(path, &stat_file) != 0) {
        sg_err_sys(search->err, "cannot open input");
        return sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (!S_ISDIR(stat_file.st_mode)) {
        const char *slash = strrchr(path, '/');
        search->root = "";
        if (access(path, R_OK) != 0) {
            sg_err_sys(search->err, "cannot open input");
            return sg_err_at(search->err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
        }
        add_item(search, path, slash ? slash + 1 : path, &stat_file);
        return SG_OK;
    }
    search->out->many = true;
    search->root = path;
    search->root_real = realpath(path, NULL);
    enum sg_code code = search->root_real
                            ? walk(search, path, "", 0)
                            : sg_err_sys(search->err, "cannot find the folder '%s'", path);
    free(search->root_real);
    search->root_real = NULL;
    return code;
}

static enum sg_code add_list(struct search *search, const char *path) {
    struct sg_buf text = {0};
    enum sg_code code = sg_file_load(path, LIST_MAX, &text, search->err);
    search->out->many = true;
    bool nul = code == SG_OK && text.len && memchr(text.data, 0, text.len);
    for (size_t at = 0; code == SG_OK && at < text.len;) {
        const char *end = memchr(text.data + at, nul ? 0 : '\n', text.len - at);
        size_t len = end ? (size_t)(end - (text.data + at)) : text.len - at;
        size_t used = !nul && len && text.data[at + len - 1] == '\r' ? len - 1 : len;
        char *item = sg_strndup(text.data + at, used);
        if (used) code = add_file_or_folder(search, item);
        free(item);
        at += len + 1;
    }
    sg_buf_free(&text);
    return code;
}

static enum sg_code add_glob(struct search *search, const char *pattern) {
    glob_t found;
    int answer = glob(pattern, GLOB_NOSORT, NULL, &found);
    if (answer == GLOB_NOMATCH)
        return sg_err_set(search->err, SG_SYSTEM, "no file matches the pattern '%s'", pattern);
    if (answer != 0) return sg_err_sys(search->err, "cannot expand the pattern '%s'", pattern);
    enum sg_code code = SG_OK;
    search->out->many = true;
    for (size_t i = 0; code == SG_OK && i < found.gl_pathc; i++) {
        const char *slash = strrchr(found.gl_pathv[i], '/');
        if (sg_inputs_beside(slash ? slash + 1 : found.gl_pathv[i]))
            search->out->ignored++;
        else
            code = add_file_or_folder(search, found.gl_pathv[i]);
    }
    globfree(&found);
    return code;
}

static enum sg_code add_argument(struct search *search, const char *argument) {
    struct stat stat_file;
    search->root = "";
    if (strcmp(argument, "-") == 0) {
        add_item(search, "-", "-", NULL);
        return SG_OK;
    }
    if (argument[0] == '@') return add_list(search, argument[1] ? argument + 1 : "-");
    if (strpbrk(argument, "*?[") && lstat(argument, &stat_file) != 0)
        return add_glob(search, argument);
    return add_file_or_folder(search, argument);
}

/* ---- order and names ---- */

static int by_name_then_path(const void *a, const void *b) {
    const struct sg_input *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->path, y->path);
}

static int by_skipped_name(const void *a, const void *b) {
    return strcmp(((const struct sg_input_skipped *)a)->name,
                  ((const struct sg_input_skipped *)b)->name);
}

static int by_output(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(x[0], y[0]);
}

/* Two inputs that would give one output file. Rows are (output name, path). */
static enum sg_code check_outputs(const struct sg_inputs *inputs, struct sg_err *err) {
    enum sg_code code = SG_OK;
    const char *(*rows)[2] = sg_zalloc(inputs->count, sizeof *rows);
    for (size_t i = 0; i < inputs->count; i++) {
        rows[i][0] = sg_inputs_chain_name(inputs->items[i].name);
        rows[i][1] = inputs->items[i].path;
    }
    qsort(rows, inputs->count, sizeof *rows, by_output);
    for (size_t i = 1; i < inputs->count && code == SG_OK; i++)
        if (strcmp(rows[i - 1][0], rows[i][0]) == 0)
            code = sg_err_set(err, SG_USAGE,
                              "two inputs would give one output '%s': '%s' and '%s'; "
                              "give their common parent folder instead",
                              rows[i][0], rows[i - 1][1], rows[i][1]);
    for (size_t i = 0; i < inputs->count; i++) free((char *)(uintptr_t)rows[i][0]);
    free(rows);
    return code;
}

enum sg_code sg_inputs_find(struct sg_inputs *out, size_t count, char *const *args,
                            const struct sg_inputs_options *options, struct sg_err *err) {
    *out = (struct sg_inputs){.many = count > 1};
    struct search search = {.out = out, .options = options, .err = err};
    if (options->output && strcmp(options->output, "-") != 0 && sg_file_is_folder(options->output))
        search.output_real = realpath(options->output, NULL);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < count && code == SG_OK; i++) code = add_argument(&search, args[i]);
    free(search.output_real);
    if (code == SG_OK && out->count)
        qsort(out->items, out->count, sizeof *out->items, by_name_then_path);
    if (code == SG_OK && out->skipped_count)
        qsort(out->skipped, out->skipped_count, sizeof *out->skipped, by_skipped_name);
    /* ingest packs texts, so only it knows its outputs */
    if (code == SG_OK && out->count && options->want == SG_INPUTS_CHAIN)
        code = options->one_output ? SG_OK : check_outputs(out, err);
    if (code != SG_OK) sg_inputs_free(out);
    return code;
}

void sg_inputs_free(struct sg_inputs *inputs) {
    for (size_t i = 0; i < inputs->count; i++) {
        free(inputs->items[i].path);
        free(inputs->items[i].name);
        free(inputs->items[i].root);
    }
    for (size_t i = 0; i < inputs->skipped_count; i++) {
        free(inputs->skipped[i].path);
        free(inputs->skipped[i].name);
    }
    free(inputs->items);
    free(inputs->skipped);
    *inputs = (struct sg_inputs){0};
}
