/*
 * cluster: components of all edges, and the rows of their documents, dealt out by component: each partition holds whole
 * components, and settle can judge it alone. Ids that stand on different lines are found here too.
 *
 *     edges -> component.cmp (by document);  component.cmp x DOCT -> pp.mem
 *
 * Memory: components.c; then write buffers. Threads: one. One task.
 */
#include <stdlib.h>

#include "base/num.h"
#include "cross.h"
#include "graph.h"
#include "ids.h"
#include "parts.h"
#include "run/signals.h"
#include "settle.h"
#include "substr.h"
#include "sums.h"

static enum sg_code make_components(struct dedup_job *job, struct dedup_counts *counts, struct sg_err *err) {
    char names[DEDUP_PARTITIONS][DEDUP_NAME];
    const char *files[DEDUP_PARTITIONS];
    for (int i = 0; i < DEDUP_PARTITIONS; i++) {
        dedup_partition_name(names[i], i, ".edg");
        files[i] = names[i];
    }
    const struct dedup_graph graph = {.job = job,
                                      .files = files,
                                      .file_count = DEDUP_PARTITIONS,
                                      .documents = job->counts.documents,
                                      .memory_bytes = job->memory_bytes};
    return dedup_components(&graph, "component.cmp", &counts->in_components, err);
}

static struct dedup_member member_of(const struct dedup_job *job, const struct dedup_parts_rows *docs, const void *doc_row,
                                     const char *component) {
    struct dedup_doc doc;
    dedup_doc_get(doc_row, &doc);
    if (job->cross.on) dedup_cross_doc(job, docs->part, &doc);
    return (struct dedup_member){.component = sg_num_get_u64(component + 8),
                                 .document = sg_num_get_u64(component),
                                 .line_low = doc.line_low,
                                 .id_offset = (uint64_t)docs->part << DEDUP_PLACE_BITS | doc.id_offset,
                                 .priority = doc.priority,
                                 .text_key = doc.text_key,
                                 .id_key = doc.id_key,
                                 .windows = doc.windows,
                                 .sketch = (const uint8_t *)doc_row + DEDUP_DOC_WIDTH};
}

/* Components are dealt out by a product: neighbours go to different partitions. */
static int partition_of(uint64_t component) {
    return (int)(component * 0x9E3779B97F4A7C15u >> 60);
}

/* Every document that has a component, as a member, to its partition. */
static enum sg_code deal(struct dedup_job *job, struct dedup_rows *members, struct sg_err *err) {
    struct dedup_parts_rows docs = {.job = job, .kind = dedup_doc_kind(job), .suffix = ".doc"};
    struct dedup_rows components = {0};
    unsigned sketch_bytes = job->settings.near ? job->settings.minhash.sketch_bytes : 0;
    const void *component, *doc_row = NULL;
    uint64_t read = 0;
    enum sg_code code = dedup_job_open(job, &components, &dedup_component_kind, "component.cmp", err);
    while (code == SG_OK && (code = dedup_rows_next(&components, &component, err)) == SG_OK) {
        uint64_t document = sg_num_get_u64(component);
        while (code == SG_OK && read <= document) code = dedup_parts_next(&docs, &doc_row, err), read++;
        if (code != SG_OK) break;
        char row[DEDUP_MEMBER_MOST];
        const struct dedup_member member = member_of(job, &docs, doc_row, component);
        dedup_member_put(&member, true, sketch_bytes, row);
        code = dedup_rows_put(&members[partition_of(member.component)], row, err);
    }
    dedup_rows_close(&components);
    dedup_parts_close(&docs);
    return code == SG_END ? SG_OK : code;
}

static enum sg_code deal_out(struct dedup_job *job, struct sg_err *err) {
    struct dedup_rows members[DEDUP_PARTITIONS] = {0};
    const struct dedup_rows_kind kind = dedup_member_kind(job);
    enum sg_code code = SG_OK;
    char name[DEDUP_NAME];
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        dedup_partition_name(name, i, ".mem");
        code = dedup_job_create(job, &members[i], &kind, name, err);
    }
    if (code == SG_OK) code = deal(job, members, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) code = dedup_rows_finish(&members[i], err);
    for (int i = 0; i < DEDUP_PARTITIONS; i++) dedup_rows_close(&members[i]);
    return code;
}

static void drop_inputs(const struct dedup_job *job) {
    char name[DEDUP_NAME];
    for (int i = 0; i <= DEDUP_PARTITIONS; i++) {
        dedup_partition_name(name, i, ".edg");
        dedup_job_drop(job, name);
    }
    dedup_job_drop(job, "component.cmp");
    dedup_parts_drop(job, ".doc");
}

enum sg_code dedup_cluster(struct dedup_job *job, struct sg_err *err) {
    const struct dedup_sums sums = {.verb = "cluster", .bound = true};
    struct dedup_counts counts = {0}, linked = {0};
    sg_progress_phase(job->run->progress, "cluster", 0);
    enum sg_code code = dedup_parts_load(job, err);
    if (code != SG_OK || job->task.number > 0 || dedup_sums_done(job, &sums)) return code;
    for (int i = 0; code == SG_OK && i <= DEDUP_PARTITIONS; i++)
        code = dedup_sums_need(job, &(struct dedup_sums){.verb = "link", .number = (uint64_t)i, .bound = true}, NULL,
                               &linked, err);
    if (code == SG_OK) code = dedup_check_ids(job, &counts, err);
    if (code == SG_OK) code = dedup_cross_sides(job, err);
    bool documents = job->units.unit == DEDUP_UNIT_NONE; /* else ids are looked at, and substr ranks documents */
    if (code == SG_OK && documents) code = make_components(job, &counts, err);
    if (code == SG_OK && documents) code = deal_out(job, err);
    if (code == SG_OK && job->units.unit == DEDUP_UNIT_SPAN) code = dedup_substr_rank(job, err);
    if (code == SG_OK) code = dedup_sums_write(job, &sums, 1, &counts, err);
    if (code == SG_OK) drop_inputs(job);
    return code;
}
