#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "place.h"
#include "run/pipe.h"
#include "run/signals.h"
#include "run/tmp.h"

#define KEYS_BYTES (64u << 20)
#define SUMS_MAX (1u << 30)

struct verify {
    struct sg_run *run;
    const char *folder;
    struct shard_manifest manifest;
    struct shard_seen seen;
    struct shard_checker **checkers;
    struct shard_counts *totals; /* as found, by the manifest's totals; [0] is everything */
    size_t next;
    bool whole; /* every shard could be read to its end */
    uint64_t problems;
};

static enum sg_code print(struct verify *verify, struct shard_problems *problems, struct sg_err *err) {
    if (problems->count > 20)
        sg_buf_printf(&problems->text, "... and %llu more of this kind or file\n", (unsigned long long)problems->count - 20);
    verify->problems += problems->count;
    enum sg_code code = sg_file_write(STDOUT_FILENO, "standard output", problems->text.data, problems->text.len, err);
    sg_buf_free(&problems->text);
    *problems = (struct shard_problems){0};
    return code;
}

/* ---- files ---- */

static int compare_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Unlisted files. */
static enum sg_code check_names(struct verify *verify, struct sg_err *err) {
    static const char *const ours[] = {SHARD_MANIFEST, SHARD_SUMS, SHARD_CARD, SHARD_RUN, SHARD_BAD};
    const struct shard_manifest *manifest = &verify->manifest;
    struct shard_problems problems = {0};
    struct shard_names names;
    enum sg_code code = shard_place_list(verify->folder, &names, err);
    const char **listed = sg_zalloc(manifest->part_count + 1, sizeof *listed);
    for (size_t i = 0; i < manifest->part_count; i++) listed[i] = manifest->parts[i].part.path;
    if (manifest->part_count) qsort(listed, manifest->part_count, sizeof *listed, compare_text);
    for (size_t i = 0; i < names.count && code == SG_OK; i++) {
        const char *name = names.items[i];
        bool known = manifest->part_count && bsearch(&name, listed, manifest->part_count, sizeof *listed, compare_text);
        for (size_t k = 0; k < sizeof ours / sizeof *ours; k++) known = known || strcmp(name, ours[k]) == 0;
        char quoted[300];
        if (!known) shard_problem(&problems, sg_err_quote(name, quoted, sizeof quoted), 0, "is not in the manifest");
    }
    free(listed);
    shard_names_free(&names);
    return code == SG_OK ? print(verify, &problems, err) : code;
}

static enum sg_code check_sizes(struct verify *verify, struct sg_err *err) {
    struct shard_problems problems = {0};
    for (size_t i = 0; i < verify->manifest.part_count; i++) {
        const struct shard_part *part = &verify->manifest.parts[i].part;
        char *path = sg_printf_dup("%s/%s", verify->folder, part->path);
        struct stat there;
        if (stat(path, &there) != 0) shard_problem(&problems, part->path, 0, "is missing");
        else if ((uint64_t)there.st_size != part->counts.bytes)
            shard_problem(&problems, part->path, 0, "has %llu bytes, the manifest says %llu", (unsigned long long)there.st_size,
                          (unsigned long long)part->counts.bytes);
        free(path);
    }
    return print(verify, &problems, err);
}

/* What line `at` of SHA256SUMS must say: README.md, manifest.json, then the shards in the manifest's order. */
static void expected_sum(const struct verify *verify, size_t at, const char **name, char hex[SG_SHA256_HEX]) {
    struct sg_err none = {0};
    struct sg_buf content = {0};
    struct sg_sha256 sha;
    *name = at == 0 ? SHARD_CARD : SHARD_MANIFEST;
    if (at >= 2) {
        *name = verify->manifest.parts[at - 2].part.path;
        memcpy(hex, verify->manifest.parts[at - 2].part.sha256, SG_SHA256_HEX);
        return;
    }
    char *path = sg_printf_dup("%s/%s", verify->folder, *name);
    hex[0] = 0; /* a file that cannot be read has no sum that is right */
    sg_sha256_init(&sha);
    if (sg_file_load(path, SUMS_MAX, &content, &none) == SG_OK) {
        sg_sha256_add(&sha, content.data, content.len);
        sg_sha256_hex(&sha, hex);
    }
    sg_buf_free(&content);
    free(path);
}

