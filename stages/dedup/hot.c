/*
 * Components of more than --hot members (templates, error pages, chains of them) would cost members x leaders
 * comparisons. They are cut by bands of twice as many rows over the stored bytes of the sketches: documents near tau may
 * part there, near copies stay together. What is still too large is cut again with twice the rows.
 *
 *     21 x 6 bands made a component of 300,000: 10 x 12 bands leave, say, one of 120,000; 5 x 24 bands cut that one again
 *
 * Bands are keyed with the name of the component, so components never grow together. Nothing here depends on memory,
 * threads or the numbers of documents. Memory: a sort, or 4 bytes a member. Threads: one.
 */
#include <stdlib.h>

#include "base/num.h"
#include "graph.h"
#include "settle.h"

unsigned dedup_hot_rows(const struct dedup_job *job, unsigned level) {
    if (!job->settings.near || level > 8) return 0;
    unsigned rows = job->settings.minhash.rows << level;
    return rows <= job->settings.minhash.sketch_bytes ? rows : 0;
}

/* Sorted (key, row number) of all bands of all rows. */
static enum sg_code sort_bands(const struct dedup_settle *settle, unsigned rows, struct sg_extsort *sort, struct sg_err *err) {
    const struct dedup_rows_kind kind = dedup_member_kind(settle->job);
    unsigned bands = settle->job->settings.minhash.sketch_bytes / rows;
    struct dedup_rows hot = {0};
    const void *row;
    uint64_t number = 0;
    enum sg_code code = dedup_settle_open(settle, &hot, &kind, ".hot", err);
    while (code == SG_OK && (code = dedup_rows_next(&hot, &row, err)) == SG_OK) {
        struct dedup_member member;
        dedup_member_get(row, false, &member);
        for (unsigned band = 0; code == SG_OK && band < bands; band++) {
            char record[DEDUP_BAND_WIDTH];
            dedup_put_word(record, sg_hash64(member.sketch + band * rows, rows, member.first.lo + band));
            dedup_put_word(record + 8, number);
            code = sg_extsort_put(sort, record, err);
        }
        number++;
    }
    dedup_rows_close(&hot);
    return code == SG_END ? sg_extsort_sort(sort, err) : code;
}

/* Each row again, with its new component: that of pp.cmp, or itself alone. */
static enum sg_code rename_rows(const struct dedup_settle *settle, struct sg_extsort *members, struct sg_err *err) {
    const struct dedup_rows_kind kind = dedup_member_kind(settle->job);
    struct dedup_rows hot = {0}, components = {0};
    const void *row, *component = NULL;
    enum sg_code code = dedup_settle_open(settle, &hot, &kind, ".hot", err);
    enum sg_code more = code == SG_OK ? dedup_settle_open(settle, &components, &dedup_component_kind, ".cmp", err) : code;
    if (more == SG_OK) more = dedup_rows_next(&components, &component, err);
    for (uint64_t number = 0; code == SG_OK && (more == SG_OK || more == SG_END); number++) {
        code = dedup_rows_next(&hot, &row, err);
        if (code != SG_OK) break;
        char renamed[DEDUP_MEMBER_MOST];
        memcpy(renamed, row, kind.width);
        bool here = more == SG_OK && sg_num_get_u64(component) == number;
        dedup_put_word(renamed, here ? sg_num_get_u64((const char *)component + 8) : number);
        code = sg_extsort_put(members, renamed, err);
        if (here) more = dedup_rows_next(&components, &component, err);
    }
    dedup_rows_close(&hot);
    dedup_rows_close(&components);
    if (more != SG_OK && more != SG_END) return more;
    return code == SG_END ? sg_extsort_sort(members, err) : code;
}

enum sg_code dedup_hot_cut(struct dedup_settle *settle, unsigned level, uint64_t count, struct sg_extsort *members,
                           struct sg_err *err) {
    struct dedup_job *job = settle->job;
    char edges_name[DEDUP_NAME], components_name[DEDUP_NAME];
    dedup_partition_name(edges_name, settle->partition, ".hot.edg");
    dedup_partition_name(components_name, settle->partition, ".cmp");
    const char *files[] = {edges_name};
    const struct dedup_graph graph = {.job = job,
                                      .files = files,
                                      .file_count = 1,
                                      .documents = count,
                                      .memory_bytes = job->memory_bytes / 4 + (2u << 20)};
    struct sg_extsort *sort = NULL;
    struct dedup_rows edges = {0};
    uint64_t in_components;
    enum sg_code code = dedup_sort_new(job, DEDUP_BAND_WIDTH, 8, &sort, err);
    if (code == SG_OK) code = sort_bands(settle, dedup_hot_rows(job, level), sort, err);
    if (code == SG_OK) code = dedup_job_create(job, &edges, &dedup_edge_kind, edges_name, err);
    if (code == SG_OK) code = dedup_stars(sort, &edges, err);
    if (code == SG_OK) code = dedup_rows_finish(&edges, err);
    dedup_rows_close(&edges);
    sg_extsort_free(sort);
    if (code == SG_OK) code = dedup_components(&graph, components_name, &in_components, err);
    if (code == SG_OK) code = rename_rows(settle, members, err);
    dedup_settle_drop(settle, ".hot");
    dedup_settle_drop(settle, ".hot.edg");
    dedup_settle_drop(settle, ".cmp");
    return code;
}
