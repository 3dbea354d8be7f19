/* sangam-normalize: the option table, and how a record meets the core. */
#include <stdlib.h>
#include <string.h>

#include "normalize.h"
#include "run/stage.h"
#include "text/identity.h"

/* clang-format off */
static const struct sg_option options[] = {
    {"profile", 0, SG_OPTION_CHOICE, "conservative|web|aggressive", "web",
     "how much is repaired: only what is broken; all that no reader would see or miss; typography too", true},
    {"set",     0, SG_OPTION_LIST,   "KEY=VALUE", NULL, "switch one pass on or off, such as whitespace=off (repeatable)", true},
    {"only",    0, SG_OPTION_TEXT,   "A,B,C",     NULL,
     "run these passes and no others: newline, control, nfc, whitespace, blank", true},
    {0}};

enum { CHANGED, LINES_CHANGED, LONE_SURROGATES, FFFD, PRIVATE_USE, DERIVED_IDS, PASSES };
static const char *const counters[] = {
    "documents_changed", "lines_changed", "lone_surrogates", "fffd", "private_use", "derived_ids",
    "changed_by_newline", "changed_by_control", "changed_by_nfc", "changed_by_whitespace", "changed_by_blank", NULL};
/* clang-format on */

struct scratch {
    struct normalize_scratch core;
    struct sg_buf text, owner, source, norm;
};

static enum sg_code init(const struct sg_opts *opts, void **shared, struct sg_buf *identity,
                         struct sg_err *err) {
    (void)identity;
    struct normalize *normalize = NULL;
    enum sg_code code = normalize_init(&normalize, sg_opts_text(opts, "profile"), err);
    *shared = normalize;
    const char *only = sg_opts_text(opts, "only"), *const * sets;
    if (code == SG_OK && only) code = normalize_only(normalize, only, err);
    size_t count = sg_opts_list(opts, "set", &sets);
    for (size_t i = 0; i < count && code == SG_OK; i++) {
        const char *equals = strchr(sets[i], '=');
        if (!equals) return sg_err_set(err, SG_USAGE, "--set wants KEY=VALUE, not '%s'", sets[i]);
        char *key = sg_strndup(sets[i], (size_t)(equals - sets[i]));
        code = normalize_set(normalize, key, equals + 1, err);
        free(key);
    }
    return code;
}

static void *new_scratch(const void *shared) {
    (void)shared;
    return sg_zalloc(1, sizeof(struct scratch));
}

static void free_scratch(void *argument) {
    struct scratch *scratch = argument;
    normalize_scratch_free(&scratch->core);
    sg_buf_free(&scratch->text);
    sg_buf_free(&scratch->owner);
    sg_buf_free(&scratch->source);
    sg_buf_free(&scratch->norm);
    free(scratch);
}

static void free_shared(void *shared) {
    normalize_free(shared);
}

static void fix_id(struct scratch *scratch, struct sg_record *record, struct sg_work *work) {
    size_t owner_len = 0, source_len = 0;
    const char *owner = sg_record_string(record, "owner", &scratch->owner, &owner_len, NULL);
    const char *source = sg_record_string(record, "source", &scratch->source, &source_len, NULL);
    if (!owner) owner_len = 0;
    if (!source) source_len = 0;
    work->counts[DERIVED_IDS] += sg_identity_fix(record, owner, owner_len, source, source_len);
}

static void count(const struct normalize_answer *answer, struct sg_work *work) {
    work->counts[CHANGED] += answer->changed;
    work->counts[LINES_CHANGED] += answer->lines_changed;
    work->counts[FFFD] += answer->fffd;
    work->counts[PRIVATE_USE] += answer->pua;
    for (unsigned i = 0; normalize_pass_names[i]; i++)
        work->counts[PASSES + i] += answer->passes >> i & 1;
}

static void set_norm(const struct normalize *normalize, const struct normalize_answer *answer,
                     struct sg_buf *norm, struct sg_record *record) {
    norm->len = 0;
    sg_buf_puts(norm, normalize_profile(normalize));
    if (answer->lines_changed)
        sg_buf_printf(norm, " changed=%llu", (unsigned long long)answer->lines_changed);
    if (answer->fffd) sg_buf_printf(norm, " fffd=%llu", (unsigned long long)answer->fffd);
    if (answer->pua) sg_buf_printf(norm, " pua=%llu", (unsigned long long)answer->pua);
    sg_record_set_string(record, "norm", norm->data, norm->len);
}

static enum sg_verdict process(const void *shared, void *argument, struct sg_record *record,
                               struct sg_work *work, struct sg_err *err) {
    struct scratch *scratch = argument;
    size_t len = 0, lone = 0;
    const char *text = sg_record_string(record, "text", &scratch->text, &len, &lone);
    if (!text) {
        sg_err_set(err, SG_DATA, "the record has no 'text', or it is not a string");
        return SG_BAD;
    }
    struct normalize_answer answer;
    normalize_document(shared, &scratch->core, text, len, &answer);
    if (answer.changed || lone) sg_record_set_string(record, "text", answer.text, answer.len);
    work->counts[LONE_SURROGATES] += lone;
    count(&answer, work);
    fix_id(scratch, record, work);
    set_norm(shared, &answer, &scratch->norm, record);
    return SG_KEEP;
}

static const char *const manual[] = {
    "Every record's text is brought into one form, so that the same words are the same bytes: line "
    "ends become LF, control "
    "characters that no reader sees go, letters and their marks are composed (Unicode NFC), odd "
    "spaces become plain ones, and "
    "empty lines are kept to one at a time.",
    "Nothing that a reader sees or says is changed: no vowel sign, accent, digit, quote or dash is "
    "touched, in any script.",
    "The member norm tells what was done: the profile, then how many lines changed (changed=), and "
    "how many U+FFFD (fffd=) and "
    "private use (pua=) characters the text holds. A record without an id gets one.",
    NULL};

static const struct sg_stage stage = {
    .name = "normalize",
    .about = "bring text into one canonical Unicode form, for every script",
    .reads = "id text owner source",
    .writes = "id text norm",
    .manual = manual,
    .keeps_order = true,
    .repairs_utf8 = true,
    .want = SG_INPUTS_CHAIN,
    .options = options,
    .counters = counters,
    .init = init,
    .scratch = new_scratch,
    .process = process,
    .scratch_free = free_scratch,
    .free = free_shared,
    .shared_bytes = 1 << 20,
    .scratch_bytes = 1 << 20,
    .lone_default_input = true,
};

int main(int argc, char **argv) {
    return sg_stage_main(&stage, argc, argv);
}
