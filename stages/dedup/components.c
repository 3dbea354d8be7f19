/*
 * Connected components of the edges, each named by its smallest document.
 *
 * In memory when 4 1/8 bytes a document fit: union-find. Else by sorting, in rounds of two steps that keep components and
 * pull every document towards the smallest one it knows (large-star, small-star):
 *     large-star   for each u: join every larger neighbour to m = min(u and its neighbours)
 *     small-star   for each u: join every smaller neighbour, and u itself, to m = min of them
 *
 *     path 1-2-3-4      large: 2-1 3-1 4-2 (u=1: 2-1; u=2: 3-1; u=3: 4-2)   small: 2-1 3-1 4-2      large: 2-1 3-1 4-1 ...
 *
 * until a round changes nothing: then every edge is (document, smallest). Both ways give the same file.
 * Memory: as said, or two external sorts. Threads: one.
 * Source: Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, "Connected Components in MapReduce and Beyond", 2014.
 */
#include <stdlib.h>

#include "base/num.h"
#include "forest.h"
#include "graph.h"
#include "io/extsort.h"
#include "run/signals.h"

typedef enum sg_code visit_edge(void *context, uint64_t a, uint64_t b, struct sg_err *err);

/* Calls visit for every edge. */
static enum sg_code each_edge(const struct dedup_graph *graph, visit_edge *visit, void *context, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < graph->file_count; i++) {
        struct dedup_rows edges = {0};
        const void *edge;
        code = dedup_job_open(graph->job, &edges, &dedup_edge_kind, graph->files[i], err);
        while (code == SG_OK && (code = dedup_rows_next(&edges, &edge, err)) == SG_OK)
            code = visit(context, sg_num_get_u64(edge), sg_num_get_u64((const char *)edge + 8), err);
        if (code == SG_END) code = sg_signals_check(err);
        dedup_rows_close(&edges);
    }
    return code;
}

static enum sg_code put_member(struct dedup_rows *out, uint64_t document, uint64_t component, struct sg_err *err) {
    char row[DEDUP_EDGE_WIDTH];
    sg_num_put_u64(row, document);
    sg_num_put_u64(row + 8, component);
    return dedup_rows_put(out, row, err);
}

/* ---- in memory ---- */

static enum sg_code join(void *context, uint64_t a, uint64_t b, struct sg_err *err) {
    (void)err;
    dedup_forest_join(context, (uint32_t)a, (uint32_t)b);
    return SG_OK;
}

static enum sg_code in_memory(const struct dedup_graph *graph, struct dedup_rows *out, struct sg_err *err) {
    struct dedup_forest forest;
    uint64_t count = graph->documents;
    dedup_forest_init(&forest, count);
    uint8_t *has_members = sg_zalloc(count / 8 + 1, 1);
    enum sg_code code = each_edge(graph, join, &forest, err);
    for (uint64_t i = 0; code == SG_OK && i < count; i++) {
        uint32_t root = dedup_forest_root(&forest, (uint32_t)i);
        if (root != i) has_members[root / 8] |= (uint8_t)(1u << root % 8);
    }
    for (uint64_t i = 0; code == SG_OK && i < count; i++) {
        uint32_t root = dedup_forest_root(&forest, (uint32_t)i);
        if (root != i || has_members[i / 8] >> i % 8 & 1) code = put_member(out, i, root, err);
    }
    free(has_members);
    dedup_forest_free(&forest);
    return code;
}

/* ---- by sorting ---- */

struct stars {
    const struct dedup_job *job;
    size_t sort_bytes;
    struct sg_extsort *from, *to; /* directed edges (u, v), big-endian, sorted */
    struct sg_hash128 sum;        /* order-free, of the edges put into `to` */
    uint64_t count;
};

static enum sg_code new_sort(struct stars *stars, struct sg_extsort **sort, struct sg_err *err) {
    const struct sg_extsort_options options = {.width = DEDUP_EDGE_WIDTH,
                                               .key_offset = 0,
                                               .key_bytes = 16,
                                               .memory_bytes = stars->sort_bytes,
                                               .folder = stars->job->folder};
    return sg_extsort_init(sort, &options, err);
}

static enum sg_code put_edge(struct stars *stars, uint64_t u, uint64_t v, struct sg_err *err) {
    char record[DEDUP_EDGE_WIDTH];
    dedup_put_word(record, u);
    dedup_put_word(record + 8, v);
    return sg_extsort_put(stars->to, record, err);
}

static enum sg_code put_both(void *context, uint64_t a, uint64_t b, struct sg_err *err) {
    if (a == b) return SG_OK;
    enum sg_code code = put_edge(context, a, b, err);
    return code == SG_OK ? put_edge(context, b, a, err) : code;
}

