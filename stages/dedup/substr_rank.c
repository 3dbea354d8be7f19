/*
 * substr, in cluster: which places are looked at again, and in which order their documents stand.
 *
 *     (key,place) (key,place) ...  --equal keys, two or more-->  places --sort--> wanted.anc
 *     wanted.anc x ti.doc  --sort by survivor order-->  rank.doc  --sort by document-->  doc.rank
 *
 * The rank takes the place of the survivor order's 48 bytes in every later row: a smaller rank stays.
 * Memory: sorts with settle's share. Threads: one (dedup_substr_meet: link's).
 */
#include "base/num.h"
#include "member.h"
#include "parts.h"
#include "run/signals.h"
#include "settle.h"
#include "substr.h"

static enum sg_code put_met(struct dedup_rows *met, const char *record, struct sg_err *err) {
    char row[DEDUP_EDGE_WIDTH];
    sg_num_put_u64(row, dedup_get_word(record + 8));
    sg_num_put_u64(row + 8, dedup_get_word(record));
    return dedup_rows_put(met, row, err);
}

enum sg_code dedup_substr_meet(struct sg_extsort *sort, struct dedup_rows *met, struct sg_err *err) {
    char last[DEDUP_BAND_WIDTH];
    const void *record;
    bool any = false, put = false; /* last is there; it has gone to met */
    enum sg_code code;
    while ((code = sg_extsort_next(sort, &record, err)) == SG_OK) {
        bool same = any && memcmp(record, last, 8) == 0;
        if (same && !put) code = put_met(met, last, err);
        if (same && code == SG_OK) code = put_met(met, record, err);
        if (code != SG_OK) return code;
        put = same;
        any = true;
        memcpy(last, record, sizeof last);
    }
    return code == SG_END ? SG_OK : code;
}

/* ---- wanted.anc ---- */

static enum sg_code gather(struct dedup_job *job, struct sg_extsort *places, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        struct dedup_rows met = {0};
        const void *row;
        char name[DEDUP_NAME];
        dedup_partition_name(name, i, ".edg");
        code = dedup_job_open(job, &met, &dedup_edge_kind, name, err);
        while (code == SG_OK && (code = dedup_rows_next(&met, &row, err)) == SG_OK) {
            char wanted[DEDUP_WANTED_WIDTH];
            dedup_put_word(wanted, sg_num_get_u64(row));
            dedup_put_word(wanted + 8, sg_num_get_u64((const char *)row + 8));
            code = sg_extsort_put(places, wanted, err);
        }
        if (code == SG_END) code = SG_OK;
        dedup_rows_close(&met);
    }
    return code == SG_OK ? sg_extsort_sort(places, err) : code;
}

struct ranking {
    struct dedup_job *job;
    struct dedup_parts_rows docs;
    struct dedup_rows wanted;
    struct sg_extsort *places, *by_order, *by_document;
};

static enum sg_code list_document(struct ranking *ranking, uint64_t document, const char *doc_row, struct sg_err *err) {
    char row[DEDUP_MEMBER_HEAD];
    struct dedup_doc doc;
    dedup_doc_get(doc_row, &doc);
    const struct dedup_member member = {.document = document,
                                        .line_low = doc.line_low,
                                        .id_offset = (uint64_t)ranking->docs.part << DEDUP_PLACE_BITS | doc.id_offset,
                                        .priority = doc.priority,
                                        .text_key = doc.text_key,
                                        .id_key = doc.id_key,
                                        .windows = doc.bytes};
    dedup_member_put(&member, false, 0, row);
    return sg_extsort_put(ranking->by_order, row, err);
}

static enum sg_code each_place(struct ranking *ranking, struct sg_err *err) {
    const void *place, *doc = NULL;
    uint64_t read = 0; /* documents */
    enum sg_code code;
    while ((code = sg_extsort_next(ranking->places, &place, err)) == SG_OK) {
        uint64_t document = dedup_place_document(dedup_get_word(place));
        bool listed = read > document;
        for (; code == SG_OK && read <= document; read++) code = dedup_parts_next(&ranking->docs, &doc, err);
        if (code == SG_OK && !listed) code = list_document(ranking, document, doc, err);
        if (code == SG_OK) code = dedup_rows_put(&ranking->wanted, place, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? SG_OK : code;
}

/* ---- rank.doc and doc.rank ---- */

static enum sg_code write_ranks(struct ranking *ranking, struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *row;
    enum sg_code code = dedup_job_create(ranking->job, &out, &dedup_rank_kind, "rank.doc", err);
    if (code == SG_OK) code = sg_extsort_sort(ranking->by_order, err);
    while (code == SG_OK && (code = sg_extsort_next(ranking->by_order, &row, err)) == SG_OK) {
        struct dedup_member member;
        char rank[DEDUP_RANK_WIDTH], back[16];
        dedup_member_get(row, false, &member);
        sg_num_put_u64(rank, member.document);
        sg_num_put_u64(rank + 8, member.id_offset);
        sg_num_put_u64(rank + 16, member.text_key.lo);
        sg_num_put_u64(rank + 24, member.windows);
        dedup_put_word(back, member.document);
        dedup_put_word(back + 8, out.records);
        code = dedup_rows_put(&out, rank, err);
        if (code == SG_OK) code = sg_extsort_put(ranking->by_document, back, err);
    }
    if (code == SG_END) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

static enum sg_code write_documents(struct ranking *ranking, struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *row;
    enum sg_code code = dedup_job_create(ranking->job, &out, &dedup_doc_rank_kind, "doc.rank", err);
    if (code == SG_OK) code = sg_extsort_sort(ranking->by_document, err);
    while (code == SG_OK && (code = sg_extsort_next(ranking->by_document, &row, err)) == SG_OK)
        code = dedup_rows_put(&out, row, err);
    if (code == SG_END) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

static enum sg_code open_files(struct ranking *ranking, struct sg_err *err) {
    struct dedup_job *job = ranking->job;
    ranking->docs = (struct dedup_parts_rows){.job = job, .kind = dedup_doc_kind(job), .suffix = ".doc"};
    enum sg_code code = dedup_sort_new(job, DEDUP_WANTED_WIDTH, 8, &ranking->places, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_MEMBER_HEAD, 16, &ranking->by_order, err);
    if (code == SG_OK) code = dedup_sort_new(job, 16, 8, &ranking->by_document, err);
    return code == SG_OK ? dedup_job_create(job, &ranking->wanted, &dedup_wanted_kind, "wanted.anc", err) : code;
}

enum sg_code dedup_substr_rank(struct dedup_job *job, struct sg_err *err) {
    struct ranking ranking = {.job = job};
    enum sg_code code = open_files(&ranking, err);
    if (code == SG_OK) code = gather(job, ranking.places, err);
    if (code == SG_OK) code = each_place(&ranking, err);
    if (code == SG_OK) code = dedup_rows_finish(&ranking.wanted, err);
    if (code == SG_OK) code = write_ranks(&ranking, err);
    if (code == SG_OK) code = write_documents(&ranking, err);
    dedup_rows_close(&ranking.wanted);
    dedup_parts_close(&ranking.docs);
    sg_extsort_free(ranking.places);
    sg_extsort_free(ranking.by_order);
    sg_extsort_free(ranking.by_document);
    return code == SG_OK ? sg_signals_check(err) : code;
}
