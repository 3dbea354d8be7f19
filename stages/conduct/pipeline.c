#include "pipeline.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "run/config.h"

#define WORD 160

/* ---- where the file is ---- */

/* Installed: PREFIX/bin and PREFIX/share. In a build tree: configs beside or above build/. */
static const char *const shipped[] = {"../share/sangam/pipelines", "../configs/pipelines",
                                      "../../configs/pipelines"};

static bool bare_name(const char *word) {
    size_t len = strlen(word);
    bool yaml = (len > 5 && strcmp(word + len - 5, ".yaml") == 0) ||
                (len > 4 && strcmp(word + len - 4, ".yml") == 0);
    return !yaml && !strchr(word, '/');
}

/* Names of the shipped pipelines, for a message: "regional, web". */
static void list_shipped(const char *own, struct sg_buf *out) {
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped && out->len == 0; i++) {
        char *pattern = sg_printf_dup("%s/%s/*.yaml", own, shipped[i]);
        glob_t there = {0};
        if (glob(pattern, 0, NULL, &there) == 0) {
            for (size_t k = 0; k < there.gl_pathc; k++) {
                const char *name = strrchr(there.gl_pathv[k], '/') + 1;
                sg_buf_printf(out, "%s%.*s", out->len ? ", " : "", (int)strcspn(name, "."), name);
            }
        }
        globfree(&there);
        free(pattern);
    }
    sg_buf_str(out);
}

static enum sg_code find_file(const char *word, char **path, struct sg_err *err) {
    *path = NULL;
    if (!bare_name(word)) {
        *path = sg_strdup(word);
        return SG_OK;
    }
    char *own = program_own_folder(), shown[WORD];
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped && !*path; i++) {
        *path = sg_printf_dup("%s/%s/%s.yaml", own, shipped[i], word);
        if (access(*path, R_OK) == 0) break;
        free(*path);
        *path = NULL;
    }
    if (!*path && access(word, R_OK) == 0) *path = sg_strdup(word);
    enum sg_code code = SG_OK;
    if (!*path) {
        struct sg_buf names = {0};
        list_shipped(own, &names);
        code = sg_err_set(
            err, SG_USAGE,
            "no pipeline %s: give a .yaml file, or the name of one that comes with sangam (%s)",
            sg_err_quote(word, shown, sizeof shown), names.len ? names.data : "none found");
        sg_buf_free(&names);
    }
    free(own);
    return code;
}

/* ---- settings ---- */

/* What sangam itself decides for every stage. */
static const char *const ours[] = {"output", "threads",  "memory",  "quiet",   "verbose",
                                   "log",    "progress", "dry-run", "receipt", "dropped",
                                   "bad",    "help",     "version", "generate"};

static bool is_ours(const char *name) {
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name, ours[i]) == 0) return true;
    return false;
}

/* "duplicate_ids" -> "duplicate-ids"; caller frees. */
static char *with_hyphens(const char *key, size_t len) {
    char *name = sg_strndup(key, len);
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
    return name;
}

/* The option that a key means, or NULL with the cause in why: never one of ours. */
static const struct sg_option *option_for(const struct step *step, const char *key, size_t len,
                                          char why[400]) {
    char *name = with_hyphens(key, len), shown[WORD];
    const struct sg_option *option = program_option(&step->program, name);
    if (option && is_ours(name)) {
        bool core = strcmp(name, "threads") == 0 || strcmp(name, "memory") == 0 ||
                    strcmp(name, "output") == 0;
        snprintf(why, 400, "'%s' is not a key of a pipeline: sangam sets it for all stages%s", name,
                 core ? " (-j, --memory, -o)" : "");
        option = NULL;
    } else if (!option) {
        const char **names = sg_alloc((step->program.count + 1) * sizeof *names);
        size_t count = 0;
        for (size_t i = 0; i < step->program.count; i++)
            if (!is_ours(step->program.options[i].name))
                names[count++] = step->program.options[i].name;
        const char *near = sg_opts_nearest(name, names, count);
        sg_err_quote(name, shown, sizeof shown);
        if (near)
            snprintf(why, 400, "unknown key %s, did you mean '%s'?", shown, near);
        else
            snprintf(why, 400, "unknown key %s: 'sangam-%s --help' lists all", shown, step->stage);
        free(names);
    }
    free(name);
    return option;
}

static void add_setting(struct step *step, const struct sg_option *option, const char *value) {
    step->settings = sg_realloc(step->settings, (step->count + 1) * sizeof *step->settings);
    step->settings[step->count++] = (struct setting){.option = option, .value = sg_strdup(value)};
}

