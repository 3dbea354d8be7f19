/* sangam-normalize: the option table, and how a record meets the core. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "manual.h"
#include "normalize.h"
#include "run/stage.h"
#include "text/identity.h"
#include "text/json.h"
#include "text/unicode.h"

/* clang-format off */
static const struct sg_option options[] = {
    {"profile", 0, SG_OPTION_CHOICE, "conservative|web|aggressive", "web",
     "how much is repaired: only what is broken; all that no reader would see or miss; typography too", true},
    {"set",     0, SG_OPTION_LIST,   "KEY=VALUE", NULL,
     "set one pass apart from the profile, such as quotes=on or indic=off; the manual page lists them (repeatable)", true},
    {"only",    0, SG_OPTION_TEXT,   "A,B,C",     NULL, "run these passes and no others, such as nfc,newline", true},
    {"lang",    0, SG_OPTION_TEXT,   "LANG",      NULL,
     "all texts are in this language (ISO 639-3): its rules run whatever the records say", true},
    {"explain", 0, SG_OPTION_COUNT,  "N",         NULL,
     "show up to N samples of what each pass changed, on standard error"},
    {0}};
/* clang-format on */

/* What the stage counts beside the core. */
enum { LONE_SURROGATES = NORMALIZE_COUNTS, DERIVED_IDS, COUNTERS };

#define TABLES_BYTES ((uint64_t)6 << 20)   /* flags, mojibake, the scripts' tables */
#define SCRATCH_BYTES ((uint64_t)20 << 20) /* a million code points, ICU's Zawgyi converter */

struct shared {
    struct normalize *normalize;
    struct explain *explain;
    struct normalize_witness witness;
    char *lang;
};

struct scratch {
    struct normalize_scratch *core;
    struct sg_buf text, owner, source, lang, norm;
};

/* ---- options ---- */

static enum sg_code take_sets(const struct sg_opts *opts, struct settings *settings,
                              struct sg_err *err) {
    const char *const *sets;
    size_t count = sg_opts_list(opts, "set", &sets);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < count && code == SG_OK; i++) {
        const char *equals = strchr(sets[i], '=');
        if (!equals) return sg_err_set(err, SG_USAGE, "--set wants KEY=VALUE, not '%s'", sets[i]);
        char *key = sg_strndup(sets[i], (size_t)(equals - sets[i]));
        code = settings_set(settings, key, equals + 1, err);
        free(key);
    }
    return code;
}

static enum sg_code take_lang(const char *lang, struct shared *shared, struct sg_err *err) {
    if (!lang) return SG_OK;
    if (strlen(lang) != 3 || strspn(lang, "abcdefghijklmnopqrstuvwxyz") != 3)
        return sg_err_set(err, SG_USAGE,
                          "--lang wants a code of ISO 639-3, three small letters such as hin, not "
                          "'%s'",
                          lang);
    shared->lang = sg_strdup(lang);
    return SG_OK;
}

static enum sg_code take_explain(const struct sg_opts *opts, struct shared *shared,
                                 struct sg_err *err) {
    if (!sg_opts_given(opts, "explain")) return SG_OK;
    uint64_t samples = sg_opts_count(opts, "explain");
    if (samples < 1 || samples > EXPLAIN_MAX)
        return sg_err_set(err, SG_USAGE, "--explain wants a number from 1 to %d", EXPLAIN_MAX);
    shared->explain = explain_new((size_t)samples);
    shared->witness = explain_witness(shared->explain);
    return SG_OK;
}

static enum sg_code init(const struct sg_opts *opts, void **out, struct sg_buf *identity,
                         struct sg_err *err) {
    struct shared *shared = sg_zalloc(1, sizeof *shared);
    struct settings settings;
    const char *only = sg_opts_text(opts, "only");
    (void)identity;
    *out = shared;
    enum sg_code code = sg_unicode_init(err);
    if (code == SG_OK) code = settings_init(&settings, sg_opts_text(opts, "profile"), err);
    if (code == SG_OK) code = take_sets(opts, &settings, err);
    if (code == SG_OK && only) code = settings_only(&settings, only, err);
    if (code == SG_OK) code = take_lang(sg_opts_text(opts, "lang"), shared, err);
    if (code == SG_OK) code = take_explain(opts, shared, err);
    if (code == SG_OK) shared->normalize = normalize_new(&settings);
    return code;
}

static void free_shared(void *argument) {
    struct shared *shared = argument;
    if (!shared) return;
    if (shared->normalize) normalize_free(shared->normalize);
    explain_free(shared->explain);
    free(shared->lang);
    free(shared);
}

static uint64_t shared_size(const void *argument) {
    const struct shared *shared = argument;
    return TABLES_BYTES + explain_bytes(shared->explain);
}

static void *new_scratch(const void *argument) {
    const struct shared *shared = argument;
    struct scratch *scratch = sg_zalloc(1, sizeof *scratch);
    scratch->core = normalize_scratch_new(shared->explain ? &shared->witness : NULL);
    return scratch;
}

