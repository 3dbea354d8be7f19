/*
 * substr, settle's part: rows of a partition by (key, rank, begin); each run of one key is judged by repeats.c, and its
 * spans are written.
 *
 * Memory: a sort and the tables of one key a thread. Threads: a partition each.
 */
#include <stdlib.h>

#include "base/num.h"
#include "parts.h"
#include "repeats.h"
#include "run/pipe.h"
#include "run/signals.h"
#include "substr.h"
#include "sums.h"

#define LEAST_SORT (1u << 20)

struct copies {
    struct dedup_job *job;
    size_t sort_bytes;
    int next;                      /* partition to hand out */
    struct dedup_text_files texts;
    struct dedup_repeats *repeats; /* a worker's */
};

struct task {
    int partition;
    const struct dedup_text_files *texts;
    struct dedup_rows spans;
    struct dedup_repeats *repeats;
};

static void *make_task(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct task));
}

static void free_task(void *context, void *argument) {
    (void)context;
    free(argument);
}

static struct dedup_sums sums_of(int partition) {
    return (struct dedup_sums){.verb = "settle", .number = (uint64_t)partition, .bound = true};
}

static enum sg_code read_task(void *context, void *argument, struct sg_err *err) {
    struct copies *copies = context;
    struct task *task = argument;
    for (; copies->next < DEDUP_PARTITIONS; copies->next++) {
        const struct dedup_sums sums = sums_of(copies->next);
        if (dedup_task_has(copies->job, copies->next) && !dedup_sums_done(copies->job, &sums)) break;
    }
    if (copies->next == DEDUP_PARTITIONS) return SG_END;
    task->partition = copies->next++;
    return sg_signals_check(err);
}

static enum sg_code fetch(void *context, const struct dedup_sighting *sighting, struct sg_buf *text,
                          struct sg_err *err) {
    const struct task *task = context;
    enum sg_code code = dedup_texts_read(task->texts, sighting->address, sighting->len, text, err);
    if (code != SG_OK || dedup_context_hash(text->data, text->len) == sighting->context) return code;
    sg_err_set(err, SG_DATA, "intermediate file: a text is damaged; run again");
    return sg_err_at(err, task->texts->files[sighting->address >> DEDUP_PLACE_BITS].path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static enum sg_code put_span(void *context, const struct dedup_copy_span *span, struct sg_err *err) {
    struct task *task = context;
    char row[DEDUP_SPAN_WIDTH];
    dedup_put_word(row, span->rank);
    dedup_put_word(row + 8, span->holder);
    dedup_put_half(row + 16, span->begin);
    dedup_put_half(row + 20, span->end);
    return dedup_rows_put(&task->spans, row, err);
}

static enum sg_code fill(const struct copies *copies, struct sg_extsort *sort, int partition, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < copies->texts.count; i++) {
        struct dedup_rows rows = {0};
        const void *row;
        char name[DEDUP_NAME];
        dedup_context_name(name, i, partition);
        code = dedup_job_open(copies->job, &rows, &dedup_context_kind, name, err);
        while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK)
            code = sg_extsort_put(sort, row, err);
        if (code == SG_END) code = SG_OK;
        dedup_rows_close(&rows);
    }
    return code == SG_OK ? sg_extsort_sort(sort, err) : code;
}

