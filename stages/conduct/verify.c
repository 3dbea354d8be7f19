/*
 * The proof, from input files to shards:
 *
 *   every receipt      its own sum; in = out + dropped + bad; its outputs' bytes and sums; the
 * lines of records and ledgers between stages     what a stage read is what the one before it
 * wrote, by sum, and all of it the first stage    its input files' sums; every file that the inputs
 * name was read the last           the manifest's documents in are the last records out, and
 * sangam-shard verify has its say
 *
 * Example  2-normalize/a.receipt.json says: input ../1-ingest/a.jsonl.zst with sum s, 90 records.
 * 1-ingest's receipts must list an output of that path with that very s; the file there is hashed
 * too, so all three agree. Memory   one receipt and two lists of (path, sum); files are streamed.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "child.h"
#include "conduct.h"
#include "io/file.h"
#include "io/frames.h"
#include "receipts.h"
#include "release.h"
#include "run/signals.h"
#include "work.h"

struct link {
    char *path; /* real */
    struct sg_hash128 hash;
    bool used;
};

struct links {
    struct link *items; /* sorted by path once a stage has been read */
    size_t count;
};

struct proof {
    struct sg_buf out;               /* lines to print */
    uint64_t problems, all_problems; /* of this stage, of all */
    bool system;                     /* a file could not be read: exit 1 when nothing worse came */
    const struct record_stage *stage;
    bool first;            /* its inputs are not ours: they are hashed here */
    struct sg_receipt sum; /* counts of this stage */
    size_t receipts;
    struct links inputs, outputs, named; /* named: all files that receipts list as outputs */
};

/* ---- problems ---- */

static void problem(struct proof *proof, const char *path, const char *format, ...) SG_PRINTF(3, 4);

static void problem(struct proof *proof, const char *path, const char *format, ...) {
    char name[300], text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    proof->problems++;
    sg_buf_printf(&proof->out, "problem: %s: %s\n", sg_err_quote(path, name, sizeof name), text);
}

/* An error from below as a problem of that file. */
static void problem_of(struct proof *proof, const char *path, struct sg_err *cause) {
    char text[900];
    if (cause->code == SG_SYSTEM && access(path, F_OK) == 0)
        proof->system = true; /* it is there, and cannot be read */
    cause->file[0] = 0;
    problem(proof, path, "%s", sg_err_format(cause, text, sizeof text));
}

static enum sg_code flush(struct proof *proof, struct sg_err *err) {
    enum sg_code code = conduct_print(&proof->out, err);
    proof->out.len = 0;
    return code;
}

/* ---- lists of files ---- */

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct link *)a)->path, ((const struct link *)b)->path);
}

static void add_link(struct links *links, const char *path, struct sg_hash128 hash) {
    if ((links->count & (links->count - 1)) == 0) /* grows at 0, 1, 2, 4, 8 ... */
        links->items =
            sg_realloc(links->items, (links->count ? 2 * links->count : 1) * sizeof *links->items);
    char *real = realpath(path, NULL);
    links->items[links->count++] =
        (struct link){.path = real ? real : sg_strdup(path), .hash = hash};
}

static void sort_links(struct links *links) {
    if (links->count) qsort(links->items, links->count, sizeof *links->items, by_path);
}

static struct link *find_link(const struct links *links, const char *path) {
    struct link key = {.path = (char *)(uintptr_t)path};
    return links->count ? bsearch(&key, links->items, links->count, sizeof key, by_path) : NULL;
}

static void free_links(struct links *links) {
    for (size_t i = 0; i < links->count; i++) free(links->items[i].path);
    free(links->items);
    *links = (struct links){0};
}

/* ---- one receipt ---- */

static void check_hash(struct proof *proof, const char *path, const struct sg_receipt_file *file) {
    uint64_t bytes;
    struct sg_hash128 hash;
    struct sg_err cause = {0};
    if (sg_file_hash(path, &bytes, &hash, &cause) != SG_OK)
        problem_of(proof, path, &cause);
    else if (bytes != file->bytes)
        problem(proof, path, "has %llu bytes, its receipt says %llu", (unsigned long long)bytes,
                (unsigned long long)file->bytes);
    else if (sg_hash_compare(hash, file->hash) != 0)
        problem(proof, path, "its content is not what its receipt says (other XXH3-128)");
}

