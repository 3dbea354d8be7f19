/* sangam-langtag: the option table, the manual, and how a record meets the core. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "langtag.h"
#include "run/stage.h"
#include "settings.h"
#include "train_run.h"

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
     "with --train: keep this model and learn the labels of DIR: new ones are added, others strengthened"},
    {"report",    0, SG_OPTION_TEXT,   "INPUT",     NULL,
     "tell of tagged records instead: counts, scores and lines of each language, for who knows it"},
    {"dev",       0, SG_OPTION_TEXT,   "DIR",       NULL,
     "measure the model on labelled text instead, and print tables"},
    {0}};
/* clang-format on */

enum { UNDETERMINED, NOT_LANGUAGE, LONE_SURROGATES, UNKNOWN_PRIORS };
static const char *const counters[] = {"undetermined", "not_language", "lone_surrogates",
                                       "unknown_priors", NULL};

static enum sg_code init(const struct sg_opts *opts, void **out, struct sg_buf *identity,
                         struct sg_err *err) {
    struct settings *settings = NULL;
    enum sg_code code = settings_take(opts, &settings, identity, err);
    *out = settings;
    return code;
}

static void free_settings(void *settings) {
    settings_free(settings);
}

static uint64_t shared_size(const void *settings) {
    return settings_bytes(settings) + PROGRAM_BYTES;
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
    const struct settings *settings = argument;
    struct langtag_answer answer;
    if (!langtag_record(settings->langtag, scratch, record, &answer)) {
        sg_err_set(err, SG_DATA, "the record has no 'text', or it is not a string");
        return SG_BAD;
    }
    work->counts[UNDETERMINED] += strcmp(answer.language, "und") == 0;
    work->counts[NOT_LANGUAGE] += strcmp(answer.language, "zxx") == 0;
    work->counts[LONE_SURROGATES] += answer.lone_surrogates;
    work->counts[UNKNOWN_PRIORS] += answer.unknown_prior;
    if (!answer.low || !settings->drop_low) return SG_KEEP;
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
    "one sentence a line; 500 lines are a start, 5,000 are good. With --dev DIR, files of the same "
    "kind that are not in DIR, it is measured and its scores are calibrated. Use it with --model "
    "MODEL. --dev DIR alone measures the model of the program, or that of --model.",
    "--train DIR --extend OLD -o NEW keeps a model and learns what DIR has: a label that OLD does not "
    "have is added, one that it has is strengthened, and all others stay as they are. Text of the "
    "languages that yours could be taken for belongs into DIR/others, 200 lines of each in files like "
    "yours: it is compared with and not learned. The program says what it is going to do before "
    "it begins. stages/langtag/README.md goes through it step by step.",
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
    .free = free_settings,
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