static bool has_setting(const struct step *step, const struct sg_option *option) {
    for (size_t i = 0; i < step->count; i++)
        if (step->settings[i].option == option) return true;
    return false;
}

static void drop_settings(struct step *step, const struct sg_option *option) {
    size_t kept = 0;
    for (size_t i = 0; i < step->count; i++) {
        if (step->settings[i].option == option)
            free(step->settings[i].value);
        else
            step->settings[kept++] = step->settings[i];
    }
    step->count = kept;
}

static const char *const kinds[] = {"a single value", "a mapping", "a list"};

static enum sg_code value_error(const struct sg_config *node, const char *name, const char *cause,
                                struct sg_err *err) {
    /* the place of the value, not of the key: that is what is wrong */
    return sg_err_set(err, SG_USAGE, "%s:%d:%d: %s: %s", node->file, node->line, node->column, name,
                      cause);
}

static enum sg_code add_scalar(struct step *step, const struct sg_option *option,
                               const struct sg_config *node, struct sg_err *err) {
    struct sg_err cause = {0};
    if (node->kind != SG_CONFIG_SCALAR) {
        char text[128];
        snprintf(text, sizeof text, "takes %s, not %s", kinds[SG_CONFIG_SCALAR], kinds[node->kind]);
        return value_error(node, option->name, text, err);
    }
    if (sg_opts_check(option, node->text, &cause) != SG_OK)
        return value_error(node, option->name, cause.text, err);
    add_setting(step, option, node->text);
    return SG_OK;
}

/* set: {whitespace: off, nfc: on} -> --set whitespace=off --set nfc=on */
static enum sg_code add_pairs(struct step *step, const struct sg_option *option,
                              const struct sg_config *map, struct sg_err *err) {
    for (size_t i = 0; i < map->count; i++) {
        const struct sg_config *item = &map->items[i];
        if (item->kind != SG_CONFIG_SCALAR)
            return value_error(item, item->key, "takes a single value", err);
        char *pair = sg_printf_dup("%s=%s", item->key, item->text);
        add_setting(step, option, pair);
        free(pair);
    }
    return SG_OK;
}

