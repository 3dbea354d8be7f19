/* sangam-langtag: the option table, and how a record meets the core. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "io/file.h"
#include "langtag.h"
#include "run/stage.h"
#include "sparse.h"
#include "text/unicode.h"
#include "train_run.h"

#define MODEL_MAX ((size_t)16 << 30)
#define PROGRAM_BYTES                                                                              \
    ((uint64_t)24                                                                                  \
     << 20) /* the embedded model, packed and unpacked; the script table; huge pages begun */

/* clang-format off */
static const struct sg_option options[] = {
    {"labels",    0, SG_OPTION_LIST,   "LIST",      NULL,
     "choose only among these: hin_Deva, or hin for all its scripts; commas between", true},
    {"min-score", 0, SG_OPTION_NUMBER, "P",         NULL,
     "call a document und when its best label, with its family, scores less (default: 0.35; a fastText model: 0)", true},
    {"thresholds", 0, SG_OPTION_TEXT,  "FILE",      NULL,
     "lines of label and score: what these labels must score at least, in place of --min-score"},
    {"on-low",    0, SG_OPTION_CHOICE, "tag|drop",  "tag",
     "what to do with such a document: tag it und, or drop it", true},
    {"sample",    0, SG_OPTION_TEXT,   "SIZE|full", "1K",
     "bytes to read of a long text, spread over it (a fastText model reads all)", true},
    {"top",       0, SG_OPTION_COUNT,  "K",         "3",   "labels to list in top_langs", true},
    {"spans",     0, SG_OPTION_FLAG,   NULL,        NULL,
     "tell which part of a text is in which language, and whether it is mixed", true},
    {"model",     0, SG_OPTION_TEXT,   "FILE",      NULL,
     "a model that --train made; or a .bin or .ftz: answer exactly as fastText does with it"},
    {"prior",     0, SG_OPTION_TEXT,   "FILE|field:NAME", NULL,
     "lines of label and number to add to its logit, in place of the model's own priors; or the member of records that "
     "roughly names their language (field: field:language)"},
    {"train",     0, SG_OPTION_TEXT,   "DIR",       NULL,
     "train a model instead: sangam-langtag --train DIR --help tells more"},
    {"extend",    0, SG_OPTION_TEXT,   "MODEL",     NULL,
     "with --train: keep this model, and add the labels of DIR that it does not have"},
    {"report",    0, SG_OPTION_TEXT,   "INPUT",     NULL,
     "tell of tagged records instead: counts, scores and lines of each language, for who knows it"},
    {"dev",       0, SG_OPTION_TEXT,   "DIR",       NULL,
     "measure the model on labelled text instead, and print tables"},
    {0}};
/* clang-format on */

enum { UNDETERMINED, NOT_LANGUAGE, LONE_SURROGATES, UNKNOWN_PRIORS };
static const char *const counters[] = {"undetermined", "not_language", "lone_surrogates",
                                       "unknown_priors", NULL};

struct shared {
    struct langtag *langtag;
    struct sg_buf model, priors, thresholds; /* the user's */
    char *prior_field;
    bool drop_low;
};

static enum sg_code take_numbers(const struct sg_opts *opts, struct langtag_settings *settings,
                                 struct sg_err *err) {
    const char *sample = sg_opts_text(opts, "sample");
    settings->top = (size_t)sg_opts_count(opts, "top");
    settings->min_score = sparse_is_model(settings->model, settings->model_len) ? LANGTAG_FLOOR : 0;
    if (sg_opts_given(opts, "min-score")) settings->min_score = sg_opts_number(opts, "min-score");
    if (settings->top < 1 || settings->top > LANGTAG_TOP_MAX)
        return sg_err_set(err, SG_USAGE, "--top wants a number from 1 to %d", LANGTAG_TOP_MAX);
    if (!(settings->min_score >= 0 && settings->min_score <= 1))
        return sg_err_set(err, SG_USAGE, "--min-score wants a number from 0 to 1");
    if (strcmp(sample, "full") == 0) return SG_OK;
    if (!sg_num_parse_bytes(sample, &settings->sample_bytes) ||
        settings->sample_bytes < LANGTAG_SAMPLE_MIN)
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

static enum sg_code load_model(const char *path, struct shared *shared,
                               struct langtag_settings *settings, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, MODEL_MAX, &shared->model, err);
    if (code != SG_OK) return code;
    shared->model.data = sg_realloc(
        shared->model.data, shared->model.len + 1); /* reading doubled the room as it went */
    shared->model.cap = shared->model.len + 1;
    settings->model = shared->model.data;
    settings->model_len = shared->model.len;
    return SG_OK;
}

#define NUMBERS_MAX ((size_t)1 << 20)

static enum sg_code load_priors(const char *path, struct shared *shared,
                                struct langtag_settings *settings, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, NUMBERS_MAX, &shared->priors, err);
    if (code != SG_OK) return code;
    if (!sparse_is_model(settings->model, settings->model_len))
        return sg_err_set(err, SG_USAGE, "--prior does not go with a fastText model");
    sg_buf_str(&shared->priors);
    settings->priors = shared->priors.data;
    return SG_OK;
}

