/*
 * Leaders, in two passes, for the texts are read again only where the sketches leave a doubt.
 *
 * Pass one (sift) gives each member one of three states, in survivor order:
 *     follows   a pair with a sure leader is close for sure
 *     leads     every pair with a leader, sure or possible, is apart for sure
 *     open      else: it may lead or follow
 * An open member counts as a possible leader for those behind it, so pass one compares with every leader pass two can
 * have; each doubtful pair of a member that does not follow for sure is marked for its texts. Hence pass two (settle),
 * in which every state is certain, never meets a doubtful pair without texts.
 * A close pair that is sure beats every doubtful one: only among the sure (by matches), else among the doubtful (by
 * exact similarity), is the best leader sought; ties go to survivor order.
 *
 * Cost: members x leaders comparisons of sketches. Memory: the caller's fates and two lists of leaders.
 */
#include "leader.h"

#include <stdlib.h>

#include "base/buf.h"
#include "minhash.h"

#define SCALE 10000
#define DOUBT 3 /* standard deviations */

struct dedup_rule dedup_rule_of(enum dedup_verify verify, double tau, unsigned sketch_bytes) {
    struct dedup_rule rule = {.bytes = sketch_bytes, .tau_ppm = (uint32_t)(tau * 1e6 + 0.5)};
    double doubt = DOUBT * dedup_sketch_deviation(tau, sketch_bytes);
    switch (verify) {
    case DEDUP_AUTO:
        rule.sure = dedup_sketch_least(tau + doubt, sketch_bytes);
        rule.maybe = dedup_sketch_least(tau - doubt, sketch_bytes);
        break;
    case DEDUP_TEXT: rule.sure = sketch_bytes + 1; break;
    case DEDUP_SKETCH_ONLY: rule.sure = rule.maybe = dedup_sketch_least(tau, sketch_bytes); break;
    case DEDUP_NONE: break;
    }
    return rule;
}

static double power(double x, unsigned n) {
    double p = 1;
    for (; n > 0; n--) p *= x;
    return p;
}

struct dedup_rule dedup_rule_of_bands(double tau, unsigned bands, unsigned rows, unsigned bytes) {
    unsigned least = bands < 2 ? bands : 2;
    while (least < bands && (double)least / bands < power(tau, rows)) least++;
    return (struct dedup_rule){.bytes = bands * bytes,
                               .sure = least * bytes,
                               .maybe = least * bytes,
                               .tau_ppm = (uint32_t)(tau * 1e6 + 0.5),
                               .rows = rows};
}

/* A band agrees with probability J^rows: J from the share that does, by halving. */
static double root(double share, unsigned rows) {
    double low = 0, high = 1;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        if (power(middle, rows) < share) low = middle;
        else high = middle;
    }
    return high;
}

/* Leaders so far, open ones among them, and those that the member at hand is in doubt with. */
struct leaders {
    uint32_t *index, *doubtful;
    size_t count, doubtful_count;
    bool *open; /* by member */
};

static struct leaders new_leaders(size_t members) {
    return (struct leaders){.index = sg_alloc(members * sizeof(uint32_t)),
                            .doubtful = sg_alloc(members * sizeof(uint32_t)),
                            .open = sg_zalloc(members, sizeof(bool))};
}

static void free_leaders(struct leaders *leaders) {
    free(leaders->index);
    free(leaders->doubtful);
    free(leaders->open);
}

static const uint8_t *sketch_of(const struct dedup_rule *rule, const struct dedup_component *component, size_t member) {
    return component->sketches + member * rule->bytes;
}

static unsigned matches_of(const struct dedup_rule *rule, const struct dedup_component *component, size_t a, size_t b) {
    return dedup_sketch_matches(sketch_of(rule, component, a), sketch_of(rule, component, b), rule->bytes);
}

static uint16_t estimate(const struct dedup_rule *rule, unsigned matches) {
    if (rule->rows) return (uint16_t)(root((double)matches / rule->bytes, rule->rows) * SCALE + 0.5);
    return (uint16_t)(dedup_sketch_similarity(matches, rule->bytes) * SCALE + 0.5);
}

