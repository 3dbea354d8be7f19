#include "gather.h"

#include <stdlib.h>
#include <string.h>

#include "run/pipe.h"
#include "run/signals.h"

#define SAMPLE_BYTES (16u << 20) /* of a language, compressed once to know its ratio */
#define STEP_BYTES (1u << 20)    /* between looks at signals and progress */

struct shard_gather_worker {
    struct sg_frames_decoder *decoder;
    struct shard_part_writer *writer;
};

/* ---- planning ---- */

/* The compressed size of a stratum as its first 16 MiB in rank order foretell it. */
static enum sg_code foretell(struct shard_gather *gather, uint32_t stratum, uint64_t *packed_bytes, struct sg_err *err) {
    const struct shard_scatter *scatter = gather->scatter;
    struct shard_gather_worker *worker = &gather->workers[0];
    struct shard_merge merge;
    uint64_t raw = 0, packed = 0;
    enum sg_code code = shard_merge_open(&merge, &scatter->runs, stratum, 0, worker->decoder, err);
    shard_part_sample_begin(worker->writer);
    while (code == SG_OK && merge.slip && raw < SAMPLE_BYTES) {
        const char *line = NULL;
        size_t len = (size_t)merge.slip->bytes + 1;
        if (len > SAMPLE_BYTES - raw) len = SAMPLE_BYTES - raw;
        raw += len;
        code = shard_merge_line(&merge, &line, err);
        if (code == SG_OK) code = shard_part_sample(worker->writer, line, len, err);
        if (code == SG_OK) code = shard_merge_next(&merge, err);
    }
    shard_merge_free(&merge);
    if (code == SG_OK) code = shard_part_sample_end(worker->writer, &packed, err);
    *packed_bytes = shard_cut_scale(scatter->strata.items[stratum].totals.raw_bytes, packed, raw);
    return code;
}

static enum sg_code count_shards(struct shard_gather *gather, uint32_t stratum, const struct shard_target *target,
                                 uint64_t *count, struct sg_err *err) {
    const struct shard_totals *totals = &gather->scatter->strata.items[stratum].totals;
    uint64_t size = totals->units;
    if (target->unit == SHARD_ZBYTES) {
        /* zstd never makes text larger than this: when even that is one shard, there is nothing to foretell. */
        uint64_t most = totals->raw_bytes + totals->raw_bytes / 64 + (64u << 10);
        size = most;
        if (shard_cut_count(most, target->amount, totals->documents) > 1) {
            enum sg_code code = foretell(gather, stratum, &size, err);
            if (code != SG_OK) return code;
        }
    }
    *count = shard_cut_count(size, target->amount, totals->documents);
    return SG_OK;
}

/* A document larger than a shard leaves the next one empty. Rare, so only then is it looked up which: slips alone tell. */
static enum sg_code find_used(struct shard_gather *gather, uint32_t stratum, uint64_t count, unsigned char *used,
                              struct sg_err *err) {
    const struct shard_scatter *scatter = gather->scatter;
    const struct shard_totals *totals = &scatter->strata.items[stratum].totals;
    if ((unsigned __int128)totals->largest_units * count < totals->units) {
        memset(used, 1, count);
        return SG_OK;
    }
    struct shard_merge merge;
    enum sg_code code = shard_merge_open(&merge, &scatter->runs, stratum, 0, gather->workers[0].decoder, err);
    for (; code == SG_OK && merge.slip; code = shard_merge_next(&merge, err))
        used[shard_cut_index(merge.units_before, count, totals->units)] = 1;
    shard_merge_free(&merge);
    return code;
}

static void add_task(struct shard_gather *gather, const struct shard_task *task) {
    if (gather->count == gather->cap) {
        gather->cap = gather->cap ? 2 * gather->cap : 64;
        gather->tasks = sg_realloc(gather->tasks, gather->cap * sizeof *gather->tasks);
    }
    gather->tasks[gather->count++] = *task;
}

