#include "release.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/file.h"
#include "text/json.h"

#define MANIFEST_MAX (1u << 30)

static char *manifest_of(const char *folder) {
    return sg_printf_dup("%s/manifest.json", folder);
}

bool release_is(const char *folder) {
    char *path = manifest_of(folder);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static bool number(struct sg_json object, const char *name, uint64_t *out) {
    struct sg_json value;
    return sg_json_member(object, name, &value) && sg_json_u64(value, out);
}

static void add_count(struct release_count **counts, size_t *count, char *name,
                      uint64_t documents) {
    *counts = sg_realloc(*counts, (*count + 1) * sizeof **counts);
    (*counts)[(*count)++] = (struct release_count){.name = name, .documents = documents};
}

/* The total of everything has no language; the others are added under "hin_Deva". */
static bool read_total(struct sg_json total, struct release *out) {
    struct sg_json value;
    uint64_t documents;
    char *language = sg_json_member(total, "language", &value) ? sg_json_strdup(value) : NULL;
    char *script = sg_json_member(total, "language_script", &value) ? sg_json_strdup(value) : NULL;
    bool good = language && script && number(total, "documents", &documents);
    if (good && !*language) {
        good = number(total, "bytes", &out->bytes) && number(total, "raw_bytes", &out->raw_bytes);
        out->documents = documents;
    } else if (good) {
        char *name = *script ? sg_printf_dup("%s_%s", language, script) : sg_strdup(language);
        bool again = false; /* several splits of one language */
        for (size_t i = 0; i < out->language_count && !again; i++) {
            again = strcmp(out->languages[i].name, name) == 0;
            if (again) out->languages[i].documents += documents;
        }
        if (again)
            free(name);
        else
            add_count(&out->languages, &out->language_count, name, documents);
    }
    free(language);
    free(script);
    return good;
}

static bool read_dropped(struct sg_json reasons, struct release *out) {
    struct sg_json name, value;
    size_t at = 0;
    while (sg_json_each(reasons, &at, &name, &value)) {
        uint64_t documents;
        if (!sg_json_u64(value, &documents)) return false;
        add_count(&out->reasons, &out->reason_count,
                  sg_json_strdup((struct sg_json){name.text - 1, name.len + 2}), documents);
        out->dropped += documents;
    }
    return true;
}

static bool read_manifest(struct sg_json all, struct release *out) {
    struct sg_json value, item;
    size_t at = 0;
    if (!sg_json_member(all, "input", &value) || !number(value, "documents", &out->documents_in))
        return false;
    if (!sg_json_member(all, "shards", &value)) return false;
    while (sg_json_each(value, &at, NULL, &item)) out->shards++;
    if (!sg_json_member(all, "totals", &value)) return false;
    for (at = 0; sg_json_each(value, &at, NULL, &item);)
        if (!read_total(item, out)) return false;
    return !sg_json_member(all, "dropped", &value) || read_dropped(value, out);
}

static int most_first(const void *a, const void *b) {
    const struct release_count *x = a, *y = b;
    if (x->documents != y->documents) return x->documents < y->documents ? 1 : -1;
    return strcmp(x->name, y->name);
}

enum sg_code release_load(const char *folder, struct release *out, struct sg_err *err) {
    struct sg_buf text = {0};
    struct sg_json all;
    struct sg_err cause = {0};
    char *path = manifest_of(folder);
    *out = (struct release){0};
    enum sg_code code = sg_file_load(path, MANIFEST_MAX, &text, err);
    if (code == SG_OK &&
        (sg_json_check(text.data ? text.data : "", text.len, &all, &cause) != SG_OK ||
         !read_manifest(all, out))) {
        sg_err_set(err, SG_DATA, "not a manifest of this version");
        code = sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (out->language_count)
        qsort(out->languages, out->language_count, sizeof *out->languages, most_first);
    sg_buf_free(&text);
    free(path);
    if (code != SG_OK) release_free(out);
    return code;
}

void release_free(struct release *release) {
    for (size_t i = 0; i < release->language_count; i++) free(release->languages[i].name);
    for (size_t i = 0; i < release->reason_count; i++) free(release->reasons[i].name);
    free(release->languages);
    free(release->reasons);
    *release = (struct release){0};
}
