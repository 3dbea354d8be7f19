/*
 * link: documents that share a key. Each partition of band records is sorted by key; a run of equal keys is a bucket and
 * yields a star: its smallest document with every other one, size - 1 edges, never size^2.
 *
 *     (k1,4) (k1,7) (k1,9) (k2,3)   ->   4-7 4-9
 *
 * Exact keys lie among the band keys: a document of ten bands is in eleven buckets. Id keys are one more partition.
 * Memory: an external sort a thread. Threads: a partition each.
 */
#include <stdlib.h>

#include "base/num.h"
#include "graph.h"
#include "io/extsort.h"
#include "parts.h"
#include "run/pipe.h"
#include "run/signals.h"
#include "substr.h"
#include "sums.h"
#include "units_link.h"

#define LEAST_SORT (2u << 20)

struct link {
    struct dedup_job *job;
    size_t sort_bytes; /* for one sort */
    int next;          /* partition to hand out */
};

struct task {
    int partition;
};

static void *make_task(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct task));
}

static void free_task(void *context, void *task) {
    (void)context;
    free(task);
}

static struct dedup_sums sums_of(int partition) {
    return (struct dedup_sums){.verb = "link", .number = (uint64_t)partition, .bound = true};
}

static enum sg_code read_task(void *context, void *argument, struct sg_err *err) {
    struct link *link = context;
    struct task *task = argument;
    for (; link->next <= DEDUP_PARTITIONS; link->next++) {
        const struct dedup_sums sums = sums_of(link->next);
        if (dedup_task_has(link->job, link->next) && !dedup_sums_done(link->job, &sums)) break;
    }
    if (link->next > DEDUP_PARTITIONS) return SG_END;
    task->partition = link->next++;
    return sg_signals_check(err);
}

static enum sg_code fill(const struct dedup_job *job, struct sg_extsort *sort, int partition, struct sg_err *err) {
    bool places = dedup_substr_places(job, partition);
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < job->part_count; i++) {
        struct dedup_rows bands = {0};
        const void *band;
        char name[DEDUP_NAME];
        uint64_t first = places ? dedup_place_of(job->parts[i].first, 0) : job->parts[i].first;
        dedup_band_name(name, i, partition);
        code = dedup_job_open(job, &bands, &dedup_band_kind, name, err);
        while (code == SG_OK && (code = dedup_rows_next(&bands, &band, err)) == SG_OK) {
            char record[DEDUP_BAND_WIDTH];
            dedup_put_word(record, sg_num_get_u64(band));
            dedup_put_word(record + 8, sg_num_get_u64((const char *)band + 8) + first);
            code = sg_extsort_put(sort, record, err);
        }
        dedup_rows_close(&bands);
        if (code == SG_END) code = SG_OK;
    }
    return code == SG_OK ? sg_extsort_sort(sort, err) : code;
}

enum sg_code dedup_stars(struct sg_extsort *sort, struct dedup_rows *edges, struct sg_err *err) {
    const void *record;
    uint64_t key = 0, first = 0;
    bool any = false;
    enum sg_code code;
    while ((code = sg_extsort_next(sort, &record, err)) == SG_OK) {
        uint64_t this_key = dedup_get_word(record), document = dedup_get_word((const char *)record + 8);
        if (!any || this_key != key) {
            any = true;
            key = this_key;
            first = document;
            continue;
        }
        char edge[DEDUP_EDGE_WIDTH];
        sg_num_put_u64(edge, first);
        sg_num_put_u64(edge + 8, document);
        code = dedup_rows_put(edges, edge, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? SG_OK : code;
}

static enum sg_code link_units(const struct link *link, int partition, struct sg_err *err) {
    struct dedup_counts counts = {0};
    const struct dedup_sums sums = sums_of(partition);
    enum sg_code code = dedup_units_link(link->job, partition, link->sort_bytes, &counts.units_cut, err);
    return code == SG_OK ? dedup_sums_write(link->job, &sums, 0, &counts, err) : code;
}

static enum sg_code link_partition(void *context, unsigned worker, void *argument, struct sg_err *err) {
    struct link *link = context;
    const struct task *task = argument;
    const struct dedup_job *job = link->job;
    struct dedup_rows edges = {0};
    struct sg_extsort *sort = NULL;
    char name[DEDUP_NAME];
    (void)worker;
    bool blocks = job->units.unit == DEDUP_UNIT_PARA || job->units.unit == DEDUP_UNIT_LINE;
    if (blocks && task->partition < DEDUP_PARTITIONS) return link_units(link, task->partition, err);
    dedup_partition_name(name, task->partition, ".edg");
    /* The key's first four bits are the same in a partition, and its first bytes nearly sort it: eight key bytes. */
    const struct sg_extsort_options options = {.width = DEDUP_BAND_WIDTH,
                                               .key_offset = 0,
                                               .key_bytes = 8,
                                               .memory_bytes = link->sort_bytes,
                                               .folder = job->folder};
    enum sg_code code = sg_extsort_init(&sort, &options, err);
    if (code == SG_OK) code = fill(job, sort, task->partition, err);
    if (code == SG_OK) code = dedup_job_create(job, &edges, &dedup_edge_kind, name, err);
    const bool places = dedup_substr_places(job, task->partition);
    if (code == SG_OK) code = places ? dedup_substr_meet(sort, &edges, err) : dedup_stars(sort, &edges, err);
    const struct dedup_counts counts = {.edges = task->partition < DEDUP_PARTITIONS ? edges.records : 0};
    const struct dedup_sums sums = sums_of(task->partition);
    if (code == SG_OK) code = dedup_rows_finish(&edges, err);
    if (code == SG_OK) code = dedup_sums_write(job, &sums, 0, &counts, err);
    dedup_rows_close(&edges);
    sg_extsort_free(sort);
    for (size_t i = 0; code == SG_OK && i < job->part_count; i++) {
        dedup_band_name(name, i, task->partition);
        dedup_job_drop(job, name);
    }
    return code;
}

static enum sg_code write_task(void *context, void *task, struct sg_err *err) {
    (void)context, (void)task, (void)err;
    return SG_OK;
}

enum sg_code dedup_link(struct dedup_job *job, struct sg_err *err) {
    unsigned threads = job->run->budget.threads;
    if (threads > DEDUP_PARTITIONS + 1) threads = DEDUP_PARTITIONS + 1;
    uint64_t share = job->memory_bytes / threads;
    share = share > (4u << 20) ? share - (1u << 20) : LEAST_SORT; /* the rest: file buffers */
    struct link link = {.job = job, .sort_bytes = share < LEAST_SORT ? LEAST_SORT : (size_t)share};
    const struct sg_pipe pipe = {.threads = threads,
                                 .context = &link,
                                 .make = make_task,
                                 .unmake = free_task,
                                 .read = read_task,
                                 .work = link_partition,
                                 .write = write_task};
    sg_progress_phase(job->run->progress, "link", 0);
    enum sg_code code = dedup_parts_load(job, err);
    return code == SG_OK ? sg_pipe_run(&pipe, err) : code;
}
