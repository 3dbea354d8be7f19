#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "io/file.h"
#include "sparse.h"
#include "text/json.h"
#include "text/unicode.h"

#define MODEL_MAX ((size_t)16 << 30)
#define NUMBERS_MAX ((size_t)1 << 20)

static enum sg_code take_numbers(const struct sg_opts *opts, struct langtag_settings *asked,
                                 struct sg_err *err) {
    const char *sample = sg_opts_text(opts, "sample");
    asked->top = (size_t)sg_opts_count(opts, "top");
    asked->min_score = sparse_is_model(asked->model, asked->model_len) ? LANGTAG_FLOOR : 0;
    if (sg_opts_given(opts, "min-score")) asked->min_score = sg_opts_number(opts, "min-score");
    if (asked->top < 1 || asked->top > LANGTAG_TOP_MAX)
        return sg_err_set(err, SG_USAGE, "--top wants a number from 1 to %d", LANGTAG_TOP_MAX);
    if (!(asked->min_score >= 0 && asked->min_score <= 1))
        return sg_err_set(err, SG_USAGE, "--min-score wants a number from 0 to 1");
    if (strcmp(sample, "full") == 0) return SG_OK;
    if (!sg_num_parse_bytes(sample, &asked->sample_bytes) ||
        asked->sample_bytes < LANGTAG_SAMPLE_MIN)
        return sg_err_set(
            err, SG_USAGE,
            "--sample wants 'full' or a size of at least %d bytes, such as 1K, not '%s'",
            LANGTAG_SAMPLE_MIN, sample);
    return SG_OK;
}

/* Every item of a repeated --labels may be a list. The copies live in *joined. */
static const char **take_labels(const struct sg_opts *opts, size_t *count, char **joined) {
    const char *const *lists, **items = NULL;
    size_t lists_count = sg_opts_list(opts, "labels", &lists), found = 0;
    struct sg_buf all = {0};
    for (size_t i = 0; i < lists_count; i++) {
        sg_buf_puts(&all, lists[i]);
        sg_buf_putc(&all, ',');
    }
    *joined = sg_buf_take(&all);
    for (char *at = *joined, *item; (item = strsep(&at, ", "));) {
        if (!*item) continue;
        items = sg_realloc(items, (found + 1) * sizeof *items);
        items[found++] = item;
    }
    *count = found;
    return items;
}

static enum sg_code load_model(const char *path, struct settings *settings,
                               struct langtag_settings *asked, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, MODEL_MAX, &settings->model, err);
    if (code != SG_OK) return code;
    settings->model.data = sg_realloc(
        settings->model.data, settings->model.len + 1); /* reading doubled the room as it went */
    settings->model.cap = settings->model.len + 1;
    asked->model = settings->model.data;
    asked->model_len = settings->model.len;
    return SG_OK;
}

static enum sg_code load_priors(const char *path, struct settings *settings,
                                struct langtag_settings *asked, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, NUMBERS_MAX, &settings->priors, err);
    if (code != SG_OK) return code;
    if (!sparse_is_model(asked->model, asked->model_len))
        return sg_err_set(err, SG_USAGE, "--prior does not go with a fastText model");
    sg_buf_str(&settings->priors);
    asked->priors = settings->priors.data;
    return SG_OK;
}

static enum sg_code load_thresholds(const char *path, struct settings *settings,
                                    struct langtag_settings *asked, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, NUMBERS_MAX, &settings->thresholds, err);
    if (code != SG_OK) return code;
    sg_buf_str(&settings->thresholds);
    asked->thresholds = settings->thresholds.data;
    return SG_OK;
}

/* field:NAME is a member of the records, "field" the member language; anything else is a file. */
static enum sg_code take_prior(const char *wish, struct settings *settings,
                               struct langtag_settings *asked, struct sg_err *err) {
    if (strcmp(wish, "field") != 0 && strncmp(wish, "field:", 6) != 0)
        return load_priors(wish, settings, asked, err);
    const char *name = wish[5] ? wish + 6 : "language";
    if (!*name) return sg_err_set(err, SG_USAGE, "--prior field: wants the name of a member");
    if (strcmp(name, "text") == 0)
        return sg_err_set(err, SG_USAGE, "--prior: the text does not name its language");
    asked->prior_field = settings->prior_field = sg_strdup(name);
    return SG_OK;
}

static void put_hash(struct sg_buf *identity, const char *name, const void *bytes, size_t len) {
    char hex[SG_HASH_HEX];
    sg_buf_printf(identity, ",\"%s\":\"%s\"", name, sg_hash_hex(sg_hash128(bytes, len, 0), hex));
}

/* What decides beside the options: files by their content, not by their names. */
static void identify(const struct settings *settings, const struct langtag_settings *asked,
                     struct sg_buf *identity) {
    put_hash(identity, "model", asked->model, asked->model_len);
    if (asked->priors) put_hash(identity, "prior", settings->priors.data, settings->priors.len);
    if (asked->thresholds)
        put_hash(identity, "thresholds", settings->thresholds.data, settings->thresholds.len);
    if (!asked->prior_field) return;
    sg_buf_puts(identity, ",\"prior_field\":");
    sg_json_quote(identity, asked->prior_field, strlen(asked->prior_field));
}

enum sg_code settings_take(const struct sg_opts *opts, struct settings **out,
                           struct sg_buf *identity, struct sg_err *err) {
    struct settings *settings = sg_zalloc(1, sizeof *settings);
    struct langtag_settings asked = {
        .model = langtag_embedded, .model_len = (size_t)(langtag_embedded_end - langtag_embedded)};
    const char *path = sg_opts_text(opts, "model");
    char *joined = NULL;
    *out = settings;
    settings->drop_low = strcmp(sg_opts_text(opts, "on-low"), "drop") == 0;
    const char **labels = take_labels(opts, &asked.label_count, &joined);
    asked.labels = labels;
    asked.spans = sg_opts_flag(opts, "spans");
    enum sg_code code = sg_unicode_init(err);
    if (code == SG_OK && sg_opts_text(opts, "extend"))
        code = sg_err_set(err, SG_USAGE, "--extend goes with --train DIR");
    if (code == SG_OK && path) code = load_model(path, settings, &asked, err);
    if (code == SG_OK && sg_opts_text(opts, "prior"))
        code = take_prior(sg_opts_text(opts, "prior"), settings, &asked, err);
    if (code == SG_OK && sg_opts_text(opts, "thresholds"))
        code = load_thresholds(sg_opts_text(opts, "thresholds"), settings, &asked, err);
    if (code == SG_OK) code = take_numbers(opts, &asked, err);
    if (code == SG_OK) {
        code = langtag_new(&settings->langtag, &asked, err);
        if (code == SG_DATA && path) sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK) identify(settings, &asked, identity);
    free(labels);
    free(joined);
    return code;
}

uint64_t settings_bytes(const struct settings *settings) {
    return langtag_bytes(settings->langtag) + settings->model.cap;
}

void settings_free(struct settings *settings) {
    if (!settings) return;
    langtag_free(settings->langtag);
    sg_buf_free(&settings->model);
    sg_buf_free(&settings->priors);
    sg_buf_free(&settings->thresholds);
    free(settings->prior_field);
    free(settings);
}
