#include "flags.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct pair {
    uint32_t first, second;
    uint64_t flags;
};

struct triggers {
    const struct settings *settings;
    uint64_t *flags; /* by code point */
    struct pair *pairs;
    size_t pair_count, pair_room;
};

static bool is_off(const struct triggers *triggers, enum normalize_key key) {
    return triggers->settings->value[key] == OFF;
}

void trigger_range(struct triggers *triggers, enum normalize_key key, uint32_t first,
                   uint32_t last) {
    if (is_off(triggers, key)) return;
    for (uint32_t c = first; c <= last; c++) triggers->flags[c] |= FLAG(key);
}

void trigger_pair(struct triggers *triggers, enum normalize_key key, uint32_t first,
                  uint32_t second) {
    if (is_off(triggers, key)) return;
    triggers->flags[first] |= FLAG_FIRST;
    triggers->flags[second] |= FLAG_SECOND;
    if (triggers->pair_count == triggers->pair_room) {
        triggers->pair_room = 2 * triggers->pair_room + 1024;
        triggers->pairs =
            sg_realloc(triggers->pairs, triggers->pair_room * sizeof *triggers->pairs);
    }
    triggers->pairs[triggers->pair_count++] = (struct pair){first, second, FLAG(key)};
}

void trigger_flags(struct triggers *triggers, uint32_t c, uint64_t flags) {
    triggers->flags[c] |= flags;
}

/* ---- the table of pairs ---- */

static uint32_t slot_of(uint64_t key, uint32_t mask) {
    return (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 40) & mask;
}

static uint32_t find(const struct flags *flags, uint64_t key) {
    uint32_t at = slot_of(key, flags->pair_mask);
    while (flags->pairs[at] && flags->pairs[at] != key) at = (at + 1) & flags->pair_mask;
    return at;
}

uint64_t flags_pair(const struct flags *flags, uint32_t first, uint32_t second) {
    return flags->pair_flags[find(flags, (uint64_t)first << 32 | second)];
}

static void build_pairs(struct flags *flags, const struct triggers *triggers) {
    uint32_t size = 1024;
    while (size < 4 * triggers->pair_count) size *= 2;
    flags->pair_mask = size - 1;
    flags->pairs = sg_zalloc(size, sizeof *flags->pairs);
    flags->pair_flags = sg_zalloc(size, sizeof *flags->pair_flags);
    for (size_t i = 0; i < triggers->pair_count; i++) {
        const struct pair *pair = &triggers->pairs[i];
        uint64_t key = (uint64_t)pair->first << 32 | pair->second;
        uint32_t at = find(flags, key);
        flags->pairs[at] = key;
        flags->pair_flags[at] |= pair->flags;
    }
}

/* ---- the table of code points ---- */

unsigned flags_brief_of(uint32_t c, uint64_t f) {
    unsigned brief = 0;
    if (c == ' ') brief |= BRIEF_SPACE | BRIEF_SPACE << 4;
    if (f & (FLAG_CLASS | FLAG_TRAILING)) brief |= BRIEF_MARK;
    if (f & (FLAG_CLASS | FLAG_MAYBE)) brief |= BRIEF_MARK << 4;
    if (f & FLAG_FIRST) brief |= BRIEF_PAIR;
    if (f & FLAG_SECOND) brief |= BRIEF_PAIR << 4;
    if (f & (FLAG_PASSES | FLAG_FFFD | FLAG_PRIVATE)) brief |= BRIEF_HARD << 4;
    return brief;
}

static void build_rows(struct flags *flags, const uint64_t *by_point) {
    size_t rows = 0;
    for (uint32_t high = 0; high < 0x110000 / 64; high++) {
        const uint64_t *cells = by_point + (high << 6);
        size_t same = rows;
        while (same > 0 && memcmp(flags->cells[same - 1], cells, sizeof *flags->cells) != 0) same--;
        if (same == 0) {
            same = ++rows;
            flags->cells = sg_realloc(flags->cells, rows * sizeof *flags->cells);
            memcpy(flags->cells[rows - 1], cells, sizeof *flags->cells);
        }
        flags->row[high] = (uint16_t)(same - 1);
    }
    flags->briefs = sg_alloc(0x10000);
    for (uint32_t c = 0; c < 0x10000; c++)
        flags->briefs[c] = (uint8_t)flags_brief_of(c, by_point[c]);
}

/* What is counted in every text. */
static void flag_counted(struct triggers *triggers) {
    static const uint32_t ranges[][2] = {
        {0xE000, 0xF8FF}, {0xF0000, 0xFFFFD}, {0x100000, 0x10FFFD}};
    for (size_t i = 0; i < 3; i++)
        for (uint32_t c = ranges[i][0]; c <= ranges[i][1]; c++) triggers->flags[c] |= FLAG_PRIVATE;
    triggers->flags[0xFFFD] |= FLAG_FFFD;
}

void flags_init(struct flags *flags, const struct settings *settings) {
    struct triggers triggers = {.settings = settings,
                                .flags = sg_zalloc(0x110000, sizeof *triggers.flags)};
    flag_counted(&triggers);
    control_triggers(&triggers, settings);
    entities_triggers(&triggers, settings);
    mojibake_triggers(&triggers, settings);
    invisible_triggers(&triggers, settings);
    compose_triggers(&triggers, settings);
    forms_triggers(&triggers, settings);
    indic_triggers(&triggers, settings);
    southeast_triggers(&triggers, settings);
    typography_triggers(&triggers, settings);
    arabic_triggers(&triggers, settings);
    zawgyi_triggers(&triggers, settings);
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++)
        if (settings->value[k] != OFF) flags->on |= FLAG(k);
    flags->most_marks = settings->value[KEY_MARKS];
    flags->leading_goes = settings->value[KEY_WHITESPACE] == AGGRESSIVE;
    flags->pipes = settings->value[KEY_INDIC] == AGGRESSIVE;
    flags->joiners_stay = settings->value[KEY_JOINERS] == JOINERS_CONTEXT;
    flags->breaks_stay = settings->value[KEY_INVISIBLE] == ON;
    build_rows(flags, triggers.flags);
    build_pairs(flags, &triggers);
    free(triggers.flags);
    free(triggers.pairs);
}

void flags_free(struct flags *flags) {
    free(flags->cells);
    free(flags->briefs);
    free(flags->pairs);
    free(flags->pair_flags);
}