static enum sg_code load_thresholds(const char *path, struct shared *shared,
                                    struct langtag_settings *settings, struct sg_err *err) {
    enum sg_code code = sg_file_load(path, NUMBERS_MAX, &shared->thresholds, err);
    if (code != SG_OK) return code;
    sg_buf_str(&shared->thresholds);
    settings->thresholds = shared->thresholds.data;
    return SG_OK;
}

/* field:NAME is a member of the records, "field" the member language; anything else is a file. */
static enum sg_code take_prior(const char *wish, struct shared *shared,
                               struct langtag_settings *settings, struct sg_err *err) {
    if (strcmp(wish, "field") != 0 && strncmp(wish, "field:", 6) != 0)
        return load_priors(wish, shared, settings, err);
    const char *name = wish[5] ? wish + 6 : "language";
    if (!*name) return sg_err_set(err, SG_USAGE, "--prior field: wants the name of a member");
    if (strcmp(name, "text") == 0)
        return sg_err_set(err, SG_USAGE, "--prior: the text does not name its language");
    settings->prior_field = shared->prior_field = sg_strdup(name);
    return SG_OK;
}

static void free_shared(void *argument) {
    struct shared *shared = argument;
    if (!shared) return;
    langtag_free(shared->langtag);
    sg_buf_free(&shared->model);
    sg_buf_free(&shared->priors);
    sg_buf_free(&shared->thresholds);
    free(shared->prior_field);
    free(shared);
}

static void put_hash(struct sg_buf *identity, const char *name, const void *bytes, size_t len) {
    char hex[SG_HASH_HEX];
    sg_buf_printf(identity, ",\"%s\":\"%s\"", name, sg_hash_hex(sg_hash128(bytes, len, 0), hex));
}

/* What decides beside the options: files by their content, not by their names. */
static void identify(const struct shared *shared, const struct langtag_settings *settings,
                     struct sg_buf *identity) {
    put_hash(identity, "model", settings->model, settings->model_len);
    if (settings->priors) put_hash(identity, "prior", shared->priors.data, shared->priors.len);
    if (settings->thresholds)
        put_hash(identity, "thresholds", shared->thresholds.data, shared->thresholds.len);
    if (!settings->prior_field) return;
    sg_buf_puts(identity, ",\"prior_field\":");
    sg_json_quote(identity, settings->prior_field, strlen(settings->prior_field));
}

static enum sg_code init(const struct sg_opts *opts, void **out, struct sg_buf *identity,
                         struct sg_err *err) {
    struct shared *shared = sg_zalloc(1, sizeof *shared);
    struct langtag_settings settings = {
        .model = langtag_embedded, .model_len = (size_t)(langtag_embedded_end - langtag_embedded)};
    const char *path = sg_opts_text(opts, "model");
    char *joined = NULL;
    *out = shared;
    shared->drop_low = strcmp(sg_opts_text(opts, "on-low"), "drop") == 0;
    const char **labels = take_labels(opts, &settings.label_count, &joined);
    settings.labels = labels;
    settings.spans = sg_opts_flag(opts, "spans");
    enum sg_code code = sg_unicode_init(err);
    if (code == SG_OK && sg_opts_text(opts, "extend"))
        code = sg_err_set(err, SG_USAGE, "--extend goes with --train DIR");
    if (code == SG_OK && path) code = load_model(path, shared, &settings, err);
    if (code == SG_OK && sg_opts_text(opts, "prior"))
        code = take_prior(sg_opts_text(opts, "prior"), shared, &settings, err);
    if (code == SG_OK && sg_opts_text(opts, "thresholds"))
        code = load_thresholds(sg_opts_text(opts, "thresholds"), shared, &settings, err);
    if (code == SG_OK) code = take_numbers(opts, &settings, err);
    if (code == SG_OK) {
        code = langtag_new(&shared->langtag, &settings, err);
        if (code == SG_DATA && path) sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK) identify(shared, &settings, identity);
    free(labels);
    free(joined);
    return code;
}

static uint64_t shared_size(const void *argument) {
    const struct shared *shared = argument;
    return langtag_bytes(shared->langtag) + shared->model.cap + PROGRAM_BYTES;
}

static void *new_scratch(const void *shared) {
    (void)shared;
    return langtag_scratch_new();
}

static void free_scratch(void *scratch) {
    langtag_scratch_free(scratch);
}

static void explain(const struct langtag_answer *answer, struct sg_buf *detail) {
    char number[SG_NUM_TEXT];
    sg_buf_puts(detail, ",\"label\":");
    sg_json_quote(detail, answer->labels[0], strlen(answer->labels[0]));
    sg_buf_printf(detail, ",\"score\":%s", sg_num_float(answer->score, number));
}