/* Compare one member with all leaders. True: it follows none for sure, and is in doubt with the doubtful ones. */
static bool sift_one(const struct dedup_rule *rule, const struct dedup_component *component, struct leaders *leaders,
                     size_t member, struct dedup_fate *fate) {
    unsigned best = 0;
    bool open = false, follows = false;
    leaders->doubtful_count = 0;
    for (size_t i = 0; i < leaders->count; i++) {
        uint32_t leader = leaders->index[i];
        if (component->short_text[leader]) continue;
        unsigned matches = matches_of(rule, component, member, leader);
        if (matches < rule->maybe) continue;
        if (matches < rule->sure) {
            leaders->doubtful[leaders->doubtful_count++] = leader;
        } else if (leaders->open[leader]) {
            open = true;
        } else if (!follows || matches > best) {
            follows = true;
            best = matches;
            fate->leader = leader;
            fate->similarity = estimate(rule, matches);
        }
    }
    return !follows && (open || leaders->doubtful_count > 0);
}

static bool may_follow(const struct dedup_component *component, size_t member) {
    return !component->short_text[member] && !(component->roles && component->roles[member] == DEDUP_ONLY_LEADS);
}

static bool may_lead(const struct dedup_component *component, const struct dedup_fate *fates, size_t member) {
    return fates[member].leader == member && !(component->roles && component->roles[member] == DEDUP_ONLY_FOLLOWS);
}

bool dedup_leader_sift(const struct dedup_rule *rule, const struct dedup_component *component,
                       struct dedup_fate *fates) {
    struct leaders leaders = new_leaders(component->count);
    bool clear = true;
    for (size_t member = 0; member < component->count; member++) {
        fates[member] = (struct dedup_fate){.leader = (uint32_t)member, .similarity = SCALE};
        if (may_follow(component, member) && sift_one(rule, component, &leaders, member, &fates[member])) {
            leaders.open[member] = true;
            clear = false;
            for (size_t i = 0; i < leaders.doubtful_count; i++)
                fates[leaders.doubtful[i]].needs_text = fates[member].needs_text = true;
        }
        if (may_lead(component, fates, member)) leaders.index[leaders.count++] = (uint32_t)member;
    }
    free_leaders(&leaders);
    return clear;
}

/* How pass two asks for texts. */
struct asking {
    const struct dedup_rule *rule;
    const struct dedup_component *component;
    struct leaders leaders;
    dedup_exact *exact;
    void *context;
};

/* The best of the doubtful leaders by exact similarity, when it is tau or more. */
static enum sg_code by_texts(const struct asking *asking, size_t member, struct dedup_fate *fate, struct sg_err *err) {
    uint64_t best_common = 0, best_all = 1;
    for (size_t i = 0; i < asking->leaders.doubtful_count; i++) {
        uint32_t leader = asking->leaders.doubtful[i];
        uint64_t common = 0, all = 1;
        enum sg_code code = asking->exact(asking->context, member, leader, &common, &all, err);
        if (code != SG_OK) return code;
        if (common * 1000000 < all * asking->rule->tau_ppm) continue;
        if (fate->by_text && common * best_all <= best_common * all) continue;
        best_common = common;
        best_all = all;
        fate->by_text = true;
        fate->leader = leader;
        fate->similarity = (uint16_t)((common * SCALE + all / 2) / all);
    }
    return SG_OK;
}

enum sg_code dedup_leader_settle(const struct dedup_rule *rule, const struct dedup_component *component,
                                 struct dedup_texts texts, struct dedup_fate *fates, struct sg_err *err) {
    struct asking asking = {.rule = rule, .component = component, .exact = texts.exact, .context = texts.context};
    asking.leaders = new_leaders(component->count);
    enum sg_code code = SG_OK;
    for (size_t member = 0; member < component->count && code == SG_OK; member++) {
        struct dedup_fate *fate = &fates[member];
        *fate = (struct dedup_fate){.leader = (uint32_t)member, .similarity = SCALE};
        if (may_follow(component, member) && sift_one(rule, component, &asking.leaders, member, fate))
            code = by_texts(&asking, member, fate, err);
        if (may_lead(component, fates, member)) asking.leaders.index[asking.leaders.count++] = (uint32_t)member;
    }
    free_leaders(&asking.leaders);
    return code;
}
