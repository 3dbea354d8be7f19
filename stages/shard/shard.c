#include "shard.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "card.h"
#include "gather.h"
#include "io/frames.h"
#include "io/publish.h"
#include "manifest.h"
#include "place.h"
#include "run/receipt.h"
#include "text/unicode.h"

struct clocks {
    double wall, cpu;
};

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *below(const struct sg_run *run, const char *name) { return sg_printf_dup("%s/%s", run->output, name); }

/* ---- is it done already? ---- */

static bool is_current(struct sg_run *run) {
    char *manifest = below(run, SHARD_MANIFEST), *path = below(run, SHARD_RUN);
    char **inputs = sg_zalloc(run->inputs.count + 1, sizeof *inputs);
    struct sg_receipt receipt = {0};
    struct sg_err err = {0};
    bool regular = true, current = false;
    const char *why = NULL;
    for (size_t i = 0; i < run->inputs.count; i++) {
        inputs[i] = run->inputs.items[i].path;
        regular = regular && run->inputs.items[i].regular;
    }
    if (regular && access(manifest, R_OK) == 0 && sg_receipt_load(path, &receipt, &err) == SG_OK)
        current = sg_receipt_current(path, run->settings_hash, receipt.corpus, inputs, run->inputs.count, &why);
    if (!current && why) sg_log_line(run->progress, SG_LOG_DETAIL, "the release is made anew: %s", why);
    sg_receipt_free(&receipt);
    free(inputs);
    free(path);
    free(manifest);
    return current;
}

/* ---- finishing ---- */

static struct shard_release describe(const struct shard_scatter *scatter, struct shard_gather *gather) {
    const struct sg_run *run = scatter->run;
    struct shard_release release = {
        .name = sg_strdup(sg_opts_text(run->opts, "name")),
        .version = sg_strdup(sg_opts_text(run->opts, "release")),
        .tool = sg_strdup("sangam " SANGAM_VERSION),
        .unicode = sg_strdup(sg_unicode_version()),
        .icu = sg_strdup(sg_unicode_icu_version()),
        .zstd = sg_strdup(sg_frames_zstd_version()),
        .plan = sg_strndup(run->settings.data, run->settings.len),
        .seed = scatter->rules.seed,
        .input = {.documents = scatter->documents + scatter->bad,
                  .raw_bytes = scatter->raw_bytes + scatter->bad_raw_bytes,
                  .fingerprint = scatter->bad_fingerprint},
        .bad = scatter->bad,
    };
    for (uint32_t s = 0; s < scatter->strata.count; s++)
        release.input.fingerprint = sg_hash_sum(release.input.fingerprint, scatter->strata.items[s].totals.fingerprint);
    release.parts = shard_gather_take(gather, &release.part_count);
    shard_release_total(&release);
    return release;
}

static enum sg_code put_file(const struct sg_run *run, const char *name, const struct sg_buf *content, struct sg_err *err) {
    char *path = below(run, name);
    enum sg_code code = sg_publish_bytes(path, content->data, content->len, err);
    free(path);
    return code;
}

/* run.json is a receipt: what came in, what went out, where and how long. Only its place in time is not promised. */
static enum sg_code put_run(const struct shard_scatter *scatter, const struct shard_release *release,
                            const struct clocks *start, struct sg_err *err) {
    const struct sg_run *run = scatter->run;
    struct sg_receipt receipt = {.stage = sg_strdup(run->stage->name), .version = sg_strdup(SANGAM_VERSION),
                                 .settings = sg_strndup(run->settings.data, run->settings.len),
                                 .settings_hash = run->settings_hash, .corpus = release->input.fingerprint};
    for (size_t i = 0; i < run->inputs.count; i++) {
        const struct shard_file *file = &scatter->files[i];
        sg_receipt_input(&receipt, run->inputs.items[i].path, file->bytes, file->records, file->hash);
    }
    for (size_t i = 0; i < release->part_count; i++) {
        const struct shard_part *part = &release->parts[i];
        char *path = below(run, part->path);
        sg_receipt_output(&receipt, "records", path, part->counts.bytes, part->counts.documents, part->xxh3);
        free(path);
    }
    if (scatter->bad_open) {
        const struct sg_sink_file *bad = &scatter->bad_sink.bad;
        sg_receipt_output(&receipt, "bad", bad->path, bad->bytes, bad->records, bad->hash);
    }
    for (int i = 0; i < SHARD_COUNTS; i++) sg_receipt_counter(&receipt, shard_count_names[i], scatter->counts[i]);
    sg_receipt_counter(&receipt, "shards", release->part_count);
    receipt.records_in = release->input.documents;
    receipt.records_out = release->totals[0].counts.documents;
    receipt.bad = scatter->bad;
    receipt.raw_bytes_in = release->input.raw_bytes;
    receipt.raw_bytes_out = release->totals[0].counts.raw_bytes;
    receipt.threads = scatter->worker_count;
    receipt.peak_bytes = sg_budget_peak();
    receipt.wall_seconds = seconds_of(CLOCK_MONOTONIC) - start->wall;
    receipt.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start->cpu;
    char *path = below(run, SHARD_RUN);
    enum sg_code code = sg_receipt_publish(&receipt, path, err);
    free(path);
    sg_receipt_free(&receipt);
    return code;
}