static enum sg_verdict process(const void *argument, void *scratch, struct sg_record *record,
                               struct sg_work *work, struct sg_err *err) {
    const struct shared *shared = argument;
    struct langtag_answer answer;
    if (!langtag_record(shared->langtag, scratch, record, &answer)) {
        sg_err_set(err, SG_DATA, "the record has no 'text', or it is not a string");
        return SG_BAD;
    }
    work->counts[UNDETERMINED] += strcmp(answer.language, "und") == 0;
    work->counts[NOT_LANGUAGE] += strcmp(answer.language, "zxx") == 0;
    work->counts[LONE_SURROGATES] += answer.lone_surrogates;
    work->counts[UNKNOWN_PRIORS] += answer.unknown_prior;
    if (!answer.low || !shared->drop_low) return SG_KEEP;
    work->reason = "low language score";
    explain(&answer, &work->detail);
    return SG_DROP;
}

static const char *const manual[] = {
    "Every record gets a language (ISO 639-3), a script (ISO 15924) and a score. The script "
    "decides first: one that a single "
    "language is written in needs no more. Among the others a classifier of 372 labels chooses, "
    "which is part of the program.",
    "The score says how often such answers were right on text that the model had not seen: of "
    "those given 0.9, nine in ten. "
    "zxx means no linguistic content: numbers, code, tables. und means undetermined: the best "
    "label scored less than "
    "--min-score, or no label is written in that script. language_group names a family, such as "
    "ara or hbs, when its members "
    "share the probability so evenly that the language alone says little.",
    "A document whose best label scores too little is und, or is dropped with --on-low drop. One "
    "limit for all is --min-score; "
    "--thresholds FILE has lines such as ltz_Latn 0.7 for labels that need more, or less, than "
    "that: those that take what their "
    "larger neighbours wrote. configs/languages/thresholds.txt is such a file. As with --min-score "
    "a label is helped by its family.",
    "The model adds a small number to some labels, so that rare neighbours of large languages do "
    "not win what they do not "
    "own; --prior FILE replaces these numbers. A line is a label and a number, such as pcm_Latn "
    "-1.5; 0.7 more makes a label "
    "twice as likely. An empty file makes all languages equally likely.",
    "When a collection says of its documents roughly which language they are in, --prior "
    "field:NAME reads that member of each "
    "record: a label, a code of ISO 639-3 or 639-1, a macrolanguage, or a tag such as zh-Hant or "
    "pt-BR. The labels that it names get "
    "3 more, 20 times as likely: short texts go there, and a sentence in another language does "
    "not. A value that names no label "
    "adds nothing and is counted as unknown_priors; none, null, und and mul add nothing. Do not "
    "name a member that langtag itself "
    "has written: it would believe itself.",
    "With --model FILE of fastText the text is given to that model as a single line, and its "
    "labels and probabilities are "
    "those of the program fasttext.",
    "--train DIR -o MODEL makes a model of your own from files such as hin_Deva.txt (or .txt.zst), "
    "one sentence a line; 500 "
    "lines are a start, 5,000 are good. With --dev DIR, files of the same kind that are not in "
    "DIR, it is measured and its "
    "scores are calibrated. Use it with --model MODEL. --dev DIR alone measures the model of the "
    "program, or that of --model.",
    NULL};

static const struct sg_stage stage = {
    .name = "langtag",
    .about = "tell the language and script of every document",
    .reads = "text",
    .writes = "language language_script language_score top_langs top_scores language_group "
              "span_starts span_ends span_langs "
              "mixed",
    .manual = manual,
    .keeps_order = true,
    .want = SG_INPUTS_CHAIN,
    .options = options,
    .counters = counters,
    .init = init,
    .scratch = new_scratch,
    .process = process,
    .scratch_free = free_scratch,
    .free = free_shared,
    .shared_size = shared_size,
    .scratch_bytes = 1u << 20,
    .lone_default_input = true,
};

/* ---- the other programs ---- */

static const struct sg_verb training_verbs[] = {{.name = "train",
                                                 .about = "train a language model, or measure one",
                                                 .usage = "--train DIR -o MODEL [OPTIONS]",
                                                 .options = train_options,
                                                 .run = train_run,
                                                 .bare = true},
                                                {0}};
static const struct sg_stage training = {
    .name = "langtag",
    .about = "train a language model from labelled text, or measure one",
    .example = "sangam-langtag --train texts/ -o my.model --dev dev/",
    .verbs = training_verbs,
};

static const struct sg_verb report_verbs[] = {{.name = "report",
                                               .about = "tell of tagged records",
                                               .usage = "--report INPUT",
                                               .options = report_options,
                                               .run = report_run,
                                               .bare = true},
                                              {0}};
static const struct sg_stage reporting = {
    .name = "langtag",
    .about = "a sheet about tagged records: counts, scores and lines by language",
    .example = "sangam-langtag --report tagged/",
    .verbs = report_verbs,
};

static bool has(int argc, char **argv, const char *option) {
    size_t len = strlen(option);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], option, len) == 0 && (argv[i][len] == 0 || argv[i][len] == '='))
            return true;
    return false;
}

/* --train and --dev read folders of labelled text, not records; --report writes none. */
int main(int argc, char **argv) {
    bool trains = has(argc, argv, "--train") || has(argc, argv, "--dev");
    const struct sg_stage *program = trains                        ? &training
                                     : has(argc, argv, "--report") ? &reporting
                                                                   : &stage;
    return sg_stage_main(program, argc, argv);
}
