/*
 * The life of a program:
 *
 *   std fds open -> signals -> options -> --help, --version, --generate -> inputs, output, budget -> --dry-run stops here
 *   -> the stage's init or the verb's run -> standard output closed and checked -> exit code, or the signal that came
 */
#include "run/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/frames.h"
#include "io/publish.h"
#include "run/chain.h"
#include "run/generate.h"
#include "run/opts_common.h"
#include "run/signals.h"
#include "run/tmp.h"
#include "text/unicode.h"

/* A closed standard descriptor must not become one of our files; what would use it then fails with EBADF. */
static void open_std_fds(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(SG_SYSTEM);
}

static enum sg_code write_out(const struct sg_buf *text, struct sg_err *err) {
    return sg_file_write(STDOUT_FILENO, "standard output", text->data, text->len, err);
}

static enum sg_code print_version(const struct sg_stage *stage, struct sg_err *err) {
    struct sg_buf out = {0};
    sg_buf_printf(&out, "sangam%s%s %s (Unicode %s, ICU %s, libzstd %s)\n",
                  stage->name[0] ? "-" : "", stage->name, SANGAM_VERSION, sg_unicode_version(),
                  sg_unicode_icu_version(), sg_frames_zstd_version());
    enum sg_code code = write_out(&out, err);
    sg_buf_free(&out);
    return code;
}

/* --help and its like: true when there was one, then *code is the answer. */
static bool answer_about(const struct sg_stage *stage, const struct sg_verb *verb,
                         const struct sg_opts *opts, enum sg_code *code, struct sg_err *err) {
    const char *what = sg_opts_text(opts, "generate");
    if (sg_opts_flag(opts, "version")) {
        *code = print_version(stage, err);
        return true;
    }
    if (!what && !sg_opts_flag(opts, "help")) return false;
    struct sg_buf out = {0};
    if (what)
        sg_generate(stage, what, &out);
    else
        sg_generate_help(stage, verb, &out);
    *code = write_out(&out, err);
    sg_buf_free(&out);
    return true;
}

/* ---- where things go ---- */

/* A verb that writes one file of its own kind. */
static enum sg_code choose_file(struct sg_run *run, const char *given, struct sg_err *err) {
    const char *suffix = run->verb->output_suffix;
    size_t len = strlen(given), tail = strlen(suffix);
    if (strcmp(given, "-") != 0) run->output = sg_strdup(given);
    if (len > tail && strcmp(given + len - tail, suffix) == 0 && !sg_file_is_folder(given)) return SG_OK;
    return sg_err_set(err, SG_USAGE, "'sangam-%s %s' writes one file: give -o NAME%s", run->stage->name,
                      run->verb->name, suffix);
}

static enum sg_code choose_output(struct sg_run *run, struct sg_err *err) {
    const char *given = sg_opts_text(run->opts, "output");
    const struct sg_stage *stage = run->stage;
    if (run->verb && run->verb->output_suffix) return choose_file(run, given, err);
    if (strcmp(given, "-") == 0) {
        run->output = "-";
        if (!stage->output_is_folder) return SG_OK;
        return sg_err_set(err, SG_USAGE, "this stage writes a folder: give -o FOLDER/");
    }
    size_t len = strlen(given);
    bool slash = len > 1 && given[len - 1] == '/';
    char *path = sg_strndup(given, slash ? len - 1 : len);
    run->output = path;
    struct stat there;
    bool exists = stat(path, &there) == 0;
    enum sg_compression compression;
    run->output_is_folder =
        slash || run->inputs.many || stage->output_is_folder || (exists && S_ISDIR(there.st_mode));
    if (run->output_is_folder && exists && !S_ISDIR(there.st_mode))
        return sg_err_set(err, SG_USAGE, "'%s' must be a folder for these inputs, and is a file",
                          path);
    if (!run->output_is_folder && !(exists && !S_ISREG(there.st_mode)) &&
        (!sg_frames_suffix(path, &compression) || compression == SG_XZ || compression == SG_BZ2))
        return sg_err_set(err, SG_USAGE,
                          "'%s' is neither a folder nor a .jsonl, .jsonl.zst or .jsonl.gz file: "
                          "write '%s/' for a folder",
                          path, path);
    return SG_OK;
}

static enum sg_code make_folders_of(const char *path, struct sg_err *err) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return SG_OK;
    char *folder = sg_strndup(path, (size_t)(slash - path));
    enum sg_code code = sg_file_make_folder(folder, err);
    if (code == SG_OK) sg_publish_sweep(folder);
    free(folder);
    return code;
}