/* The next distinct edge of the sorted `from`. */
static enum sg_code next_edge(struct stars *stars, uint64_t *u, uint64_t *v, struct sg_err *err) {
    const void *record;
    uint64_t last_u = *u, last_v = *v;
    enum sg_code code;
    while ((code = sg_extsort_next(stars->from, &record, err)) == SG_OK) {
        *u = dedup_get_word(record);
        *v = dedup_get_word((const char *)record + 8);
        if (*u != last_u || *v != last_v) break;
    }
    return code;
}

/* What was put becomes what is read. */
static enum sg_code turn(struct stars *stars, struct sg_err *err) {
    sg_extsort_free(stars->from);
    stars->from = stars->to;
    stars->to = NULL;
    enum sg_code code = sg_extsort_sort(stars->from, err);
    return code == SG_OK ? new_sort(stars, &stars->to, err) : code;
}

/* from: both directions. The first edge of u has its smallest neighbour. to: (larger, smaller). */
static enum sg_code large_star(struct stars *stars, struct sg_err *err) {
    uint64_t u = UINT64_MAX, v = UINT64_MAX, at = UINT64_MAX, least = 0;
    enum sg_code code;
    while ((code = next_edge(stars, &u, &v, err)) == SG_OK) {
        if (u != at) {
            at = u;
            least = v < u ? v : u;
        }
        if (v > u) code = put_edge(stars, v, least, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? turn(stars, err) : code;
}

/* from: (larger, smaller). to: both directions of the stars, with their sum. */
static enum sg_code small_star(struct stars *stars, struct sg_err *err) {
    uint64_t u = UINT64_MAX, v = UINT64_MAX, at = UINT64_MAX, least = 0;
    enum sg_code code;
    while ((code = next_edge(stars, &u, &v, err)) == SG_OK) {
        uint64_t member = v;
        if (u != at) {
            at = u;
            least = v;
            member = u;
        }
        code = put_both(stars, member, least, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? turn(stars, err) : code;
}

/* Sum and number of the distinct edges that are to be read, which are put back to be read again. */
static enum sg_code sum_up(struct stars *stars, struct sg_err *err) {
    uint64_t edge[2] = {UINT64_MAX, UINT64_MAX};
    enum sg_code code;
    stars->sum = (struct sg_hash128){0};
    stars->count = 0;
    while ((code = next_edge(stars, &edge[0], &edge[1], err)) == SG_OK) {
        stars->sum = sg_hash_sum(stars->sum, sg_hash128(edge, sizeof edge, 0));
        stars->count++;
        code = put_edge(stars, edge[0], edge[1], err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? turn(stars, err) : code;
}

/* The stars, (center, member) and (member, center), as rows by document: a center is smaller than all its members. */
static enum sg_code write_stars(struct stars *stars, struct dedup_rows *out, struct sg_err *err) {
    uint64_t u = UINT64_MAX, v = UINT64_MAX, at = UINT64_MAX;
    enum sg_code code;
    while ((code = next_edge(stars, &u, &v, err)) == SG_OK) {
        if (u == at) continue;
        at = u;
        code = put_member(out, u, v < u ? v : u, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? SG_OK : code;
}

static enum sg_code by_sorting(const struct dedup_graph *graph, struct dedup_rows *out, struct sg_err *err) {
    struct stars stars = {.job = graph->job, .sort_bytes = graph->memory_bytes / 2 - (1u << 20)};
    enum sg_code code = new_sort(&stars, &stars.to, err);
    if (code == SG_OK) code = each_edge(graph, put_both, &stars, err);
    if (code == SG_OK) code = turn(&stars, err);
    struct sg_hash128 before;
    uint64_t count;
    do {
        before = stars.sum;
        count = stars.count;
        if (code == SG_OK) code = sg_signals_check(err);
        if (code == SG_OK) code = large_star(&stars, err);
        if (code == SG_OK) code = small_star(&stars, err);
        if (code == SG_OK) code = sum_up(&stars, err);
    } while (code == SG_OK && (count != stars.count || sg_hash_compare(before, stars.sum) != 0));
    if (code == SG_OK) code = write_stars(&stars, out, err);
    sg_extsort_free(stars.from);
    sg_extsort_free(stars.to);
    return code;
}

enum sg_code dedup_components(const struct dedup_graph *graph, const char *name, uint64_t *members,
                              struct sg_err *err) {
    struct dedup_rows out = {0};
    uint64_t documents = graph->documents;
    bool fits = documents < UINT32_MAX && documents * 4 + documents / 8 <= graph->memory_bytes - (2u << 20);
    enum sg_code code = dedup_job_create(graph->job, &out, &dedup_component_kind, name, err);
    if (code == SG_OK) code = fits ? in_memory(graph, &out, err) : by_sorting(graph, &out, err);
    *members = out.records;
    if (code == SG_OK) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}