static enum sg_code plan_stratum(struct shard_gather *gather, uint32_t stratum, const struct shard_target *target,
                                 struct sg_err *err) {
    const struct shard_stratum *of = &gather->scatter->strata.items[stratum];
    uint64_t count = 1;
    enum sg_code code = count_shards(gather, stratum, target, &count, err);
    if (code != SG_OK) return code;
    unsigned char *used = sg_zalloc(count, 1);
    code = find_used(gather, stratum, count, used, err);
    unsigned long number = 0, numbers = 0;
    for (uint64_t i = 0; i < count; i++) numbers += used[i];
    for (uint64_t i = 0; i < count && code == SG_OK; i++) {
        if (!used[i]) continue;
        struct shard_task task = {.stratum = stratum, .index = i, .count = count, .weight = of->totals.raw_bytes / count};
        memcpy(task.part.folder, of->name, sizeof task.part.folder);
        shard_folder_path(of->name, number++, numbers, task.part.path);
        add_task(gather, &task);
    }
    free(used);
    return code;
}

static int by_weight(const void *a, const void *b) {
    const struct shard_task *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return strcmp(x->part.path, y->part.path);
}

enum sg_code shard_gather_plan(struct shard_gather *gather, struct shard_scatter *scatter, const struct shard_target *target,
                               const char *release, struct sg_err *err) {
    *gather = (struct shard_gather){.scatter = scatter, .release = release};
    gather->workers = sg_zalloc(scatter->worker_count, sizeof *gather->workers);
    for (unsigned i = 0; i < scatter->worker_count; i++) {
        gather->workers[i].decoder = sg_frames_decoder_new();
        gather->workers[i].writer = shard_part_writer_new(scatter->run->level);
    }
    enum sg_code code = SG_OK;
    for (uint32_t s = 0; s < scatter->strata.count && code == SG_OK; s++) {
        code = sg_signals_check(err);
        if (code == SG_OK && scatter->strata.items[s].totals.documents) code = plan_stratum(gather, s, target, err);
    }
    if (gather->count) qsort(gather->tasks, gather->count, sizeof *gather->tasks, by_weight);
    return code;
}

/* ---- one shard ---- */

static enum sg_code look_around(struct sg_run *run, uint64_t *bytes, uint64_t *documents, struct sg_err *err) {
    sg_progress_add(run->progress, *bytes, *documents);
    *bytes = *documents = 0;
    return sg_signals_check(err);
}

static enum sg_code write_lines(struct shard_gather *gather, struct shard_gather_worker *worker, struct shard_task *task,
                                struct shard_merge *merge, struct sg_err *err) {
    uint64_t total = gather->scatter->strata.items[task->stratum].totals.units, bytes = 0, documents = 0;
    enum sg_code code = SG_OK;
    for (; code == SG_OK && merge->slip; code = shard_merge_next(merge, err)) {
        uint64_t index = shard_cut_index(merge->units_before, task->count, total);
        const char *line = NULL;
        if (index < task->index) continue;
        if (index > task->index) break;
        code = shard_merge_line(merge, &line, err);
        if (code == SG_OK) code = shard_part_add(worker->writer, merge->slip, line, err);
        bytes += merge->slip->bytes + 1;
        documents++;
        if (code == SG_OK && bytes >= STEP_BYTES) code = look_around(gather->scatter->run, &bytes, &documents, err);
        if (code != SG_OK) break;
    }
    return code == SG_OK ? look_around(gather->scatter->run, &bytes, &documents, err) : code;
}

static enum sg_code work_on(void *context, unsigned number, void *batch, struct sg_err *err) {
    struct shard_gather *gather = context;
    struct shard_task *task = *(struct shard_task **)batch;
    struct shard_gather_worker *worker = &gather->workers[number];
    const struct shard_runs *runs = &gather->scatter->runs;
    uint64_t first = shard_cut_start(task->index, task->count, gather->scatter->strata.items[task->stratum].totals.units);
    uint64_t rank = task->index ? shard_merge_seek(runs, task->stratum, first) : 0;
    struct shard_merge merge;
    enum sg_code code = shard_merge_open(&merge, runs, task->stratum, rank, worker->decoder, err);
    if (code == SG_OK) code = shard_part_open(worker->writer, gather->release, &task->part, err);
    if (code == SG_OK) code = write_lines(gather, worker, task, &merge, err);
    shard_merge_free(&merge);
    return code == SG_OK ? shard_part_finish(worker->writer, err) : code;
}

