/*
 * leader: who stays in a component. A document joins the most similar leader before it, or becomes one.
 *
 * Shape   members of one component in survivor order, by index; a fate for each. What two sketches say decides a pair when
 *         it is clear (close at `sure` matches or more, apart below `maybe`); between the two the texts decide.
 * Units   similarity in 1/10000.
 * Calls   dedup_leader_sift; when it says false, the texts of all members with needs_text are compared on demand by
 *         dedup_leader_settle, which gives the fates.
 * Owns    nothing; fates belong to the caller.
 * Errors  those of the exact callback.
 * Source  dedup.md section 7.
 *
 * Example tau 0.75, order A B C; J(A,B) = .8, J(B,C) = .8, J(A,C) = .6: A leads, B joins A, C leads (a chain would remove it).
 */
#ifndef SANGAM_DEDUP_LEADER_H
#define SANGAM_DEDUP_LEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct dedup_rule {
    unsigned bytes;       /* of a sketch */
    unsigned sure, maybe; /* matches: sure >= maybe; equal: the sketch decides alone */
    uint32_t tau_ppm;     /* least exact Jaccard */
    unsigned rows;        /* 0; or the sketch is the agreement of bands of so many rows */
};

enum dedup_verify { DEDUP_AUTO, DEDUP_TEXT, DEDUP_SKETCH_ONLY, DEDUP_NONE };

/* sure and maybe of a way to verify: auto leaves 3 standard deviations on either side of tau to the texts. */
struct dedup_rule dedup_rule_of(enum dedup_verify verify, double tau, unsigned sketch_bytes);
/* The same from band keys alone, of which `bytes` bytes of each of `bands` are the sketch: as many of them agree as bands of
 * `rows` rows do at tau, and two at least. */
struct dedup_rule dedup_rule_of_bands(double tau, unsigned bands, unsigned rows, unsigned bytes);

/* Of a document of another owner, which stays whatever happens here, or of one that is only held against those. */
enum dedup_role { DEDUP_ANY, DEDUP_ONLY_LEADS, DEDUP_ONLY_FOLLOWS };

struct dedup_component {
    size_t count;
    const uint8_t *sketches; /* count x rule.bytes, in survivor order */
    const bool *short_text;  /* too few windows: compared with nobody */
    const uint8_t *roles;    /* enum dedup_role of each, or NULL */
};

struct dedup_fate {
    uint32_t leader; /* its own index: it stays */
    uint16_t similarity;
    bool by_text; /* the similarity is exact */
    bool needs_text;
};

/* True: all fates are final. False: some pairs are not clear, and every pair that dedup_leader_settle can ask for has
 * needs_text on both sides. */
bool dedup_leader_sift(const struct dedup_rule *rule, const struct dedup_component *component,
                       struct dedup_fate *fates);

/* Exact Jaccard of members a and b as common / all. */
typedef enum sg_code dedup_exact(void *context, size_t a, size_t b, uint64_t *common, uint64_t *all,
                                 struct sg_err *err);

struct dedup_texts {
    dedup_exact *exact;
    void *context;
};

enum sg_code dedup_leader_settle(const struct dedup_rule *rule, const struct dedup_component *component,
                                 struct dedup_texts texts, struct dedup_fate *fates, struct sg_err *err) SG_MUST_CHECK;

#endif
