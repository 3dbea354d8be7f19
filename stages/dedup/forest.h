/*
 * forest: union-find in memory.
 *
 * Shape   parent[i] <= i; a root is the smallest member of its tree, so roots do not depend on the order of unions.
 * Units   members are numbers below count (< 2^32 - 1); 4 bytes each.
 * Calls   init, join*, root; free accepts {0}.
 * Owns    parent.
 * Errors  none.
 * Source  Tarjan & van Leeuwen 1984 (path halving).
 */
#ifndef SANGAM_DEDUP_FOREST_H
#define SANGAM_DEDUP_FOREST_H

#include <stdint.h>

struct dedup_forest {
    uint32_t *parent;
    uint64_t count;
};

void dedup_forest_init(struct dedup_forest *forest, uint64_t count);
uint32_t dedup_forest_root(struct dedup_forest *forest, uint32_t member);
void dedup_forest_join(struct dedup_forest *forest, uint32_t a, uint32_t b);
void dedup_forest_free(struct dedup_forest *forest);

#endif
