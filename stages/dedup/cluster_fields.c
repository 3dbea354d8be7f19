#include "cluster_fields.h"

#include <stdio.h>

#include "base/num.h"
#include "dates.h"

/* In front of a decision, big-endian, so that those of a cluster stand together and equal values are neighbours. */
#define FRONT 16
#define WIDTH (FRONT + DEDUP_DECISION_WIDTH)

const struct dedup_rows_kind dedup_fields_kind = {"FLDS", DEDUP_FIELDS_WIDTH, DEDUP_SMALL_BLOCK, false};

struct dedup_fields dedup_fields_of(const struct sg_record *record, const char *count_by, struct sg_buf *scratch) {
    struct dedup_fields fields = {0};
    size_t len;
    uint32_t days;
    const char *text = sg_record_string(record, count_by, scratch, &len, NULL);
    if (text && len) fields.value = sg_hash64(text, len, 0) | 1;
    text = sg_record_string(record, "date", scratch, &len, NULL);
    if (text && dedup_days_of(text, len, &days)) fields.day = days + 1;
    return fields;
}

void dedup_fields_put(const struct dedup_fields *fields, char *row) {
    sg_num_put_u64(row, fields->value);
    sg_num_put_u64(row + 8, fields->day);
}

/* ---- a document's row ---- */

struct reader {
    const struct dedup_job *job;
    struct dedup_rows rows;
    size_t part; /* 1 + the one that is open */
};

static enum sg_code fields_of_document(struct reader *reader, uint64_t document, struct dedup_fields *fields,
                                       struct sg_err *err) {
    const struct dedup_job *job = reader->job;
    const void *row;
    enum sg_code code = SG_OK;
    size_t part = reader->part ? reader->part - 1 : 0;
    while (part + 1 < job->part_count && job->parts[part + 1].first <= document) part++;
    if (reader->part != part + 1) {
        char name[DEDUP_NAME];
        snprintf(name, sizeof name, "t%zu.fld", part);
        dedup_rows_close(&reader->rows);
        code = dedup_job_open(job, &reader->rows, &dedup_fields_kind, name, err);
        reader->part = part + 1;
    }
    dedup_rows_skip(&reader->rows, document - job->parts[part].first);
    if (code == SG_OK) code = dedup_rows_next(&reader->rows, &row, err);
    if (code == SG_OK) *fields = (struct dedup_fields){sg_num_get_u64(row), sg_num_get_u32((const char *)row + 8)};
    return code;
}

/* Decisions with their documents' fields, sorted by cluster and value. */
static enum sg_code gather(const struct dedup_job *job, struct sg_extsort *from, struct sg_extsort *by_cluster,
                           struct sg_err *err) {
    struct reader reader = {.job = job};
    const void *row;
    enum sg_code code;
    while ((code = sg_extsort_next(from, &row, err)) == SG_OK) {
        struct dedup_decision decision;
        struct dedup_fields fields;
        char out[WIDTH];
        dedup_decision_get(row, &decision);
        code = fields_of_document(&reader, decision.document, &fields, err);
        if (code != SG_OK) break;
        decision.value = fields.value;
        decision.first_day = decision.last_day = fields.day;
        dedup_put_word(out, decision.survivor);
        dedup_put_word(out + 8, fields.value);
        dedup_decision_put(&decision, out + FRONT);
        code = sg_extsort_put(by_cluster, out, err);
        if (code != SG_OK) break;
    }
    dedup_rows_close(&reader.rows);
    return code == SG_END ? sg_extsort_sort(by_cluster, err) : code;
}

/* ---- clusters ---- */

struct cluster {
    struct dedup_decision survivor;
    bool any, here; /* here: the survivor is among the documents, not another owner's */
    uint64_t value; /* the last one counted */
    uint32_t values, exact, first_day, last_day;
};

static void count(struct cluster *cluster, const struct dedup_decision *decision) {
    if (decision->value && decision->value != cluster->value) cluster->values++;
    cluster->value = decision->value;
    cluster->exact += decision->verdict == DEDUP_DROP_EXACT;
    if (decision->first_day && (!cluster->first_day || decision->first_day < cluster->first_day))
        cluster->first_day = decision->first_day;
    if (decision->last_day > cluster->last_day) cluster->last_day = decision->last_day;
    if (decision->verdict != DEDUP_KEEP) return;
    cluster->survivor = *decision;
    cluster->here = true;
}

static enum sg_code put_decision(const struct dedup_decision *decision, struct sg_extsort *to, struct sg_err *err) {
    char row[DEDUP_DECISION_WIDTH];
    dedup_decision_put(decision, row);
    return sg_extsort_put(to, row, err);
}

static enum sg_code end_cluster(struct cluster *cluster, struct sg_extsort *to, struct sg_err *err) {
    struct dedup_decision *survivor = &cluster->survivor;
    if (!cluster->here) return SG_OK;
    survivor->values = cluster->values;
    survivor->exact = cluster->exact;
    survivor->first_day = cluster->first_day;
    survivor->last_day = cluster->last_day;
    return put_decision(survivor, to, err);
}

static enum sg_code sum_up(struct sg_extsort *by_cluster, struct sg_extsort *to, struct sg_err *err) {
    struct cluster cluster = {0};
    const void *row;
    enum sg_code code;
    while ((code = sg_extsort_next(by_cluster, &row, err)) == SG_OK) {
        struct dedup_decision decision;
        dedup_decision_get((const char *)row + FRONT, &decision);
        if (!cluster.any || decision.survivor != cluster.survivor.survivor) {
            code = end_cluster(&cluster, to, err);
            cluster = (struct cluster){.any = true, .survivor = {.survivor = decision.survivor}};
        }
        count(&cluster, &decision);
        if (code == SG_OK && decision.verdict != DEDUP_KEEP) code = put_decision(&decision, to, err);
        if (code != SG_OK) return code;
    }
    if (code == SG_END) code = end_cluster(&cluster, to, err);
    return code == SG_OK ? sg_extsort_sort(to, err) : code;
}

enum sg_code dedup_fields_sum(const struct dedup_settle *settle, struct sg_extsort *from, struct sg_extsort **to,
                              struct sg_err *err) {
    struct sg_extsort *by_cluster = NULL;
    enum sg_code code = dedup_sort_new(settle->job, WIDTH, FRONT, &by_cluster, err);
    if (code == SG_OK) code = gather(settle->job, from, by_cluster, err);
    if (code == SG_OK) code = dedup_sort_new(settle->job, DEDUP_DECISION_WIDTH, 8, to, err);
    if (code == SG_OK) code = sum_up(by_cluster, *to, err);
    sg_extsort_free(by_cluster);
    return code;
}