static enum sg_code check_sums(struct verify *verify, struct sg_err *err) {
    struct shard_problems problems = {0};
    struct sg_buf text = {0};
    struct sg_err none = {0};
    size_t files = verify->manifest.part_count + 2;
    char *path = sg_printf_dup("%s/" SHARD_SUMS, verify->folder);
    if (sg_file_load(path, SUMS_MAX, &text, &none) != SG_OK) shard_problem(&problems, SHARD_SUMS, 0, "cannot be read");
    sg_buf_str(&text);
    const char *line = text.data;
    for (size_t at = 0; at < files && text.len; at++) {
        char hex[SG_SHA256_HEX];
        const char *name, *end = strchrnul(line, '\n');
        expected_sum(verify, at, &name, hex);
        size_t len = strlen(name);
        bool right = (size_t)(end - line) == 66 + len && memcmp(line, hex, 64) == 0 && memcmp(line + 64, "  ", 2) == 0 &&
                     memcmp(line + 66, name, len) == 0;
        if (!right) shard_problem(&problems, SHARD_SUMS, at + 1, "is not the SHA-256 of %s", name);
        line = *end ? end + 1 : end;
    }
    if (text.len && *line) shard_problem(&problems, SHARD_SUMS, files + 1, "lists more than this release");
    sg_buf_free(&text);
    free(path);
    return print(verify, &problems, err);
}

/* ---- the manifest by itself ---- */

static struct shard_total *total_of(struct shard_manifest *manifest, const char *folder) {
    for (size_t i = 1; i < manifest->total_count; i++)
        if (strcmp(manifest->totals[i].folder, folder) == 0) return &manifest->totals[i];
    return NULL;
}

static void add_numbers(struct shard_total *sum, const struct shard_counts *counts) {
    sum->shards++;
    sum->counts.documents += counts->documents;
    sum->counts.bytes += counts->bytes;
    sum->counts.raw_bytes += counts->raw_bytes;
    sum->counts.code_points += counts->code_points;
    sum->counts.tokens += counts->tokens;
}

static bool same_numbers(const struct shard_total *a, const struct shard_total *b) {
    return a->shards == b->shards && a->counts.documents == b->counts.documents && a->counts.bytes == b->counts.bytes &&
           a->counts.raw_bytes == b->counts.raw_bytes && a->counts.code_points == b->counts.code_points &&
           a->counts.tokens == b->counts.tokens;
}

/* Shards of a folder stand together, are numbered through, and their ranks go on from one to the next. */
static void check_row(const struct shard_manifest *manifest, size_t i, uint64_t number, uint64_t shards,
                      struct shard_problems *problems) {
    const struct shard_part *part = &manifest->parts[i].part;
    char path[SHARD_FOLDER_PATH];
    shard_folder_path(part->folder, number, shards, path);
    if (strcmp(path, part->path) != 0) shard_problem(problems, part->path, 0, "should be called %s", path);
    if (number && sg_hash_compare(part->first_rank, manifest->parts[i - 1].part.last_rank) < 0)
        shard_problem(problems, part->path, 0, "begins before the shard in front of it ends");
    if (part->counts.documents == 0) shard_problem(problems, part->path, 0, "is empty");
}

static enum sg_code check_numbers(struct verify *verify, struct sg_err *err) {
    struct shard_manifest *manifest = &verify->manifest;
    struct shard_problems problems = {0};
    struct shard_total *sums = sg_zalloc(manifest->total_count + 1, sizeof *sums);
    uint64_t number = 0;
    for (size_t i = 0; i < manifest->part_count; i++) {
        const struct shard_part *part = &manifest->parts[i].part;
        struct shard_total *total = total_of(manifest, part->folder);
        number = i && strcmp(part->folder, manifest->parts[i - 1].part.folder) == 0 ? number + 1 : 0;
        check_row(manifest, i, number, total ? total->shards : 0, &problems);
        if (total) add_numbers(&sums[total - manifest->totals], &part->counts);
        add_numbers(&sums[0], &part->counts);
    }
    for (size_t i = 0; i < manifest->total_count; i++)
        if (!same_numbers(&sums[i], &manifest->totals[i]))
            shard_problem(&problems, SHARD_MANIFEST, 0, "the total of %s is not the sum of its shards",
                          i ? manifest->totals[i].folder : "everything");
    if (manifest->total_count == 0 || manifest->totals[0].counts.documents + manifest->dropped != manifest->input.documents)
        shard_problem(&problems, SHARD_MANIFEST, 0, "documents in shards and dropped are not those of the input");
    free(sums);
    return print(verify, &problems, err);
}

