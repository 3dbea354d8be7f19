#include "records.h"

#include <stdio.h>

#include "base/num.h"

const struct dedup_rows_kind dedup_band_kind = {"BAND", DEDUP_BAND_WIDTH, DEDUP_SMALL_BLOCK, false};
const struct dedup_rows_kind dedup_batch_kind = {"BATC", DEDUP_BATCH_WIDTH, DEDUP_SMALL_BLOCK, false};
const struct dedup_rows_kind dedup_edge_kind = {"EDGE", DEDUP_EDGE_WIDTH, DEDUP_SMALL_BLOCK, true};
const struct dedup_rows_kind dedup_component_kind = {"COMP", DEDUP_EDGE_WIDTH, DEDUP_BLOCK, true};
const struct dedup_rows_kind dedup_decision_kind = {"CMAP", DEDUP_DECISION_WIDTH, DEDUP_SMALL_BLOCK, true};

void dedup_partition_name(char name[DEDUP_NAME], int partition, const char *suffix) {
    if (partition == DEDUP_PARTITIONS) snprintf(name, DEDUP_NAME, "id%s", suffix);
    else snprintf(name, DEDUP_NAME, "%02d%s", partition, suffix);
}

void dedup_band_name(char name[DEDUP_NAME], uint64_t part, int partition) {
    char rest[DEDUP_NAME];
    dedup_partition_name(rest, partition, ".bnd");
    snprintf(name, DEDUP_NAME, "t%u-%.12s", (unsigned)part, rest);
}

void dedup_decision_put(const struct dedup_decision *decision, char *row) {
    dedup_put_word(row, decision->document);
    const uint64_t words[] = {decision->id_low,
                              decision->text_low,
                              decision->cluster.lo,
                              decision->cluster.hi,
                              decision->component.lo,
                              decision->component.hi,
                              decision->survivor,
                              decision->size | (uint64_t)decision->similarity << 32,
                              decision->verdict | (uint64_t)decision->method << 8,
                              decision->value,
                              decision->values | (uint64_t)decision->exact << 32,
                              decision->first_day | (uint64_t)decision->last_day << 32,
                              0};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) sg_num_put_u64(row + 8 + 8 * i, words[i]);
}

void dedup_decision_get(const char *row, struct dedup_decision *decision) {
    uint64_t words[13];
    for (unsigned i = 0; i < 13; i++) words[i] = sg_num_get_u64(row + 8 + 8 * i);
    *decision = (struct dedup_decision){.document = dedup_get_word(row),
                                        .id_low = words[0],
                                        .text_low = words[1],
                                        .cluster = {words[2], words[3]},
                                        .component = {words[4], words[5]},
                                        .survivor = words[6],
                                        .size = (uint32_t)words[7],
                                        .similarity = (uint16_t)(words[7] >> 32),
                                        .verdict = (uint8_t)words[8],
                                        .method = (uint8_t)(words[8] >> 8),
                                        .value = words[9],
                                        .values = (uint32_t)words[10],
                                        .exact = (uint32_t)(words[10] >> 32),
                                        .first_day = (uint32_t)words[11],
                                        .last_day = (uint32_t)(words[11] >> 32)};
}
