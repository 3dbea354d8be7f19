#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FIRST_BYTES (64u << 10)

/* The header's size is a multiple of 16, so what follows it is aligned as malloc's result is. */
struct sg_arena_block {
    struct sg_arena_block *older;
    size_t cap, used;
    size_t pad;
};
_Static_assert(sizeof(struct sg_arena_block) % 16 == 0, "pieces must stay aligned to 16");

static struct sg_arena_block *add_block(struct sg_arena *arena, size_t bytes) {
    /* Doubling makes the largest block hold more than all others together: after few resets one is enough. */
    size_t cap = arena->blocks ? 2 * arena->blocks->cap : FIRST_BYTES;
    if (cap < bytes) cap = bytes;
    if (cap > SIZE_MAX - sizeof(struct sg_arena_block)) sg_mem_failed(cap);
    struct sg_arena_block *block = sg_alloc(sizeof *block + cap);
    *block = (struct sg_arena_block){.older = arena->blocks, .cap = cap};
    arena->blocks = block;
    arena->total_bytes += cap;
    return block;
}

void *sg_arena_alloc(struct sg_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - 15) sg_mem_failed(bytes);
    bytes = (bytes + 15) & ~(size_t)15;
    struct sg_arena_block *block = arena->blocks;
    if (!block || block->cap - block->used < bytes) block = add_block(arena, bytes);
    void *piece = (char *)(block + 1) + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return piece;
}

char *sg_arena_strndup(struct sg_arena *arena, const char *text, size_t len) {
    if (len == SIZE_MAX) sg_mem_failed(len);
    char *copy = sg_arena_alloc(arena, len + 1);
    if (len) memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

void sg_arena_reset(struct sg_arena *arena) {
    struct sg_arena_block *largest = NULL;
    for (struct sg_arena_block *b = arena->blocks; b; b = b->older)
        if (!largest || b->cap > largest->cap) largest = b;
    for (struct sg_arena_block *b = arena->blocks, *older; b; b = older) {
        older = b->older;
        if (b != largest) free(b);
    }
    *arena = (struct sg_arena){.blocks = largest};
    if (!largest) return;
    largest->older = NULL;
    largest->used = 0;
    arena->total_bytes = largest->cap;
}

void sg_arena_free(struct sg_arena *arena) {
    for (struct sg_arena_block *b = arena->blocks, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    *arena = (struct sg_arena){0};
}
