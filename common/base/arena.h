/*
 * arena: memory that lives as long as one batch of work.
 *
 * Shape   a list of blocks; the largest is kept by sg_arena_reset, so steady state allocates nothing.
 * Units   bytes, aligned to 16.
 * Calls   sg_arena_alloc..., sg_arena_reset between batches, sg_arena_free at the end. {0} is empty.
 * Owns    all it hands out: never free a piece.
 */
#ifndef SANGAM_BASE_ARENA_H
#define SANGAM_BASE_ARENA_H

#include <stddef.h>

struct sg_arena_block;
struct sg_arena {
    struct sg_arena_block *blocks; /* newest first */
    size_t used_bytes, total_bytes;
};

void *sg_arena_alloc(struct sg_arena *arena, size_t bytes);
char *sg_arena_strndup(struct sg_arena *arena, const char *text, size_t len); /* NUL-terminated */
void sg_arena_reset(struct sg_arena *arena);
void sg_arena_free(struct sg_arena *arena);

#endif
