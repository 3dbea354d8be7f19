#include "judge.h"

#include <stdlib.h>

#include "base/num.h"
#include "cross.h"

uint32_t dedup_member_width(const struct dedup_job *job) {
    return DEDUP_MEMBER_HEAD + (job->settings.near ? job->settings.minhash.sketch_bytes : 0);
}

static struct dedup_fate *fates_of(const struct dedup_judge *judge) {
    return (struct dedup_fate *)(void *)judge->fates.data;
}

static void get_member(const struct dedup_judge *judge, size_t index, struct dedup_member *member) {
    dedup_member_get(judge->rows + index * dedup_member_width(judge->job), false, member);
}

static struct dedup_component component_of(const struct dedup_judge *judge) {
    return (struct dedup_component){.count = judge->count,
                                    .sketches = (const uint8_t *)judge->sketches.data,
                                    .short_text = (const bool *)(const void *)judge->short_text.data,
                                    .roles = judge->roles.len ? (const uint8_t *)judge->roles.data : NULL};
}

void dedup_judge_sift(struct dedup_judge *judge, const char *rows, size_t count, bool *clear) {
    const struct dedup_settings *settings = &judge->job->settings;
    unsigned bytes = judge->job->rule.bytes;
    judge->rows = rows;
    judge->count = count;
    judge->sketches.len = judge->short_text.len = judge->roles.len = judge->fates.len = 0;
    uint8_t *sketches = (uint8_t *)sg_buf_room(&judge->sketches, count * bytes + 1);
    bool *short_text = (bool *)(void *)sg_buf_room(&judge->short_text, count);
    sg_buf_room(&judge->fates, count * sizeof(struct dedup_fate));
    for (size_t i = 0; i < count; i++) {
        struct dedup_member member;
        get_member(judge, i, &member);
        short_text[i] = !settings->near || member.windows < settings->min_shingles;
        if (settings->near) memcpy(sketches + i * bytes, member.sketch, bytes);
        if (judge->job->cross.on) sg_buf_putc(&judge->roles, (char)dedup_cross_role(judge->job, member.document));
    }
    struct dedup_component component = component_of(judge);
    *clear = dedup_leader_sift(&judge->job->rule, &component, fates_of(judge));
}

bool dedup_judge_needs_text(const struct dedup_judge *judge, size_t member) {
    return fates_of(judge)[member].needs_text;
}

/* ---- texts ---- */

static void forget_sets(struct dedup_judge *judge) {
    for (size_t i = 0; i < judge->count; i++) sg_buf_free(&judge->sets[i]);
    judge->sets_bytes = 0;
}

static enum sg_code load_set(struct dedup_judge *judge, size_t member, struct sg_err *err) {
    if (judge->sets[member].len) return SG_OK;
    enum sg_code code = dedup_job_set(judge->job, judge->offsets[member], &judge->sets[member], err);
    judge->sets_bytes += judge->sets[member].cap;
    return code;
}

/* Sets stay loaded while they fit, for a leader is compared again and again. */
static enum sg_code exact(void *context, size_t a, size_t b, uint64_t *common, uint64_t *all, struct sg_err *err) {
    struct dedup_judge *judge = context;
    if (judge->sets_bytes > judge->sets_limit) forget_sets(judge);
    enum sg_code code = load_set(judge, a, err);
    if (code == SG_OK) code = load_set(judge, b, err);
    if (code != SG_OK) return code;
    const struct sg_buf *x = &judge->sets[a], *y = &judge->sets[b];
    size_t x_count = x->len / 8, y_count = y->len / 8;
    *common = dedup_set_common((const uint64_t *)(const void *)x->data, x_count,
                               (const uint64_t *)(const void *)y->data, y_count);
    *all = x_count + y_count - *common;
    judge->counts->compared_by_text++;
    return SG_OK;
}

enum sg_code dedup_judge_texts(struct dedup_judge *judge, const uint64_t *offsets, struct sg_err *err) {
    struct dedup_component component = component_of(judge);
    judge->offsets = offsets;
    judge->sets = sg_zalloc(judge->count, sizeof *judge->sets);
    judge->sets_limit = judge->job->memory_bytes / 4;
    enum sg_code code =
        dedup_leader_settle(&judge->job->rule, &component, (struct dedup_texts){exact, judge}, fates_of(judge), err);
    forget_sets(judge);
    free(judge->sets);
    judge->sets = NULL;
    return code;
}

/* ---- decisions ---- */

static void add_saturated(uint32_t *sum, uint64_t more) {
    *sum = *sum + more > UINT32_MAX ? UINT32_MAX : (uint32_t)(*sum + more);
}

static uint8_t method_of(const struct dedup_judge *judge, const struct dedup_fate *fate) {
    if (judge->job->verify == DEDUP_NONE || judge->job->rule.rows) return DEDUP_BY_BAND;
    return fate->by_text ? DEDUP_BY_TEXT : DEDUP_BY_SKETCH;
}

enum sg_code dedup_judge_write(struct dedup_judge *judge, struct sg_err *err) {
    const struct dedup_fate *fates = fates_of(judge);
    struct dedup_job *job = judge->job;
    uint32_t *sizes = sg_zalloc(judge->count, sizeof *sizes);
    struct dedup_member member, leader;
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < judge->count; i++) {
        get_member(judge, i, &member);
        add_saturated(&sizes[fates[i].leader], 1 + (uint64_t)member.copies);
    }
    for (size_t i = 0; code == SG_OK && i < judge->count; i++) {
        uint32_t size = sizes[fates[i].leader];
        bool leads = fates[i].leader == i;
        judge->counts->candidates += i > 0;
        judge->counts->rejected += i > 0 && leads;
        if (leads && size == 1 && !job->keep_components) continue; /* alone: as if it had met nobody */
        get_member(judge, i, &member);
        get_member(judge, fates[i].leader, &leader);
        struct dedup_decision decision = {.document = member.document,
                                          .id_low = member.id_key.lo,
                                          .text_low = member.text_key.lo,
                                          .component = member.first,
                                          .survivor = leader.id_offset,
                                          .size = size,
                                          .similarity = fates[i].similarity,
                                          .verdict = leads ? DEDUP_KEEP : DEDUP_DROP_NEAR,
                                          .method = leads ? DEDUP_BY_KEY : method_of(judge, &fates[i])};
        if (size > 1) decision.cluster = dedup_cluster_id(&leader);
        judge->counts->clusters += leads && size > 1;
        char row[DEDUP_DECISION_WIDTH];
        dedup_decision_put(&decision, row);
        code = dedup_rows_put(judge->decided, row, err);
    }
    free(sizes);
    return code;
}

void dedup_judge_free(struct dedup_judge *judge) {
    sg_buf_free(&judge->sketches);
    sg_buf_free(&judge->short_text);
    sg_buf_free(&judge->roles);
    sg_buf_free(&judge->fates);
}