static enum sg_code each_key(struct task *task, struct sg_extsort *sort, struct sg_err *err) {
    const char *row;
    const void *next;
    uint64_t key = 0;
    bool any = false;
    enum sg_code code;
    while ((code = sg_extsort_next(sort, &next, err)) == SG_OK) {
        row = next;
        if (!any || dedup_get_word(row) != key) {
            any = true;
            key = dedup_get_word(row);
            dedup_repeats_start(task->repeats);
        }
        const struct dedup_sighting sighting = {.rank = dedup_get_word(row + 8),
                                                .begin = dedup_get_half(row + 16),
                                                .len = dedup_get_half(row + 20),
                                                .context = sg_num_get_u64(row + 24),
                                                .address = sg_num_get_u64(row + 32)};
        code = dedup_repeats_add(task->repeats, &sighting, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? SG_OK : code;
}

static void drop(const struct copies *copies, int partition) {
    char name[DEDUP_NAME];
    for (size_t i = 0; i < copies->texts.count; i++) {
        dedup_context_name(name, i, partition);
        dedup_job_drop(copies->job, name);
    }
}

static enum sg_code judge_partition(void *context, unsigned worker, void *argument, struct sg_err *err) {
    const struct copies *copies = context;
    struct task *task = argument;
    const struct dedup_job *job = copies->job;
    struct dedup_repeats *repeats = &copies->repeats[worker];
    struct sg_extsort *sort = NULL;
    char name[DEDUP_NAME];
    task->repeats = repeats;
    task->texts = &copies->texts;
    repeats->fetched = 0;
    repeats->length = &job->settings.length;
    repeats->calls = (struct dedup_repeats_calls){.context = task, .fetch = fetch, .emit = put_span};
    const struct sg_extsort_options options = {.width = DEDUP_CONTEXT_WIDTH,
                                               .key_offset = 0,
                                               .key_bytes = 8,
                                               .memory_bytes = copies->sort_bytes,
                                               .folder = job->folder};
    dedup_partition_name(name, task->partition, ".spn");
    enum sg_code code = sg_extsort_init(&sort, &options, err);
    if (code == SG_OK) code = fill(copies, sort, task->partition, err);
    if (code == SG_OK) code = dedup_job_create(job, &task->spans, &dedup_span_kind, name, err);
    if (code == SG_OK) code = each_key(task, sort, err);
    if (code == SG_OK) code = dedup_rows_finish(&task->spans, err);
    const struct dedup_sums sums = sums_of(task->partition);
    const struct dedup_counts counts = {.compared_by_text = repeats->fetched};
    if (code == SG_OK) code = dedup_sums_write(job, &sums, 0, &counts, err);
    if (code == SG_OK) drop(copies, task->partition);
    dedup_rows_close(&task->spans);
    sg_extsort_free(sort);
    return code;
}

static enum sg_code write_task(void *context, void *task, struct sg_err *err) {
    (void)context, (void)task, (void)err;
    return SG_OK;
}

static enum sg_code judge(struct dedup_job *job, struct sg_err *err) {
    uint64_t least = DEDUP_REPEATS_BYTES + 2 * LEAST_SORT, threads = job->memory_bytes / least;
    if (threads > job->run->budget.threads) threads = job->run->budget.threads;
    if (threads > DEDUP_PARTITIONS) threads = DEDUP_PARTITIONS;
    if (threads == 0) threads = 1;
    uint64_t share = job->memory_bytes / threads;
    share = share > least ? share - DEDUP_REPEATS_BYTES - LEAST_SORT : LEAST_SORT;
    struct copies copies = {
        .job = job, .sort_bytes = (size_t)share, .repeats = sg_zalloc(threads, sizeof(struct dedup_repeats))};
    const struct sg_pipe pipe = {.threads = (unsigned)threads,
                                 .context = &copies,
                                 .make = make_task,
                                 .unmake = free_task,
                                 .read = read_task,
                                 .work = judge_partition,
                                 .write = write_task};
    sg_progress_phase(job->run->progress, "settle", 0);
    enum sg_code code = dedup_texts_open(job, &copies.texts, err);
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    for (uint64_t i = 0; i < threads; i++) dedup_repeats_free(&copies.repeats[i]);
    free(copies.repeats);
    dedup_texts_close(&copies.texts);
    return code;
}

/* Before recheck there is nothing to do. */
enum sg_code dedup_substr_copies(struct dedup_job *job, struct sg_err *err) {
    const struct dedup_sums recheck = {.verb = "recheck", .bound = true};
    enum sg_code code = dedup_parts_load(job, err);
    return code == SG_OK && dedup_sums_done(job, &recheck) ? judge(job, err) : code;
}