static enum sg_code read_key(struct step *step, const struct sg_config *node, struct sg_err *err) {
    char why[400];
    const struct sg_option *option = option_for(step, node->key, strlen(node->key), why);
    if (!option) return sg_config_error(node, err, "%s", why);
    if (has_setting(step, option))
        return sg_config_error(node, err, "key '%s' stands twice ('-' and '_' are equal)",
                               node->key);
    if (option->type != SG_OPTION_LIST) return add_scalar(step, option, node, err);
    bool pairs = option->value && strchr(option->value, '=');
    if (node->kind == SG_CONFIG_MAP && pairs) return add_pairs(step, option, node, err);
    if (node->kind != SG_CONFIG_LIST) return add_scalar(step, option, node, err);
    for (size_t i = 0; i < node->count; i++) {
        enum sg_code code = add_scalar(step, option, &node->items[i], err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

/* ---- the list of stages ---- */

/* An error from below, told at a place of the file. */
static enum sg_code at_node(const struct sg_config *node, const struct sg_err *cause,
                            struct sg_err *err) {
    if (cause->code != SG_USAGE) {
        *err = *cause;
        return cause->code;
    }
    return sg_config_error(node, err, "%s", cause->text);
}

static enum sg_code read_step(struct pipeline *out, const struct sg_config *item, bool last,
                              struct sg_err *err) {
    const struct sg_config *section =
        item->kind == SG_CONFIG_MAP && item->count == 1 ? &item->items[0] : item;
    const char *stage = section->key                     ? section->key
                        : item->kind == SG_CONFIG_SCALAR ? item->text
                                                         : NULL;
    if (!stage)
        return value_error(item, "stages", "each item is one stage: '- langtag: {sample: 1K}'",
                           err);
    out->steps = sg_realloc(out->steps, (out->step_count + 1) * sizeof *out->steps);
    struct step *step = &out->steps[out->step_count++];
    *step = (struct step){.stage = sg_strdup(stage)};
    step->label = sg_printf_dup("%zu-%s", out->step_count, stage);
    step->folder =
        last && strcmp(stage, "shard") == 0 ? sg_strdup("shards") : sg_strdup(step->label);
    struct sg_err cause = {0};
    if (program_load(stage, &step->program, &cause) != SG_OK) return at_node(section, &cause, err);
    if (section == item || (section->kind == SG_CONFIG_SCALAR && !*section->text))
        return SG_OK; /* no options */
    if (section->kind != SG_CONFIG_MAP)
        return value_error(section, stage, "takes a mapping of options", err);
    for (size_t i = 0; i < section->count; i++) {
        enum sg_code code = read_key(step, &section->items[i], err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

static enum sg_code read_stages(struct pipeline *out, const struct sg_config *root,
                                struct sg_err *err) {
    const struct sg_config *stages = sg_config_get(root, "stages");
    if (!stages) return sg_config_error(root, err, "no key 'stages': a pipeline is a list of them");
    if (stages->kind != SG_CONFIG_LIST || stages->count == 0)
        return sg_config_error(stages, err, "'stages' takes a list with at least one stage");
    for (size_t i = 0; i < stages->count; i++) {
        enum sg_code code = read_step(out, &stages->items[i], i + 1 == stages->count, err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

static enum sg_code read_join(const struct sg_config *root, struct sg_err *err) {
    const struct sg_config *join = sg_config_get(root, "join");
    if (!join || (join->kind == SG_CONFIG_LIST && join->count == 0)) return SG_OK;
    return sg_config_error(
        join, err,
        "'join' is not carried out by this version: leave it out, the shards are the same");
}

/* ---- the rest of the file ---- */

static enum sg_code one_text(const struct sg_config *root, const char *key, char **out,
                             struct sg_err *err) {
    const struct sg_config *node = sg_config_get(root, key);
    if (!node) return SG_OK;
    if (node->kind != SG_CONFIG_SCALAR) return value_error(node, key, "takes a single value", err);
    if (*node->text) *out = sg_strdup(node->text);
    return SG_OK;
}

static void add_input(struct pipeline *out, const char *input) {
    out->inputs = sg_realloc(out->inputs, (out->input_count + 1) * sizeof *out->inputs);
    out->inputs[out->input_count++] = sg_strdup(input);
}

static enum sg_code read_inputs(struct pipeline *out, const struct wish *wish,
                                const struct sg_config *root, struct sg_err *err) {
    for (size_t i = 0; i < wish->input_count; i++) add_input(out, wish->inputs[i]);
    const struct sg_config *node = sg_config_get(root, "input");
    if (!node || node->kind == SG_CONFIG_MAP)
        return node ? value_error(node, "input", "takes a path or a list of paths", err) : SG_OK;
    if (wish->input_count) return SG_OK;
    if (node->kind == SG_CONFIG_SCALAR && *node->text) add_input(out, node->text);
    for (size_t i = 0; i < node->count; i++) {
        const struct sg_config *item = &node->items[i];
        if (item->kind != SG_CONFIG_SCALAR || !*item->text)
            return value_error(item, "input", "takes a list of paths", err);
        add_input(out, item->text);
    }
    return SG_OK;
}

static enum sg_code check_keys(const struct sg_config *root, struct sg_err *err) {
    static const char *const keys[] = {"name", "input", "output", "stages", "join"};
    if (root->kind != SG_CONFIG_MAP)
        return sg_config_error(root, err, "a pipeline is a mapping with a key 'stages'");
    for (size_t i = 0; i < root->count; i++) {
        const char *key = root->items[i].key;
        bool known = false;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            known = known || strcmp(key, keys[k]) == 0;
        if (known) continue;
        char shown[WORD];
        const char *near = sg_opts_nearest(key, keys, sizeof keys / sizeof *keys);
        sg_err_quote(key, shown, sizeof shown);
        if (near)
            return sg_config_error(&root->items[i], err, "unknown key %s, did you mean '%s'?",
                                   shown, near);
        return sg_config_error(&root->items[i], err,
                               "unknown key %s: a pipeline has name, input, output, stages, join",
                               shown);
    }
    return SG_OK;
}

/* ---- --set ---- */

/* The step that "dedup" or "4-dedup" means. */
static enum sg_code step_for(struct pipeline *out, const char *set, size_t len, struct step **found,
                             struct sg_err *err) {
    *found = NULL;
    char shown[WORD];
    char *word = sg_strndup(set, len);
    const char **names = sg_alloc((out->step_count + 1) * sizeof *names);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < out->step_count && code == SG_OK; i++) {
        struct step *step = &out->steps[i];
        names[i] = step->stage;
        if (strcmp(word, step->stage) != 0 && strcmp(word, step->label) != 0) continue;
        if (*found)
            code = sg_err_set(err, SG_USAGE,
                              "--set %s: this stage occurs twice, write %s.KEY or %s.KEY",
                              sg_err_quote(set, shown, sizeof shown), (*found)->label, step->label);
        *found = step;
    }
    if (code == SG_OK && !*found) {
        const char *near = sg_opts_nearest(word, names, out->step_count);
        code = sg_err_set(err, SG_USAGE, "--set %s: this pipeline has no such stage%s%s%s",
                          sg_err_quote(set, shown, sizeof shown), near ? ", did you mean '" : "",
                          near ? near : "", near ? "'?" : "");
    }
    free(names);
    free(word);
    return code;
}

/* One "STAGE.KEY=VALUE". again: an earlier one had the same stage and key, so a list grows instead
 * of being replaced. */
static enum sg_code apply_set(struct pipeline *out, const char *set, bool again,
                              struct sg_err *err) {
    char shown[WORD], why[400];
    const char *dot = strchr(set, '.'), *equals = strchr(set, '=');
    sg_err_quote(set, shown, sizeof shown);
    if (!dot || !equals || dot > equals || dot == set || dot + 1 == equals)
        return sg_err_set(err, SG_USAGE,
                          "--set %s: write STAGE.KEY=VALUE, such as dedup.mode=exact", shown);
    struct step *step;
    enum sg_code code = step_for(out, set, (size_t)(dot - set), &step, err);
    if (code != SG_OK) return code;
    const struct sg_option *option = option_for(step, dot + 1, (size_t)(equals - dot - 1), why);
    if (!option) return sg_err_set(err, SG_USAGE, "--set %s: %s", shown, why);
    struct sg_err cause = {0};
    if (sg_opts_check(option, equals + 1, &cause) != SG_OK)
        return sg_err_set(err, SG_USAGE, "--set %s: %s", shown, cause.text);
    if (!again || option->type != SG_OPTION_LIST)
        drop_settings(step, option); /* the command line beats the file */
    add_setting(step, option, equals + 1);
    return SG_OK;
}

static enum sg_code apply_sets(struct pipeline *out, const struct wish *wish, struct sg_err *err) {
    for (size_t i = 0; i < wish->set_count; i++) {
        size_t key = strcspn(wish->sets[i], "=") + 1;
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || strncmp(wish->sets[k], wish->sets[i], key) == 0;
        enum sg_code code = apply_set(out, wish->sets[i], again, err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

/* ---- all of it ---- */

static void place_folders(struct pipeline *out) {
    size_t len = strlen(out->work);
    while (len > 1 && out->work[len - 1] == '/') out->work[--len] = 0;
    for (size_t i = 0; i < out->step_count; i++) {
        char *folder = sg_printf_dup("%s/%s", out->work, out->steps[i].folder);
        free(out->steps[i].folder);
        out->steps[i].folder = folder;
    }
}

enum sg_code pipeline_load(const struct wish *wish, struct pipeline *out, struct sg_err *err) {
    struct sg_config *root = NULL;
    *out = (struct pipeline){0};
    enum sg_code code = find_file(wish->pipeline, &out->file, err);
    if (code == SG_OK) code = sg_config_load(out->file, &root, err);
    if (code == SG_OK) code = check_keys(root, err);
    if (code == SG_OK) code = one_text(root, "name", &out->name, err);
    if (code == SG_OK) code = one_text(root, "output", &out->work, err);
    if (code == SG_OK) code = read_inputs(out, wish, root, err);
    if (code == SG_OK) code = read_join(root, err);
    if (code == SG_OK) code = read_stages(out, root, err);
    if (code == SG_OK) code = apply_sets(out, wish, err);
    if (code == SG_OK && wish->work) {
        free(out->work);
        out->work = sg_strdup(wish->work);
    }
    if (code == SG_OK && !out->work)
        code = sg_err_set(err, SG_USAGE, "no folder to work in: give -o WORK (or 'output:' in %s)",
                          out->file);
    if (code == SG_OK && out->input_count == 0)
        code = sg_err_set(err, SG_USAGE,
                          "no input: name files or folders behind the pipeline (or 'input:' in %s)",
                          out->file);
    if (code == SG_OK) code = lists_hold(&out->lists, out->inputs, out->input_count, err);
    if (code == SG_OK) place_folders(out);
    sg_config_free(root);
    if (code != SG_OK) pipeline_free(out);
    return code;
}

static void free_step(struct step *step) {
    for (size_t i = 0; i < step->count; i++) free(step->settings[i].value);
    free(step->settings);
    program_free(&step->program);
    free(step->stage);
    free(step->label);
    free(step->folder);
}

void pipeline_free(struct pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->step_count; i++) free_step(&pipeline->steps[i]);
    for (size_t i = 0; i < pipeline->input_count; i++) free(pipeline->inputs[i]);
    lists_free(&pipeline->lists);
    free(pipeline->steps);
    free(pipeline->inputs);
    free(pipeline->name);
    free(pipeline->file);
    free(pipeline->work);
    *pipeline = (struct pipeline){0};
}
