/*
 * dice: random numbers for tests, the same in every run.
 *
 * Shape   a 64-bit state; xorshift64* (Vigna 2016). Seed with anything but 0.
 */
#ifndef SANGAM_TESTS_DICE_H
#define SANGAM_TESTS_DICE_H

#include <stdint.h>

static inline uint64_t dice(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1Du;
}

/* 0 .. sides-1 */
static inline uint64_t dice_below(uint64_t *state, uint64_t sides) {
    return (dice(state) >> 11) % sides;
}

#endif
