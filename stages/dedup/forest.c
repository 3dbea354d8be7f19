#include "forest.h"

#include <stdlib.h>

#include "base/buf.h"

void dedup_forest_init(struct dedup_forest *forest, uint64_t count) {
    forest->count = count;
    forest->parent = sg_alloc(count * sizeof *forest->parent);
    for (uint64_t i = 0; i < count; i++) forest->parent[i] = (uint32_t)i;
}

uint32_t dedup_forest_root(struct dedup_forest *forest, uint32_t member) {
    uint32_t *parent = forest->parent;
    while (parent[member] != member) member = parent[member] = parent[parent[member]];
    return member;
}

void dedup_forest_join(struct dedup_forest *forest, uint32_t a, uint32_t b) {
    a = dedup_forest_root(forest, a);
    b = dedup_forest_root(forest, b);
    if (a < b)
        forest->parent[b] = a;
    else
        forest->parent[a] = b;
}

void dedup_forest_free(struct dedup_forest *forest) {
    free(forest->parent);
    *forest = (struct dedup_forest){0};
}
