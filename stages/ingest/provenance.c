#include "provenance.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "charset.h"
#include "run/config.h"
#include "run/opts.h"

static const char *const keys[] = {"owner", "source", "license", "url", "date", "charset"};
#define KEYS (sizeof keys / sizeof *keys)

void provenances_init(struct provenances *all, const struct provenance *line, bool ignore_files) {
    *all = (struct provenances){.line = *line, .ignore_files = ignore_files};
}

void provenances_free(struct provenances *all) {
    for (size_t i = 0; i < all->count; i++) {
        sg_config_free(all->found[i]->file);
        free(all->found[i]->path);
        free(all->found[i]);
    }
    free(all->found);
    free(all->last_folder);
    *all = (struct provenances){0};
}

static const char **value_of(struct provenance *provenance, size_t key) {
    const char **const values[KEYS] = {&provenance->owner,   &provenance->source,
                                       &provenance->license, &provenance->url,
                                       &provenance->date,    &provenance->charset};
    return values[key];
}

static enum sg_code take_key(struct provenance *into, const struct sg_config *item,
                             struct sg_err *err) {
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(item->key, keys[i]) != 0) continue;
        if (item->kind != SG_CONFIG_SCALAR)
            return sg_config_error(item, err, "'%s' must be text", item->key);
        if (strcmp(keys[i], "charset") == 0 && item->text[0] && !charset_known(item->text))
            return sg_config_error(item, err, "'%s' is no charset that can be decoded", item->text);
        *value_of(into, i) = item->text;
        return SG_OK;
    }
    const char *nearest = sg_opts_nearest(item->key, keys, KEYS);
    if (nearest)
        return sg_config_error(item, err, "unknown key '%s', did you mean '%s'?", item->key,
                               nearest);
    return sg_config_error(
        item, err, "unknown key '%s': owner, source, license, url, date and charset are known",
        item->key);
}

static enum sg_code load(struct provenances *all, const char *path, const struct provenance **out,
                         struct sg_err *err) {
    struct provenance *made = sg_alloc(sizeof *made);
    *made = all->line;
    made->path = sg_strdup(path);
    all->found = sg_realloc(all->found, (all->count + 1) * sizeof *all->found);
    all->found[all->count++] = made;
    enum sg_code code = sg_config_load(path, &made->file, err);
    if (code != SG_OK) return code;
    if (made->file->kind != SG_CONFIG_MAP &&
        !(made->file->kind == SG_CONFIG_SCALAR && !made->file->text[0]))
        return sg_config_error(made->file, err, "must be lines of 'key: value'");
    for (size_t i = 0; i < made->file->count && code == SG_OK; i++)
        code = take_key(made, &made->file->items[i], err);
    *out = made;
    return code;
}

/* The one already read from this path; newest first, for neighbours share it. */
static const struct provenance *already(const struct provenances *all, const char *path) {
    for (size_t i = all->count; i > 0 && i + 64 > all->count; i--)
        if (strcmp(all->found[i - 1]->path, path) == 0) return all->found[i - 1];
    return NULL;
}

/* "a/b" becomes "a", "/a" becomes "/", "a" becomes ".". */
static void to_parent(char *folder) {
    char *slash = strrchr(folder, '/');
    if (!slash)
        strcpy(folder, ".");
    else if (slash == folder)
        folder[1] = 0;
    else
        *slash = 0;
}

static enum sg_code search(struct provenances *all, const char *top, const char *start,
                           const struct provenance **out, struct sg_err *err) {
    char *folder = sg_alloc(strlen(start) + 2);
    strcpy(folder, start);
    enum sg_code code = SG_OK;
    for (;;) {
        char *path = sg_printf_dup("%s/%s", folder, PROVENANCE_FILE);
        *out = already(all, path);
        bool there = !*out && access(path, F_OK) == 0;
        if (there) code = load(all, path, out, err);
        free(path);
        if (*out || there || strlen(folder) <= strlen(top)) break;
        to_parent(folder);
    }
    if (!*out) *out = &all->line;
    free(folder);
    return code;
}

enum sg_code provenances_find(struct provenances *all, const char *root, const char *path,
                              const struct provenance **out, struct sg_err *err) {
    *out = &all->line;
    if (all->ignore_files || strcmp(path, "-") == 0) return SG_OK;
    char *folder = sg_alloc(strlen(path) + 2);
    strcpy(folder, path);
    to_parent(folder);
    enum sg_code code = SG_OK;
    if (all->last_folder && strcmp(folder, all->last_folder) == 0) {
        *out = all->last;
        free(folder);
        return SG_OK;
    }
    code = search(all, root[0] ? root : folder, folder, out, err);
    free(all->last_folder);
    all->last_folder = folder;
    all->last = *out;
    return code;
}
