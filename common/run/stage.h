/*
 * stage: what a program is, and the life that all of them share.
 *
 * Shape   a table in main.c. A chain stage gives process (one record in, kept, dropped or bad); ingest and the whole-corpus
 *         stages give run. sg_stage_main does the rest: std fds, signals, options, --help, --version, --generate,
 *         --dry-run, inputs, budget, run, receipts, standard output checked, exit code.
 * Calls   main() { return sg_stage_main(&stage, argc, argv); }
 * Owns    shared belongs to the stage (init / free), scratch to one worker (scratch / scratch_free).
 * Errors  printed here and nowhere else; exit codes of contract.md section 1.
 */
#ifndef SANGAM_RUN_STAGE_H
#define SANGAM_RUN_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "run/budget.h"
#include "run/inputs.h"
#include "run/opts.h"
#include "run/progress.h"
#include "text/record.h"

enum sg_verdict { SG_KEEP, SG_DROP, SG_BAD, SG_FAIL };

/* One worker's place of work. */
struct sg_work {
    uint64_t *
        counts; /* the stage's own counters, by index in stage->counters; summed over workers and batches */
    const char *reason; /* SG_DROP: a static string, lower case */
    struct sg_buf
        detail; /* SG_DROP: further ledger members, each with its comma in front; emptied before each record */
    struct sg_arena arena; /* emptied after each batch */
};

struct sg_run;

struct sg_verb {
    const char *name, *about;
    const char *
        usage; /* what follows "sangam-STAGE VERB": "[OPTIONS] INPUT... -o OUTPUT"; NULL: the usual */
    const struct sg_option *options; /* added to the common ones; NULL: the stage's own */
    enum sg_code (*run)(struct sg_run *run, struct sg_err *err);
    bool bare; /* no INPUT search, no budget, no common file options: verify, status */
    const char *output_suffix; /* ".sigx": one file of that name is written, whatever the inputs; never "-" */
    bool planned; /* inputs and outputs stand in a plan of the stage's: the verb fills them in (sg_run_options) */
};

struct sg_stage {
    const char *name;           /* "filter": the program is sangam-filter; "" is sangam itself */
    const char *about;          /* one line, for --help and man */
    const char *reads, *writes; /* members, for the man page, a space between them */
    const char *example;        /* one command line for --help; NULL: one made from the name */
    const char *const *
        manual; /* man page prose: paragraphs, NULL-ended; one that begins with '.' is mdoc as it is */
    bool keeps_order;
    bool repairs_utf8; /* a door: ill-formed UTF-8 in a line is repaired, not bad */
    enum sg_inputs_want want;
    const struct sg_option *options;
    const char *const *counters; /* NULL-ended names for receipts */
    bool sparse_counters;        /* many counters: those that are zero are left out of receipts */

    /* Chain stages. identity: JSON members to add to the settings (",\"model\":\"<hash>\""), for files that options name. */
    enum sg_code (*init)(const struct sg_opts *opts, void **shared, struct sg_buf *identity,
                         struct sg_err *err);
    void *(*scratch)(const void *shared);
    enum sg_verdict (*process)(const void *shared, void *scratch, struct sg_record *record,
                               struct sg_work *work, struct sg_err *err);
    void (*scratch_free)(void *scratch);
    /* After the last file, when all scratches are gone: what the run as a whole has to tell, by sg_log_... with run->progress.
     * totals: the stage's counters over the files done now. summary: more for the run's last line (", 12 changed").
     * Only after success; may be NULL. */
    void (*finish)(struct sg_run *run, void *shared, const uint64_t *totals,
                   struct sg_buf *summary);
    void (*free)(void *shared);
    uint64_t shared_bytes, scratch_bytes; /* for the budget, upper bounds */
    uint64_t (*shared_size)(
        const void *shared); /* in place of shared_bytes, where options decide; may be NULL */

    /* Others. verbs: NULL-ended by a zero row; the first one is the default when the first word is no verb. */
    const struct sg_verb *verbs;
    enum sg_code (*run)(struct sg_run *run,
                        struct sg_err *err); /* a stage without verbs and without process: ingest */
    /* --dry-run: the lines "input -> output" of a stage whose outputs are not one for each input */
    enum sg_code (*tell_outputs)(struct sg_run *run, struct sg_buf *out, struct sg_err *err);
    bool output_is_folder;                   /* always (shard, sangam) */
    bool lone_default_input;                 /* no INPUT means "-" (all but sangam's verbs) */
};

/* What a run function gets. */
struct sg_run {
    const struct sg_stage *stage;
    const struct sg_verb *verb; /* NULL for chain stages */
    const struct sg_opts *opts;
    struct sg_log log;
    struct sg_progress *progress;
    struct sg_inputs inputs;
    const char *output; /* "-", a file or a folder (without a slash at the end) */
    bool output_is_folder;
    char *tmp; /* an existing folder of this run for intermediate files, removed at the end */
    struct sg_budget budget;
    int level; /* --level, or the stage's default */
    uint64_t max_record;
    struct sg_limit max_bad;
    struct sg_buf settings; /* canonical JSON of the settings that can change a byte */
    struct sg_hash128 settings_hash;
    bool keep_dropped;
    const char *receipt_path, *dropped_path, *bad_path; /* as given, NULL otherwise */
    struct sg_opts *planned; /* of a planned verb: what run->opts is then */
};

int sg_stage_main(const struct sg_stage *stage, int argc, char **argv);

/* Where an input's output goes: run->output itself, or below it by name. Makes the folder. Caller frees. */
enum sg_code sg_run_output(const struct sg_run *run, const char *name, char **path,
                           struct sg_err *err) SG_MUST_CHECK;

/* A planned verb takes the options of the call that made the plan (their words, sg_opts_words) in place of its own. */
enum sg_code sg_run_options(struct sg_run *run, int count, char **words, struct sg_err *err) SG_MUST_CHECK;

/* "N bad units of M": SG_DATA when past the limit. final: everything has been read (a percentage is judged only then). */
enum sg_code sg_run_judge_bad(const struct sg_run *run, uint64_t bad, uint64_t units, bool final,
                              struct sg_err *err) SG_MUST_CHECK;

#endif