static enum sg_code finish(struct shard_scatter *scatter, const struct shard_release *release, const struct clocks *start,
                           struct sg_err *err) {
    const struct sg_run *run = scatter->run;
    struct sg_buf card = {0}, manifest = {0}, sums = {0};
    shard_card_write(release, &card);
    shard_manifest_write(release, &manifest);
    shard_sums_write(release, &card, &manifest, &sums);
    enum sg_code code = put_file(run, SHARD_CARD, &card, err);
    if (code == SG_OK) code = put_file(run, SHARD_SUMS, &sums, err);
    if (code == SG_OK && scatter->bad_open) code = sg_sink_commit(&scatter->bad_sink, err);
    if (code == SG_OK) code = put_run(scatter, release, start, err);
    if (code == SG_OK) code = put_file(run, SHARD_MANIFEST, &manifest, err);
    if (code == SG_OK) code = shard_place_unmark(run->output, err);
    sg_buf_free(&card);
    sg_buf_free(&manifest);
    sg_buf_free(&sums);
    return code;
}

static void tell(const struct shard_scatter *scatter, const struct shard_release *release) {
    char documents[SG_NUM_TEXT], raw[SG_NUM_TEXT], packed[SG_NUM_TEXT];
    const struct shard_counts *all = &release->totals[0].counts;
    sg_log_line(scatter->run->progress, SG_LOG_INFO, "%s documents (%s) in %zu shards of %zu languages, %s; %llu bad",
                sg_num_count(all->documents, documents), sg_num_bytes(all->raw_bytes, raw), release->part_count,
                release->total_count - 1, sg_num_bytes(all->bytes, packed), (unsigned long long)release->bad);
}

static enum sg_code second_pass(struct shard_scatter *scatter, const struct shard_target *target, const struct clocks *start,
                                struct sg_err *err) {
    const struct sg_run *run = scatter->run;
    struct shard_gather gather = {0};
    enum sg_code code = shard_scatter_fit(scatter, err);
    if (code == SG_OK) code = shard_gather_plan(&gather, scatter, target, run->output, err);
    if (code == SG_OK) code = shard_place_clear(run->output, &gather, err);
    if (code == SG_OK) code = shard_gather_run(&gather, err);
    if (code == SG_OK) {
        struct shard_release release = describe(scatter, &gather);
        code = finish(scatter, &release, start, err);
        if (code == SG_OK) tell(scatter, &release);
        shard_release_free(&release);
    }
    shard_gather_free(&gather);
    return code;
}

enum sg_code shard_run(struct sg_run *run, struct sg_err *err) {
    struct clocks start = {seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
    struct shard_scatter scatter = {0};
    struct shard_target target;
    struct shard_rules rules = {.seed = sg_opts_count(run->opts, "seed"),
                                .repeated_ids = strcmp(sg_opts_text(run->opts, "duplicate-ids"), "keep") == 0};
    if (!shard_target_parse(sg_opts_text(run->opts, "target"), &target))
        return sg_err_set(err, SG_USAGE, "--target must be bytes=SIZE, zbytes=SIZE, docs=N or tokens=N, not '%s'",
                          sg_opts_text(run->opts, "target"));
    enum sg_code code = shard_place_claim(run->output, err);
    if (code != SG_OK) return code;
    if (is_current(run)) {
        sg_log_line(run->progress, SG_LOG_INFO, "nothing to do: the release in '%s' is made of these inputs with these settings",
                    run->output);
        return shard_place_unmark(run->output, err);
    }
    code = shard_scatter_init(&scatter, run, &rules, target.unit, err);
    if (code == SG_OK) code = shard_scatter_run(&scatter, err);
    if (code == SG_OK) code = shard_scatter_check_ids(&scatter, err);
    if (code == SG_OK) code = second_pass(&scatter, &target, &start, err);
    shard_scatter_free(&scatter);
    return code;
}
