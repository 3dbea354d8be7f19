#include "units_rows.h"

#include <stdio.h>

const struct dedup_rows_kind dedup_unit_kind = {"UNIT", DEDUP_UNIT_WIDTH, DEDUP_SMALL_BLOCK, false};

void dedup_unit_name(char name[DEDUP_NAME], uint64_t part, int partition) {
    char rest[DEDUP_NAME];
    dedup_partition_name(rest, partition, ".unt");
    snprintf(name, DEDUP_NAME, "t%u-%.12s", (unsigned)part, rest);
}

/* Six bytes: the low 48 bits. */
static void put_six(char *at, uint64_t value) {
    char word[8];
    dedup_put_word(word, value);
    memcpy(at, word + 2, 6);
}

static uint64_t get_six(const char *at) {
    char word[8] = {0};
    memcpy(word + 2, at, 6);
    return dedup_get_word(word);
}

static void put_key(const struct dedup_unit_row *unit, char *at) {
    uint32_t more = htobe32(unit->key_more);
    dedup_put_word(at, unit->key);
    memcpy(at + 8, &more, 4);
}

static void get_key(const char *at, struct dedup_unit_row *unit) {
    uint32_t more;
    memcpy(&more, at + 8, 4);
    unit->key = dedup_get_word(at);
    unit->key_more = be32toh(more);
}

void dedup_unit_put(const struct dedup_unit_row *unit, char *row) {
    const uint64_t words[] = {unit->priority, unit->text_key.hi, unit->text_key.lo,
                              unit->id_high,  unit->line_low,    unit->document};
    put_key(unit, row);
    for (unsigned i = 0; i < 6; i++) dedup_put_word(row + DEDUP_UNIT_KEY + 8 * i, words[i]);
    put_six(row + 60, unit->begin);
    put_six(row + 66, unit->end);
    dedup_put_word(row + 72, unit->id_offset);
}

void dedup_unit_move(char *row, const struct dedup_job *job, size_t part) {
    dedup_put_word(row + 52, dedup_get_word(row + 52) + job->parts[part].first);
    dedup_put_word(row + 72, dedup_get_word(row + 72) | (uint64_t)part << DEDUP_PLACE_BITS);
}

void dedup_unit_get(const char *row, struct dedup_unit_row *unit) {
    uint64_t words[6];
    for (unsigned i = 0; i < 6; i++) words[i] = dedup_get_word(row + DEDUP_UNIT_KEY + 8 * i);
    *unit = (struct dedup_unit_row){.priority = words[0],
                                    .text_key = {.hi = words[1], .lo = words[2]},
                                    .id_high = words[3],
                                    .line_low = words[4],
                                    .document = words[5],
                                    .begin = get_six(row + 60),
                                    .end = get_six(row + 66),
                                    .id_offset = dedup_get_word(row + 72)};
    get_key(row, unit);
}

void dedup_unit_put_place(const struct dedup_unit_row *unit, char *place) {
    put_key(unit, place);
    put_six(place + 12, unit->begin);
    put_six(place + 18, unit->end);
}

void dedup_unit_get_place(const char *place, struct dedup_unit_row *unit) {
    *unit = (struct dedup_unit_row){.begin = get_six(place + 12), .end = get_six(place + 18)};
    get_key(place, unit);
}