enum sg_code sg_run_output(const struct sg_run *run, const char *name, char **path,
                           struct sg_err *err) {
    if (!run->output_is_folder) {
        *path = sg_strdup(run->output);
        return SG_OK;
    }
    char *chain_name = sg_inputs_chain_name(strcmp(name, "-") == 0 ? "stdin" : name);
    *path = sg_printf_dup("%s/%s", run->output, chain_name);
    free(chain_name);
    return make_folders_of(*path, err);
}

/* Everything is tried before work begins: at 2 a.m. the first minute is the best time to fail. */
static enum sg_code check_ends(struct sg_run *run, struct sg_err *err) {
    for (size_t i = 0; i < run->inputs.count; i++) {
        const struct sg_input *input = &run->inputs.items[i];
        if (!input->regular || access(input->path, R_OK) == 0) continue;
        sg_err_sys(err, "cannot read");
        return sg_err_at(err, input->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (!run->output_is_folder)
        return strcmp(run->output, "-") == 0 ? SG_OK : make_folders_of(run->output, err);
    enum sg_code code = sg_file_make_folder(run->output, err);
    if (code == SG_OK && access(run->output, W_OK | X_OK) != 0) {
        sg_err_sys(err, "cannot write into this folder");
        code = sg_err_at(err, run->output, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK) sg_publish_sweep(run->output);
    return code;
}

/* ---- settings ---- */

/* Canonical settings, and the hash that receipts carry: with the program's and the libraries' versions. */
static void fix_settings(struct sg_run *run, const struct sg_buf *identity) {
    sg_opts_settings(run->opts, &run->settings);
    if (identity->len) {
        run->settings.len--; /* the closing brace */
        bool empty = run->settings.len == 1;
        sg_buf_put(&run->settings, identity->data + empty, identity->len - empty);
        sg_buf_putc(&run->settings, '}');
    }
    struct sg_hash_state *state = sg_hash_new();
    const char *const parts[] = {run->stage->name, SANGAM_VERSION, sg_unicode_icu_version(),
                                 sg_frames_zstd_version()};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sg_hash_add_sized(state, parts[i], strlen(parts[i]));
    sg_hash_add_sized(state, run->settings.data, run->settings.len);
    run->settings_hash = sg_hash_digest(state);
    sg_hash_free(state);
}

/* ---- --dry-run ---- */

static void tell_one_for_each(const struct sg_run *run, struct sg_buf *out) {
    char size[SG_NUM_TEXT];
    for (size_t i = 0; i < run->inputs.count; i++) {
        const struct sg_input *input = &run->inputs.items[i];
        char from[300], to[300];
        char *name = sg_inputs_chain_name(strcmp(input->name, "-") == 0 ? "stdin" : input->name);
        char *path = run->output_is_folder ? sg_printf_dup("%s/%s", run->output, name)
                                           : sg_strdup(run->output);
        bool corpus = run->stage->output_is_folder;
        sg_buf_printf(out, "%s (%s) -> %s\n", sg_err_quote(input->path, from, sizeof from),
                      input->regular ? sg_num_bytes(input->bytes, size) : "a pipe",
                      sg_err_quote(corpus ? run->output : path, to, sizeof to));
        free(name);
        free(path);
    }
}

static enum sg_code print_plan(struct sg_run *run, struct sg_err *err) {
    struct sg_buf out = {0};
    char limit[SG_NUM_TEXT];
    enum sg_code code = SG_OK;
    if (run->stage->tell_outputs) code = run->stage->tell_outputs(run, &out, err);
    else tell_one_for_each(run, &out);
    for (size_t i = 0; i < run->inputs.skipped_count; i++) {
        char from[300];
        sg_buf_printf(&out, "%s not read: %s\n",
                      sg_err_quote(run->inputs.skipped[i].path, from, sizeof from),
                      run->inputs.skipped[i].reason);
    }
    sg_buf_printf(&out, "%zu inputs, %u threads, %s of memory (%s)\n", run->inputs.count,
                  run->budget.threads, sg_num_bytes(run->budget.limit_bytes, limit),
                  run->budget.source);
    if (code == SG_OK) code = write_out(&out, err);
    sg_buf_free(&out);
    return code;
}

/* ---- bad units ---- */

enum sg_code sg_run_judge_bad(const struct sg_run *run, uint64_t bad, uint64_t units, bool final,
                              struct sg_err *err) {
    const struct sg_limit *limit = &run->max_bad;
    if (limit->percent < 0) {
        if (bad <= limit->count) return SG_OK;
        return sg_err_set(err, SG_DATA,
                          "%llu bad units, more than --max-bad %llu; they are listed in "
                          "NAME.bad.zst beside each output",
                          (unsigned long long)bad, (unsigned long long)limit->count);
    }
    if (!final || (double)bad * 100 <= limit->percent * (double)units) return SG_OK;
    return sg_err_set(err, SG_DATA,
                      "%llu bad units of %llu, more than --max-bad %g%%; they are listed in "
                      "NAME.bad.zst beside each output",
                      (unsigned long long)bad, (unsigned long long)units, limit->percent);
}

/* ---- running ---- */

static enum sg_code run_chain(struct sg_run *run, struct sg_err *err) {
    void *shared = NULL;
    struct sg_buf identity = {0};
    enum sg_code code =
        run->stage->init ? run->stage->init(run->opts, &shared, &identity, err) : SG_OK;
    if (code == SG_OK) {
        fix_settings(run, &identity);
        code = sg_opts_flag(run->opts, "dry-run") ? print_plan(run, err) : check_ends(run, err);
        if (code == SG_OK && !sg_opts_flag(run->opts, "dry-run"))
            code = sg_chain_run(run, shared, err);
    }
    if (run->stage->free) run->stage->free(shared);
    sg_buf_free(&identity);
    return code;
}

static enum sg_code run_corpus(struct sg_run *run, struct sg_err *err) {
    struct sg_buf none = {0};
    fix_settings(run, &none);
    if (sg_opts_flag(run->opts, "dry-run")) return print_plan(run, err);
    enum sg_code code = check_ends(run, err);
    if (code == SG_OK)
        code = sg_tmp_make(sg_opts_text(run->opts, "tmp"),
                           run->output_is_folder ? run->output : NULL, &run->tmp, err);
    if (code == SG_OK) code = run->verb ? run->verb->run(run, err) : run->stage->run(run, err);
    sg_tmp_remove(run->tmp);
    return code;
}

static enum sg_code find_inputs(struct sg_run *run, struct sg_err *err) {
    static char dash[] = "-";
    char *const standard_input[] = {dash, NULL}, *const * args;
    size_t count = sg_opts_operands(run->opts, &args);
    const char *output = sg_opts_text(run->opts, "output");
    struct sg_inputs_options options = {
        .want = run->stage->want, .follow = sg_opts_flag(run->opts, "follow"), .output = output,
        .one_output = run->verb && run->verb->output_suffix};
    if (count == 0) return sg_inputs_find(&run->inputs, 1, standard_input, &options, err);
    enum sg_code code = sg_inputs_find(&run->inputs, count, args, &options, err);
    if (code == SG_OK && run->inputs.ignored)
        sg_log_line(run->progress, SG_LOG_DETAIL,
                    "%zu files of other kinds in the input folders are not read",
                    run->inputs.ignored);
    return code;
}

static enum sg_code take_options(struct sg_run *run, struct sg_err *err) {
    const struct sg_opts *opts = run->opts;
    run->level = (int)sg_opts_count(opts, "level");
    if (run->level < 1 || run->level > 19)
        return sg_err_set(err, SG_USAGE, "--level must be from 1 to 19, not %d", run->level);
    run->max_record = sg_opts_count(opts, "max-record");
    run->max_bad = sg_opts_limit(opts, "max-bad");
    run->keep_dropped = sg_opts_flag(opts, "keep-dropped");
    run->receipt_path = sg_opts_text(opts, "receipt");
    run->dropped_path = sg_opts_text(opts, "dropped");
    run->bad_path = sg_opts_text(opts, "bad");
    if (!run->output_is_folder || (!run->receipt_path && !run->dropped_path && !run->bad_path))
        return SG_OK;
    return sg_err_set(err, SG_USAGE,
                      "--receipt, --dropped and --bad go with one output; in a folder these "
                      "files stand beside each output");
}

enum sg_code sg_run_options(struct sg_run *run, int count, char **words, struct sg_err *err) {
    const struct sg_option *tables[SG_STAGE_TABLES];
    struct sg_buf none = {0};
    sg_stage_tables(run->stage, NULL, tables);
    enum sg_code code = sg_opts_parse(&run->planned, tables, count, words, err);
    if (code != SG_OK) return code;
    run->opts = run->planned;
    fix_settings(run, &none);
    return take_options(run, err);
}

static enum sg_code run_with_files(struct sg_run *run, struct sg_err *err) {
    const struct sg_opts *opts = run->opts;
    bool planned = run->verb && run->verb->planned;
    enum sg_code code = planned ? SG_OK : find_inputs(run, err);
    if (code == SG_OK && !planned) code = choose_output(run, err);
    if (code == SG_OK && !planned) code = take_options(run, err);
    if (code == SG_OK)
        code = sg_budget_init(&run->budget, sg_opts_count(opts, "memory"),
                              (unsigned)sg_opts_count(opts, "threads"), err);
    if (code == SG_OK && planned) code = run->verb->run(run, err);
    else if (code == SG_OK) code = run->stage->process ? run_chain(run, err) : run_corpus(run, err);
    if (strcmp(run->output ? run->output : "-", "-") != 0) free((char *)(uintptr_t)run->output);
    sg_inputs_free(&run->inputs);
    sg_buf_free(&run->settings);
    sg_opts_free(run->planned);
    return code;
}

static const struct sg_verb *pick_verb(const struct sg_stage *stage, int *argc, char ***argv) {
    if (!stage->verbs) return NULL;
    for (const struct sg_verb *verb = stage->verbs; *argc > 0 && verb->name; verb++)
        if (strcmp((*argv)[0], verb->name) == 0) {
            (*argc)--;
            (*argv)++;
            return verb;
        }
    return stage->verbs;
}

static enum sg_code run_program(struct sg_run *run, int argc, char **argv, struct sg_err *err) {
    const struct sg_stage *stage = run->stage;
    bool bare_call = argc == 0;
    int words = argc;
    run->verb = pick_verb(stage, &argc, &argv);
    const struct sg_verb *named =
        argc < words ? run->verb : NULL; /* --help without a verb tells of all */
    struct sg_opts *opts = NULL;
    const struct sg_option *tables[SG_STAGE_TABLES];
    sg_stage_tables(stage, run->verb, tables);
    if (bare_call && (!stage->lone_default_input || isatty(STDIN_FILENO))) {
        struct sg_buf usage = {0};
        sg_generate_usage(stage, NULL, &usage);
        (void)!write(STDERR_FILENO, usage.data, usage.len);
        sg_buf_free(&usage);
        return sg_err_set(
            err, SG_USAGE,
            "no input: name files or folders, or '-' for standard input (--help tells more)");
    }
    enum sg_code code = sg_opts_parse(&opts, tables, argc, argv, err);
    if (code != SG_OK) return code;
    run->opts = opts;
    const char *log = sg_opts_text(opts, "log");
    run->log.json = log && strcmp(log, "json") == 0;
    run->log.quiet = sg_opts_flag(opts, "quiet");
    run->log.verbose = sg_opts_flag(opts, "verbose");
    bool bare = run->verb && run->verb->bare;
    const char *wish = bare ? "never" : sg_opts_text(opts, "progress");
    bool live = strcmp(wish, "always") == 0 ||
                (strcmp(wish, "auto") == 0 && isatty(STDERR_FILENO) && !run->log.json);
    run->progress = sg_progress_new(&run->log, live, strcmp(wish, "never") == 0);
    code = sg_unicode_init(err);
    if (code == SG_OK && !answer_about(stage, named, opts, &code, err))
        code = bare ? run->verb->run(run, err) : run_with_files(run, err);
    sg_progress_free(run->progress);
    sg_opts_free(opts);
    return code;
}

int sg_stage_main(const struct sg_stage *stage, int argc, char **argv) {
    open_std_fds();
    sg_signals_init();
    /* Large buffers are mapped and given back when freed: --memory counts resident bytes, not what malloc hoards. */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
    char program[64];
    snprintf(program, sizeof program, "sangam%s%s", stage->name[0] ? "-" : "", stage->name);
    struct sg_run run = {.stage = stage, .log = {.program = program}};
    struct sg_err err = {0};
    enum sg_code code = run_program(&run, argc - 1, argv + 1, &err);
    if (code == SG_OK && close(STDOUT_FILENO) != 0 && errno != EBADF)
        code = sg_err_sys(&err, "cannot write standard output");
    if (code == SG_OK) return 0;
    if (err.errnum == EPIPE)
        sg_signals_raise(SIGPIPE); /* the reader went away: nothing to say, nobody to say it to */
    if (err.code != SG_OK) sg_log_error(&run.log, &err);
    if (sg_signals_caught()) sg_signals_raise(sg_signals_caught());
    return (int)code;
}