static uint64_t lines_of(const char *bytes, size_t len) {
    uint64_t lines = 0;
    for (const char *p = bytes, *end = bytes + len;
         p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        lines++;
    return lines;
}

static enum sg_code count_lines(const char *path, uint64_t *out, struct sg_err *err) {
    struct sg_frames *reader = NULL;
    struct sg_frames_batch batch = {0};
    enum sg_code code =
        sg_frames_open(&reader, path, &(struct sg_frames_options){.stream = true}, err);
    *out = 0;
    while (code == SG_OK && (code = sg_frames_next(reader, &batch, err)) == SG_OK)
        *out += lines_of(batch.lines.data, batch.lines.len);
    sg_frames_batch_free(&batch);
    sg_frames_close(reader);
    return code == SG_END ? SG_OK : code;
}

static void check_lines(struct proof *proof, const char *path, uint64_t promised) {
    uint64_t lines;
    struct sg_err cause = {0};
    if (access(path, F_OK) != 0) return; /* said already */
    if (count_lines(path, &lines, &cause) != SG_OK)
        problem_of(proof, path, &cause);
    else if (lines != promised)
        problem(proof, path, "holds %llu lines, its receipt says %llu", (unsigned long long)lines,
                (unsigned long long)promised);
}

/* Documents that stay and have a ledger line all the same, for what is cut from their texts. */
static uint64_t shortened(const struct sg_receipt *receipt) {
    uint64_t documents = 0;
    for (size_t i = 0; i < receipt->counter_count; i++)
        if (strcmp(receipt->counters[i].name, "documents_cut") == 0) documents += receipt->counters[i].count;
    return documents;
}

static void check_outputs(struct proof *proof, const char *path, const struct sg_receipt *receipt) {
    uint64_t records = 0, dropped = 0;
    for (size_t i = 0; i < receipt->output_count; i++) {
        const struct sg_receipt_file *file = &receipt->outputs[i];
        char *there = sg_receipt_resolve(path, file->path);
        bool is_records = strcmp(file->kind, "records") == 0,
             is_ledger = strcmp(file->kind, "dropped") == 0;
        check_hash(proof, there, file);
        if (is_records || is_ledger) check_lines(proof, there, file->records);
        if (is_records) add_link(&proof->outputs, there, file->hash);
        add_link(&proof->named, there, file->hash);
        records += is_records ? file->records : 0;
        dropped += is_ledger ? file->records : 0;
        free(there);
    }
    if (records != receipt->records_out)
        problem(proof, path, "%llu records out, its files hold %llu",
                (unsigned long long)receipt->records_out, (unsigned long long)records);
    uint64_t expected = receipt->dropped + shortened(receipt);
    if (dropped != expected)
        problem(proof, path, "%llu records dropped or shortened, its ledger explains %llu",
                (unsigned long long)expected, (unsigned long long)dropped);
}

static enum sg_code check_receipt(void *context, const char *path, const struct sg_receipt *receipt,
                                  struct sg_err *cause) {
    struct proof *proof = context;
    if (sg_signals_check(cause) != SG_OK) return SG_SYSTEM;
    proof->receipts++;
    if (!receipt) {
        problem_of(proof, path, cause);
        return SG_OK;
    }
    if (strcmp(receipt->stage, proof->stage->stage) != 0)
        problem(proof, path, "it is a receipt of another stage");
    if (receipt->records_in != receipt->records_out + receipt->dropped + receipt->bad)
        problem(proof, path, "%llu documents in, but %llu out + %llu dropped + %llu bad",
                (unsigned long long)receipt->records_in, (unsigned long long)receipt->records_out,
                (unsigned long long)receipt->dropped, (unsigned long long)receipt->bad);
    for (size_t i = 0; i < receipt->input_count; i++) {
        char *there = sg_receipt_resolve(path, receipt->inputs[i].path);
        add_link(&proof->inputs, there, receipt->inputs[i].hash);
        if (proof->first && strcmp(there, "-") != 0) check_hash(proof, there, &receipt->inputs[i]);
        free(there);
    }
    check_outputs(proof, path, receipt);
    proof->sum.records_in += receipt->records_in;
    proof->sum.records_out += receipt->records_out;
    proof->sum.dropped += receipt->dropped;
    proof->sum.bad += receipt->bad;
    return SG_OK;
}

/* ---- a stage ---- */

static void check_orphans(struct proof *proof, const struct files *files) {
    for (size_t i = 0; i < files->count; i++) {
        char *real = realpath(files->paths[i], NULL);
        if (real && file_is_named(files->paths[i]) && !find_link(&proof->named, real))
            problem(proof, files->paths[i], "no receipt speaks of it");
        free(real);
    }
}

/* Everything that was written was read, unchanged, and nothing else. */
static void check_hand_over(struct proof *proof, struct links *written, uint64_t records_written) {
    for (size_t i = 0; i < proof->inputs.count; i++) {
        const struct link *read = &proof->inputs.items[i];
        struct link *link = find_link(written, read->path);
        if (!link)
            problem(proof, read->path, "was read by %s, but the stage before it did not write it",
                    proof->stage->label);
        else if (sg_hash_compare(link->hash, read->hash) != 0)
            problem(proof, read->path, "%s read another content than the stage before it wrote",
                    proof->stage->label);
        if (link) link->used = true;
    }
    for (size_t i = 0; i < written->count; i++)
        if (!written->items[i].used)
            problem(proof, written->items[i].path, "was not read by %s", proof->stage->label);
    if (proof->sum.records_in != records_written)
        problem(proof, proof->stage->folder,
                "%llu documents came in, the stage before it wrote %llu",
                (unsigned long long)proof->sum.records_in, (unsigned long long)records_written);
}

/* Every file that the inputs name was read by the first stage. */
static void check_coverage(struct proof *proof, const struct record *record) {
    struct sg_inputs inputs = {0};
    struct sg_err cause = {0};
    bool ingest = strcmp(record->stages[0].stage, "ingest") == 0;
    struct sg_inputs_options options = {.want = ingest ? SG_INPUTS_ANY : SG_INPUTS_CHAIN};
    if (sg_inputs_find(&inputs, record->input_count, record->inputs, &options, &cause) != SG_OK)
        problem(proof, record->inputs[0], "the inputs cannot be looked through again: %s",
                cause.text);
    for (size_t i = 0; i < inputs.count; i++) {
        if (!inputs.items[i].regular) continue;
        char *real = realpath(inputs.items[i].path, NULL);
        if (real && !find_link(&proof->inputs, real))
            problem(proof, inputs.items[i].path, "was not read by %s", proof->stage->label);
        free(real);
    }
    sg_inputs_free(&inputs);
}

static void put_verdict(struct proof *proof) {
    char in[SG_NUM_TEXT], kept[SG_NUM_TEXT], dropped[SG_NUM_TEXT], bad[SG_NUM_TEXT],
        many[SG_NUM_TEXT];
    sg_buf_printf(&proof->out,
                  "%-14s %s receipts: %s in = %s out + %s dropped + %s bad: ", proof->stage->label,
                  sg_num_count(proof->receipts, many), sg_num_count(proof->sum.records_in, in),
                  sg_num_count(proof->sum.records_out, kept),
                  sg_num_count(proof->sum.dropped, dropped), sg_num_count(proof->sum.bad, bad));
    if (proof->problems)
        sg_buf_printf(&proof->out, "%s problems\n", sg_num_count(proof->problems, many));
    else
        sg_buf_puts(&proof->out, "proved\n");
}

/* written: outputs of the stage before; NULL for the first. */
static enum sg_code check_stage(struct proof *proof, const struct record *record,
                                struct links *written, uint64_t records_written,
                                struct sg_err *err) {
    struct files files = {0};
    enum sg_code code = receipts_each(proof->stage->folder, check_receipt, proof, err);
    if (code == SG_OK) code = files_below(proof->stage->folder, &files, err);
    if (code == SG_OK) {
        sort_links(&proof->inputs);
        sort_links(&proof->outputs);
        sort_links(&proof->named);
        check_orphans(proof, &files);
        if (proof->receipts == 0)
            problem(proof, proof->stage->folder, "no receipts: this stage has not run");
        else if (written)
            check_hand_over(proof, written, records_written);
        else
            check_coverage(proof, record);
        put_verdict(proof);
    }
    files_free(&files);
    return code == SG_OK ? flush(proof, err) : code;
}

/* ---- shards ---- */

/* sangam-shard knows its shards best. */
static enum sg_code verify_release(const char *folder, bool *sound, struct sg_err *err) {
    char *path = program_find("shard"), verb[] = "verify", end_of_options[] = "--";
    if (!path)
        return sg_err_set(err, SG_SYSTEM, "no program sangam-shard beside sangam or in PATH");
    char *argv[] = {path, verb, end_of_options, (char *)(uintptr_t)folder, NULL};
    struct child_end end = {0};
    enum sg_code code =
        child_run(argv, &(struct child_options){.keep_fd = -1, .standard_output = true}, &end, err);
    free(path);
    if (code != SG_OK) return code;
    if (sg_signals_check(err) != SG_OK) return SG_SYSTEM;
    *sound = end.signal == 0 && end.exit_code == 0;
    if (*sound || end.exit_code == SG_DATA) return SG_OK;
    return sg_err_set(err, SG_SYSTEM, "sangam-shard verify could not finish");
}

static enum sg_code check_shards(struct proof *proof, uint64_t records_written,
                                 struct sg_err *err) {
    struct release release;
    struct sg_err cause = {0};
    bool sound = true;
    char in[SG_NUM_TEXT], kept[SG_NUM_TEXT], dropped[SG_NUM_TEXT], shards[SG_NUM_TEXT];
    if (release_load(proof->stage->folder, &release, &cause) != SG_OK) {
        problem_of(proof, proof->stage->folder, &cause);
        return flush(proof, err);
    }
    if (release.documents_in != records_written)
        problem(proof, proof->stage->folder,
                "the manifest has %llu documents in, the stage before it wrote %llu",
                (unsigned long long)release.documents_in, (unsigned long long)records_written);
    if (release.documents_in != release.documents + release.dropped)
        problem(proof, proof->stage->folder,
                "the manifest has %llu documents in, but %llu in shards + %llu dropped",
                (unsigned long long)release.documents_in, (unsigned long long)release.documents,
                (unsigned long long)release.dropped);
    enum sg_code code = flush(proof, err);
    if (code == SG_OK) code = verify_release(proof->stage->folder, &sound, err);
    if (code == SG_OK && !sound)
        problem(proof, proof->stage->folder, "sangam-shard verify found the problems above");
    sg_buf_printf(&proof->out, "%-14s %s shards: %s in = %s out + %s dropped or bad: %s\n",
                  proof->stage->label, sg_num_count(release.shards, shards),
                  sg_num_count(release.documents_in, in), sg_num_count(release.documents, kept),
                  sg_num_count(release.dropped, dropped), proof->problems ? "problems" : "proved");
    release_free(&release);
    return code == SG_OK ? flush(proof, err) : code;
}

/* ---- all of it ---- */

static void next_stage(struct proof *proof) {
    proof->all_problems += proof->problems;
    proof->problems = 0;
    proof->receipts = 0;
    proof->sum = (struct sg_receipt){0};
    free_links(&proof->inputs);
    free_links(&proof->named);
}

static enum sg_code check_all(struct proof *proof, const struct record *record,
                              struct sg_err *err) {
    struct links written = {0};
    uint64_t records = 0;
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < record->stage_count && code == SG_OK; i++) {
        proof->stage = &record->stages[i];
        proof->first = i == 0;
        bool shards = strcmp(proof->stage->stage, "shard") == 0;
        code = shards && i ? check_shards(proof, records, err)
                           : check_stage(proof, record, i ? &written : NULL, records, err);
        free_links(&written);
        written = proof->outputs;
        records = proof->sum.records_out;
        proof->outputs = (struct links){0};
        next_stage(proof);
    }
    free_links(&written);
    return code;
}

