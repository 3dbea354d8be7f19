#include "program.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "child.h"
#include "text/json.h"

char *program_own_folder(void) {
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0) return sg_strdup(".");
    path[len] = 0;
    char *slash = strrchr(path, '/');
    return slash ? sg_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : sg_strdup(".");
}

static char *if_runs(char *path) {
    if (access(path, X_OK) == 0) return path;
    free(path);
    return NULL;
}

char *program_find(const char *stage) {
    char *own = program_own_folder();
    char *found = if_runs(sg_printf_dup("%s/sangam-%s", own, stage));
    free(own);
    const char *path = getenv("PATH");
    for (const char *at = path; at && !found;) {
        size_t len = strcspn(at, ":");
        if (len) found = if_runs(sg_printf_dup("%.*s/sangam-%s", (int)len, at, stage));
        at = at[len] ? at + len + 1 : NULL;
    }
    return found;
}

/* "no stage 'dedupe': there is no program sangam-dedupe (did you mean 'dedup'?)" */
static enum sg_code no_such(const char *stage, struct sg_err *err) {
    char *own = program_own_folder(), *pattern = sg_printf_dup("%s/sangam-*", own), word[128];
    const char *near = NULL;
    glob_t there = {0};
    if (glob(pattern, 0, NULL, &there) == 0) {
        const char **names = sg_alloc(there.gl_pathc * sizeof *names);
        for (size_t i = 0; i < there.gl_pathc; i++)
            names[i] = strrchr(there.gl_pathv[i], '/') + strlen("/sangam-");
        near = sg_opts_nearest(stage, names, there.gl_pathc);
        free(names);
    }
    sg_err_quote(stage, word, sizeof word);
    enum sg_code code =
        near ? sg_err_set(err, SG_USAGE, "no stage %s, did you mean '%s'?", word, near)
             : sg_err_set(err, SG_USAGE,
                          "no stage %s: there is no program sangam-%s beside sangam or in PATH",
                          word, strlen(stage) < 40 ? stage : "STAGE");
    globfree(&there);
    free(pattern);
    free(own);
    return code;
}

/* ---- the contract ---- */

static char *text_of(struct sg_json object, const char *name) {
    struct sg_json value;
    return sg_json_member(object, name, &value) ? sg_json_strdup(value) : NULL;
}

static bool type_of(const char *word, enum sg_option_type *out) {
    static const char *const words[] = {"flag",  "text",   "count", "number",
                                        "bytes", "choice", "list",  "limit"};
    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) != 0) continue;
        *out = (enum sg_option_type)i;
        return true;
    }
    return false;
}

static bool read_options(struct sg_json list, struct program *out) {
    struct sg_json item, value;
    size_t at = 0;
    out->options = sg_zalloc(1, sizeof *out->options);
    while (sg_json_each(list, &at, NULL, &item)) {
        out->options = sg_realloc(out->options, (out->count + 2) * sizeof *out->options);
        struct sg_option *row = &out->options[out->count++];
        char *type = text_of(item, "type");
        *row = (struct sg_option){.name = text_of(item, "name"),
                                  .value = text_of(item, "value"),
                                  .initial = text_of(item, "initial"),
                                  .help = text_of(item, "help")};
        out->options[out->count] = (struct sg_option){0};
        bool good = row->name && type_of(type, &row->type);
        if (sg_json_member(item, "result", &value))
            good = sg_json_bool(value, &row->result) && good;
        free(type);
        if (!good || (row->type == SG_OPTION_CHOICE && !row->value)) return false;
    }
    return true;
}

static enum sg_code read_contract(const struct sg_buf *text, struct program *out,
                                  struct sg_err *err) {
    struct sg_json all, options;
    struct sg_err cause = {0};
    char name[256];
    sg_err_quote(out->path, name, sizeof name);
    if (sg_json_check(text->data ? text->data : "", text->len, &all, &cause) != SG_OK)
        return sg_err_set(err, SG_SYSTEM,
                          "%s does not say which options it has (--generate contract)", name);
    char *version = text_of(all, "version"), shown[128];
    enum sg_code code = SG_OK;
    if (!version || strcmp(version, SANGAM_VERSION) != 0)
        code = sg_err_set(
            err, SG_USAGE, "%s is of version %s, sangam is %s: use programs of one version", name,
            sg_err_quote(version ? version : "", shown, sizeof shown), SANGAM_VERSION);
    else if (!sg_json_member(all, "options", &options) || !read_options(options, out))
        code = sg_err_set(err, SG_SYSTEM, "%s: its contract has no sound list of options", name);
    free(version);
    return code;
}

static bool sound_name(const char *stage) {
    if (!*stage) return false;
    for (const char *c = stage; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-') return false;
    return true;
}

enum sg_code program_load(const char *stage, struct program *out, struct sg_err *err) {
    struct sg_buf text = {0};
    struct child_end end = {0};
    *out = (struct program){0};
    if (sound_name(stage)) out->path = program_find(stage);
    if (!out->path) return no_such(stage, err);
    char ask[] = "--generate", what[] = "contract";
    char *argv[] = {out->path, ask, what, NULL};
    enum sg_code code = child_capture(argv, &text, &end, err);
    if (code == SG_OK && (end.signal || end.exit_code))
        code = sg_err_set(err, SG_SYSTEM, "%s --generate contract failed", out->path);
    if (code == SG_OK) code = read_contract(&text, out, err);
    sg_buf_free(&text);
    if (code != SG_OK) program_free(out);
    return code;
}

void program_free(struct program *program) {
    for (size_t i = 0; i < program->count; i++) {
        free((char *)(uintptr_t)program->options[i].name);
        free((char *)(uintptr_t)program->options[i].value);
        free((char *)(uintptr_t)program->options[i].initial);
        free((char *)(uintptr_t)program->options[i].help);
    }
    free(program->options);
    free(program->path);
    *program = (struct program){0};
}

const struct sg_option *program_option(const struct program *program, const char *name) {
    for (size_t i = 0; i < program->count; i++)
        if (strcmp(program->options[i].name, name) == 0) return &program->options[i];
    return NULL;
}