/* ---- deep ---- */

struct task {
    size_t index;
    struct shard_found found;
};

static void *make_task(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct task));
}

static void clear_found(struct shard_found *found) {
    sg_buf_free(&found->problems.text);
    shard_counts_free(&found->counts);
    *found = (struct shard_found){0};
}

static void free_task(void *context, void *task) {
    (void)context;
    clear_found(&((struct task *)task)->found);
    free(task);
}

static enum sg_code next_task(void *context, void *task, struct sg_err *err) {
    struct verify *verify = context;
    if (verify->next == verify->manifest.part_count) return SG_END;
    ((struct task *)task)->index = verify->next++;
    return sg_signals_check(err);
}

static enum sg_code do_task(void *context, unsigned number, void *argument, struct sg_err *err) {
    struct verify *verify = context;
    struct task *task = argument;
    clear_found(&task->found);
    return shard_check_part(verify->checkers[number], verify->folder, task->index, &verify->seen, &task->found, err);
}

static enum sg_code end_task(void *context, void *argument, struct sg_err *err) {
    struct verify *verify = context;
    struct task *task = argument;
    struct shard_manifest *manifest = &verify->manifest;
    struct shard_total *total = total_of(manifest, manifest->parts[task->index].part.folder);
    struct shard_counts *all = &verify->totals[0], *of = total ? &verify->totals[total - manifest->totals] : NULL;
    verify->whole = verify->whole && task->found.read;
    all->fingerprint = sg_hash_sum(all->fingerprint, task->found.counts.fingerprint);
    if (of) of->fingerprint = sg_hash_sum(of->fingerprint, task->found.counts.fingerprint);
    return print(verify, &task->found.problems, err);
}

static void check_fingerprints(struct verify *verify, struct shard_problems *problems) {
    const struct shard_manifest *manifest = &verify->manifest;
    for (size_t i = 0; i < manifest->total_count; i++)
        if (sg_hash_compare(verify->totals[i].fingerprint, manifest->totals[i].counts.fingerprint) != 0)
            shard_problem(problems, SHARD_MANIFEST, 0, "the fingerprint of %s is not that of its lines",
                          i ? manifest->totals[i].folder : "everything");
    if (manifest->dropped == 0 && sg_hash_compare(verify->totals[0].fingerprint, manifest->input.fingerprint) != 0)
        shard_problem(problems, SHARD_MANIFEST, 0, "nothing was dropped, and yet the input's fingerprint is another");
}

static enum sg_code check_ids(struct verify *verify, struct shard_problems *problems, struct sg_err *err) {
    unsigned char last[SHARD_SEEN_WIDTH] = {0};
    enum sg_code code = sg_extsort_sort(verify->seen.sort, err);
    for (bool any = false; code == SG_OK; any = true) {
        const void *record;
        code = sg_extsort_next(verify->seen.sort, &record, err);
        if (code != SG_OK) break;
        const char *now = record;
        if (any && memcmp(last, now, 16) == 0 && memcmp(last + 16, now + 16, 8) != 0)
            shard_problem(problems, verify->manifest.parts[sg_num_get_u32(now + 24)].part.path, sg_num_get_u64(now + 28),
                          "has the id of another line (%s:%llu)",
                          verify->manifest.parts[sg_num_get_u32(last + 24)].part.path,
                          (unsigned long long)sg_num_get_u64(last + 28));
        memcpy(last, record, sizeof last);
    }
    return code == SG_END ? SG_OK : code;
}