static void free_scratch(void *argument) {
    struct scratch *scratch = argument;
    struct sg_buf *bufs[] = {&scratch->text, &scratch->owner, &scratch->source, &scratch->lang,
                             &scratch->norm};
    normalize_scratch_free(scratch->core);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) sg_buf_free(bufs[i]);
    free(scratch);
}

/* ---- a record ---- */

static void fix_id(struct scratch *scratch, struct sg_record *record, struct sg_work *work) {
    size_t owner_len = 0, source_len = 0;
    const char *owner = sg_record_string(record, "owner", &scratch->owner, &owner_len, NULL);
    const char *source = sg_record_string(record, "source", &scratch->source, &source_len, NULL);
    if (!owner) owner_len = 0;
    if (!source) source_len = 0;
    work->counts[DERIVED_IDS] += sg_identity_fix(record, owner, owner_len, source, source_len);
}

/* --lang, else what the record says of itself. */
static struct normalize_hint hint_of(const struct shared *shared, struct scratch *scratch,
                                     const struct sg_record *record) {
    if (shared->lang) return (struct normalize_hint){.lang = shared->lang, .score = 1};
    struct normalize_hint hint = {0};
    size_t len;
    const char *lang = sg_record_string(record, "language", &scratch->lang, &len, NULL);
    const struct sg_member *score = sg_record_find(record, "language_score");
    if (!lang || !score || !sg_json_double(sg_record_value(record, score), &hint.score))
        return (struct normalize_hint){0};
    if (lang != scratch->lang.data) {
        scratch->lang.len = 0;
        sg_buf_put(&scratch->lang, lang, len);
    }
    sg_buf_str(&scratch->lang);
    hint.lang = scratch->lang.data;
    return hint;
}

static void set_norm(const struct shared *shared, const struct normalize_answer *answer,
                     struct sg_buf *norm, struct sg_record *record) {
    static const struct {
        const char *name;
        enum normalize_count count;
    } told[] = {{"changed", COUNT_LINES_CHANGED},
                {"moji", COUNT_MOJI},
                {"fffd", COUNT_FFFD},
                {"pua", COUNT_PUA},
                {"zawgyi", COUNT_ZAWGYI},
                {"visual_order", COUNT_VISUAL_ORDER}};
    norm->len = 0;
    sg_buf_puts(norm, normalize_settings(shared->normalize)->profile);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (answer->counts[told[i].count])
            sg_buf_printf(norm, " %s=%llu", told[i].name,
                          (unsigned long long)answer->counts[told[i].count]);
    sg_record_set_string(record, "norm", norm->data, norm->len);
}

static enum sg_verdict process(const void *argument, void *place, struct sg_record *record,
                               struct sg_work *work, struct sg_err *err) {
    const struct shared *shared = argument;
    struct scratch *scratch = place;
    size_t len = 0, lone = 0;
    const char *text = sg_record_string(record, "text", &scratch->text, &len, &lone);
    if (!text) {
        sg_err_set(err, SG_DATA, "the record has no 'text', or it is not a string");
        return SG_BAD;
    }
    struct normalize_answer answer;
    normalize_document(shared->normalize, scratch->core, text, len,
                       hint_of(shared, scratch, record), &answer);
    if (answer.changed || lone) sg_record_set_string(record, "text", answer.text, answer.len);
    for (size_t i = 0; i < NORMALIZE_COUNTS; i++) work->counts[i] += answer.counts[i];
    work->counts[LONE_SURROGATES] += lone;
    fix_id(scratch, record, work);
    set_norm(shared, &answer, &scratch->norm, record);
    return SG_KEEP;
}

/* ---- the run as a whole ---- */

static void finish(struct sg_run *run, void *argument, const uint64_t *totals,
                   struct sg_buf *summary) {
    const struct shared *shared = argument;
    explain_summarise(totals, summary);
    if (!shared->explain) return;
    struct sg_buf text = {0};
    explain_put(shared->explain, totals, run->log.json ? run->log.program : NULL, &text);
    sg_log_text(run->progress, text.data, text.len);
    sg_buf_free(&text);
}

int main(int argc, char **argv) {
    const char *counters[COUNTERS + 1] = {
        [LONE_SURROGATES] = "lone_surrogates", [DERIVED_IDS] = "derived_ids"};
    for (size_t i = 0; i < NORMALIZE_COUNTS; i++) counters[i] = normalize_count_names[i];
    struct manual manual;
    manual_make(&manual);
    const struct sg_stage stage = {
        .name = "normalize",
        .about = "bring text into one canonical Unicode form, for every script",
        .reads = "id text owner source language language_score",
        .writes = "id text norm",
        .example = "sangam-normalize --explain 20 corpus/ >/dev/null",
        .manual = manual.paragraphs,
        .keeps_order = true,
        .repairs_utf8 = true,
        .want = SG_INPUTS_CHAIN,
        .options = options,
        .counters = counters,
        .sparse_counters = true,
        .init = init,
        .scratch = new_scratch,
        .process = process,
        .scratch_free = free_scratch,
        .finish = finish,
        .free = free_shared,
        .shared_size = shared_size,
        .scratch_bytes = SCRATCH_BYTES,
        .lone_default_input = true,
    };
    int status = sg_stage_main(&stage, argc, argv);
    manual_free(&manual);
    return status;
}