/* ---- all of them ---- */

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct shard_task *));
}

static void free_batch(void *context, void *batch) {
    (void)context;
    free(batch);
}

static enum sg_code read_task(void *context, void *batch, struct sg_err *err) {
    struct shard_gather *gather = context;
    if (gather->next == gather->count) return SG_END;
    *(struct shard_task **)batch = &gather->tasks[gather->next++];
    return sg_signals_check(err);
}

static uint64_t demand_of(void *context, const void *batch) {
    struct shard_gather *gather = context;
    return shard_merge_memory(&gather->scatter->runs, (*(struct shard_task *const *)batch)->stratum);
}

static enum sg_code task_done(void *context, void *batch, struct sg_err *err) {
    const struct shard_gather *gather = context;
    const struct shard_task *task = *(struct shard_task *const *)batch;
    (void)err;
    sg_log_line(gather->scatter->run->progress, SG_LOG_DETAIL, "%s: %llu documents", task->part.path,
                (unsigned long long)task->part.counts.documents);
    return SG_OK;
}

/* What went out of each language is what came in: as many documents, and the same sum of line hashes. */
static enum sg_code prove(const struct shard_gather *gather, struct sg_err *err) {
    const struct shard_strata *strata = &gather->scatter->strata;
    struct shard_totals *out = sg_zalloc(strata->count + 1, sizeof *out);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < gather->count; i++) {
        const struct shard_counts *counts = &gather->tasks[i].part.counts;
        struct shard_totals one = {.documents = counts->documents, .raw_bytes = counts->raw_bytes,
                                   .fingerprint = counts->fingerprint};
        shard_totals_add(&out[gather->tasks[i].stratum], &one);
    }
    for (uint32_t s = 0; s < strata->count && code == SG_OK; s++) {
        const struct shard_totals *in = &strata->items[s].totals;
        if (in->documents != out[s].documents || in->raw_bytes != out[s].raw_bytes ||
            sg_hash_compare(in->fingerprint, out[s].fingerprint) != 0)
            code = sg_err_set(err, SG_SYSTEM,
                              "%s: %llu documents came in and %llu went out, or not the same ones; is memory or disk sound?",
                              strata->items[s].name, (unsigned long long)in->documents, (unsigned long long)out[s].documents);
    }
    free(out);
    return code;
}

enum sg_code shard_gather_run(struct shard_gather *gather, struct sg_err *err) {
    struct shard_scatter *scatter = gather->scatter;
    struct sg_run *run = scatter->run;
    struct sg_pipe pipe = {.threads = scatter->worker_count, .budget_bytes = shard_scatter_left(scatter),
                           .context = gather, .make = make_batch, .unmake = free_batch, .read = read_task,
                           .demand = demand_of, .work = work_on, .write = task_done};
    sg_progress_phase(run->progress, "gather", scatter->raw_bytes);
    enum sg_code code = sg_pipe_run(&pipe, err);
    return code == SG_OK ? prove(gather, err) : code;
}

struct shard_part *shard_gather_take(struct shard_gather *gather, size_t *count) {
    struct shard_part *parts = sg_zalloc(gather->count + 1, sizeof *parts);
    for (size_t i = 0; i < gather->count; i++) {
        parts[i] = gather->tasks[i].part;
        gather->tasks[i].part = (struct shard_part){0};
    }
    *count = gather->count;
    return parts;
}

void shard_gather_free(struct shard_gather *gather) {
    for (unsigned i = 0; gather->workers && i < gather->scatter->worker_count; i++) {
        sg_frames_decoder_free(gather->workers[i].decoder);
        shard_part_writer_free(gather->workers[i].writer);
    }
    for (size_t i = 0; i < gather->count; i++) shard_counts_free(&gather->tasks[i].part.counts);
    free(gather->workers);
    free(gather->tasks);
    *gather = (struct shard_gather){0};
}