static enum sg_code verify_work(const char *work, struct sg_err *err) {
    struct record record;
    struct proof proof = {0};
    char owner[160];
    enum sg_code code = record_load(work, &record, err);
    if (code == SG_OK && work_busy(work, owner))
        code = sg_err_set(err, SG_SYSTEM, "a run is at work there (%s): wait for it", owner);
    if (code == SG_OK) code = check_all(&proof, &record, err);
    if (code == SG_OK && proof.all_problems)
        code = sg_err_set(err, proof.system ? SG_SYSTEM : SG_DATA, "not verified: %llu problems",
                          (unsigned long long)proof.all_problems);
    if (code == SG_OK) {
        sg_buf_puts(
            &proof.out,
            "verified: every document is accounted for, from the input files to the last stage\n");
        code = flush(&proof, err);
    }
    free_links(&proof.inputs);
    free_links(&proof.outputs);
    free_links(&proof.named);
    sg_buf_free(&proof.out);
    record_free(&record);
    return code;
}

enum sg_code conduct_verify(struct sg_run *run, struct sg_err *err) {
    char *const *words;
    bool sound = true;
    if (sg_opts_operands(run->opts, &words) != 1)
        return sg_err_set(err, SG_USAGE,
                          "name one folder: sangam verify WORK, or a folder of shards");
    if (!release_is(words[0])) return verify_work(words[0], err);
    enum sg_code code = verify_release(words[0], &sound, err);
    if (code == SG_OK && !sound) code = sg_err_set(err, SG_DATA, "not verified: see above");
    return code;
}