static enum sg_code check_deep(struct verify *verify, unsigned threads, struct sg_err *err) {
    struct shard_problems problems = {0};
    char *tmp = NULL;
    enum sg_code code = SG_OK;
    verify->checkers = sg_zalloc(threads, sizeof *verify->checkers);
    verify->totals = sg_zalloc(verify->manifest.total_count + 1, sizeof *verify->totals);
    verify->whole = true;
    for (unsigned i = 0; i < threads; i++) verify->checkers[i] = shard_checker_new(&verify->manifest);
    pthread_mutex_init(&verify->seen.lock, NULL);
    if (!verify->manifest.repeated_ids) {
        code = sg_tmp_make(NULL, NULL, &tmp, err);
        struct sg_extsort_options options = {.width = SHARD_SEEN_WIDTH, .key_bytes = 16, .memory_bytes = KEYS_BYTES,
                                             .folder = tmp};
        if (code == SG_OK) code = sg_extsort_init(&verify->seen.sort, &options, err);
    }
    struct sg_pipe pipe = {.threads = threads, .context = verify, .make = make_task, .unmake = free_task,
                           .read = next_task, .work = do_task, .write = end_task};
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    if (code == SG_OK && verify->seen.sort) code = check_ids(verify, &problems, err);
    if (code == SG_OK && verify->whole) check_fingerprints(verify, &problems);
    if (code == SG_OK) code = print(verify, &problems, err);
    sg_buf_free(&problems.text);
    for (unsigned i = 0; i < threads; i++) shard_checker_free(verify->checkers[i]);
    sg_extsort_free(verify->seen.sort);
    pthread_mutex_destroy(&verify->seen.lock);
    free(verify->checkers);
    free(verify->totals);
    sg_tmp_remove(tmp);
    return code;
}

/* ---- the verb ---- */

static enum sg_code load(struct verify *verify, struct sg_err *err) {
    char *path = sg_printf_dup("%s/" SHARD_MANIFEST, verify->folder);
    enum sg_code code;
    if (!sg_file_is_folder(verify->folder)) {
        sg_err_set(err, SG_SYSTEM, "is no folder");
        code = sg_err_at(err, verify->folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    } else if (access(path, F_OK) != 0) {
        sg_err_set(err, SG_DATA, "has no " SHARD_MANIFEST ": no release, or one that was not finished");
        code = sg_err_at(err, verify->folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    } else code = shard_manifest_read(path, &verify->manifest, err);
    free(path);
    return code;
}

static enum sg_code check(struct verify *verify, bool shallow, unsigned threads, struct sg_err *err) {
    enum sg_code code = check_names(verify, err);
    if (code == SG_OK) code = check_sizes(verify, err);
    if (code == SG_OK) code = check_numbers(verify, err);
    if (code == SG_OK) code = check_sums(verify, err);
    if (code == SG_OK && !shallow) code = check_deep(verify, threads, err);
    return code;
}

enum sg_code shard_verify(struct sg_run *run, struct sg_err *err) {
    char *const *operands;
    struct sg_budget budget;
    if (sg_opts_operands(run->opts, &operands) != 1) return sg_err_set(err, SG_USAGE, "verify wants one folder");
    if (sg_opts_flag(run->opts, "shallow") && sg_opts_flag(run->opts, "deep"))
        return sg_err_set(err, SG_USAGE, "--shallow or --deep, not both");
    struct verify verify = {.run = run, .folder = operands[0]};
    enum sg_code code = sg_budget_init(&budget, 0, (unsigned)sg_opts_count(run->opts, "threads"), err);
    if (code == SG_OK) code = load(&verify, err);
    if (code == SG_OK) code = check(&verify, sg_opts_flag(run->opts, "shallow"), budget.threads, err);
    if (code == SG_OK && verify.problems) {
        sg_err_set(err, SG_DATA, "%llu problems", (unsigned long long)verify.problems);
        code = sg_err_at(err, verify.folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK)
        sg_log_line(run->progress, SG_LOG_INFO, "%zu shards, %llu documents: sound%s", verify.manifest.part_count,
                    (unsigned long long)verify.manifest.totals[0].counts.documents,
                    sg_opts_flag(run->opts, "shallow") ? " as far as names, sizes and sums of the manifest go" : "");
    shard_manifest_free(&verify.manifest);
    return code;
}
