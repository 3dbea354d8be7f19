#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/publish.h"

#define MARK ".sangam-shard"
#define DEPTH_MAX 16 /* a release has 2 levels */

static enum sg_code failed(const char *path, const char *what, struct sg_err *err) {
    sg_err_sys(err, "%s", what);
    return sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static bool exists(const char *folder, const char *name) {
    char *path = sg_printf_dup("%s/%s", folder, name);
    struct stat there;
    bool found = lstat(path, &there) == 0;
    free(path);
    return found;
}

/* ---- listing ---- */

static void add_name(struct shard_names *names, char *name) {
    if (names->count == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 64;
        names->items = sg_realloc(names->items, names->cap * sizeof *names->items);
    }
    names->items[names->count++] = name;
}

static enum sg_code list(const char *folder, const char *below, int depth, struct shard_names *out, struct sg_err *err) {
    char *path = below[0] ? sg_printf_dup("%s/%s", folder, below) : sg_strdup(folder);
    DIR *open_folder = opendir(path);
    enum sg_code code = open_folder ? SG_OK : failed(path, "cannot read the folder", err);
    for (struct dirent *entry; code == SG_OK && (entry = readdir(open_folder));) {
        struct stat there;
        if (entry->d_name[0] == '.') continue;
        char *name = below[0] ? sg_printf_dup("%s/%s", below, entry->d_name) : sg_strdup(entry->d_name);
        bool is_folder = fstatat(dirfd(open_folder), entry->d_name, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(there.st_mode);
        if (is_folder && depth < DEPTH_MAX) {
            code = list(folder, name, depth + 1, out, err);
            free(name);
        } else add_name(out, name);
    }
    if (open_folder) closedir(open_folder);
    free(path);
    return code;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

enum sg_code shard_place_list(const char *folder, struct shard_names *out, struct sg_err *err) {
    *out = (struct shard_names){0};
    enum sg_code code = list(folder, "", 0, out, err);
    if (out->count) qsort(out->items, out->count, sizeof *out->items, by_bytes);
    return code;
}

void shard_names_free(struct shard_names *names) {
    for (size_t i = 0; i < names->count; i++) free(names->items[i]);
    free(names->items);
    *names = (struct shard_names){0};
}

/* ---- whose folder ---- */

/* A manifest of ours says which tool made it. */
static bool has_our_manifest(const char *folder) {
    struct shard_manifest manifest;
    struct sg_err err = {0};
    struct sg_json tool;
    struct sg_buf name = {0};
    char *path = sg_printf_dup("%s/" SHARD_MANIFEST, folder);
    bool ours = shard_manifest_read(path, &manifest, &err) == SG_OK && sg_json_member(manifest.root, "tool", &tool) &&
                sg_json_string(tool, &name, NULL) && name.len > 6 && memcmp(name.data, "sangam", 6) == 0;
    sg_buf_free(&name);
    shard_manifest_free(&manifest);
    free(path);
    return ours;
}

static enum sg_code first_visible(const char *folder, char **name, struct sg_err *err) {
    DIR *open_folder = opendir(folder);
    *name = NULL;
    if (!open_folder) return failed(folder, "cannot read the folder", err);
    for (struct dirent *entry; !*name && (entry = readdir(open_folder));)
        if (entry->d_name[0] != '.') *name = sg_strdup(entry->d_name);
    closedir(open_folder);
    return SG_OK;
}

enum sg_code shard_place_claim(const char *folder, struct sg_err *err) {
    char *visible = NULL, quoted[80];
    enum sg_code code = first_visible(folder, &visible, err);
    if (code == SG_OK && visible && !exists(folder, MARK) && !has_our_manifest(folder)) {
        sg_err_set(err, SG_USAGE, "holds %s and no release of ours: give an empty folder, or one that sangam-shard wrote",
                   sg_err_quote(visible, quoted, sizeof quoted));
        code = sg_err_at(err, folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    free(visible);
    return code;
}

static enum sg_code mark(const char *folder, struct sg_err *err) {
    static const char text[] = "sangam-shard is at work here, or was interrupted; run it again to finish.\n";
    char *path = sg_printf_dup("%s/" MARK, folder);
    enum sg_code code = sg_publish_bytes(path, text, sizeof text - 1, err);
    free(path);
    return code;
}

/* ---- clearing ---- */

static enum sg_code remove_file(const char *folder, const char *name, struct sg_err *err) {
    char *path = sg_printf_dup("%s/%s", folder, name);
    enum sg_code code = unlink(path) != 0 && errno != ENOENT ? failed(path, "cannot be removed", err) : SG_OK;
    free(path);
    return code;
}

static enum sg_code sync_folder(const char *folder, struct sg_err *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed(folder, "cannot be opened", err);
    enum sg_code code = fsync(fd) != 0 && errno != EINVAL ? failed(folder, "cannot be brought to disk", err) : SG_OK;
    close(fd);
    return code;
}

static int compare_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* LANG_Script/train/part-...: nothing else in the folder was written by us in an earlier run. */
static bool is_our_shard(const char *name) {
    const char *first = strchr(name, '/'), *last = strrchr(name, '/');
    size_t split = strlen(SHARD_FOLDER_SPLIT);
    return first && last == first + 1 + split && strncmp(first + 1, SHARD_FOLDER_SPLIT, split) == 0 &&
           shard_folder_is_part(last + 1);
}

static void remove_empty_folders(const char *folder, const char *name) {
    char *path = sg_printf_dup("%s/%s", folder, name);
    for (int level = 0; level < 2; level++) {
        *strrchr(path, '/') = 0;
        if (rmdir(path) != 0) break; /* not empty: fine */
    }
    free(path);
}

enum sg_code shard_place_clear(const char *folder, const struct shard_gather *plan, struct sg_err *err) {
    static const char *const first[] = {SHARD_MANIFEST, SHARD_SUMS, SHARD_RUN, SHARD_CARD};
    enum sg_code code = mark(folder, err);
    for (size_t i = 0; i < sizeof first / sizeof *first && code == SG_OK; i++) code = remove_file(folder, first[i], err);
    if (code == SG_OK) code = sync_folder(folder, err); /* from here on it is no release, whatever happens */

    const char **planned = sg_zalloc(plan->count + 1, sizeof *planned);
    struct shard_names names = {0};
    for (size_t i = 0; i < plan->count; i++) planned[i] = plan->tasks[i].part.path;
    if (plan->count) qsort(planned, plan->count, sizeof *planned, compare_text);
    if (code == SG_OK) code = shard_place_list(folder, &names, err);
    for (size_t i = 0; i < names.count && code == SG_OK; i++) {
        const char *name = names.items[i];
        bool wanted = plan->count && bsearch(&name, planned, plan->count, sizeof *planned, compare_text);
        if (wanted || !is_our_shard(name)) continue;
        code = remove_file(folder, name, err);
        remove_empty_folders(folder, name);
    }
    shard_names_free(&names);
    free(planned);
    return code;
}

enum sg_code shard_place_unmark(const char *folder, struct sg_err *err) { return remove_file(folder, MARK, err); }
