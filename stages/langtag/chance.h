/*
 * chance: random numbers that are the same on every machine.
 *
 * Shape   a 64-bit state, never 0.
 * Calls   chance_seed, then chance_next and what is made of it. One state per task: no order of threads shows.
 * Errors  none.
 * Source  xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
 */
#ifndef SANGAM_LANGTAG_CHANCE_H
#define SANGAM_LANGTAG_CHANCE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"

/* A state for a named task of a seeded run. */
static inline uint64_t chance_seed(uint64_t seed, const char *task) {
    uint64_t state = sg_hash64(task, strlen(task), seed);
    return state ? state : 1;
}

static inline uint32_t chance_next(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (uint32_t)(x * 0x2545F4914F6CDD1Du >> 32);
}

/* 0 .. below - 1; below > 0 */
static inline uint32_t chance_below(uint64_t *state, uint32_t below) {
    return (uint32_t)((uint64_t)chance_next(state) * below >> 32);
}

/* from low to high, both possible */
static inline uint32_t chance_between(uint64_t *state, uint32_t low, uint32_t high) {
    return low + chance_below(state, high - low + 1);
}

/* true with a probability of part / 256 */
static inline int chance_part(uint64_t *state, uint32_t part) {
    return chance_below(state, 256) < part;
}

#endif
