#include "cuts.h"

#include "base/num.h"

const struct dedup_rows_kind dedup_cut_kind = {"CUTS", DEDUP_CUT_WIDTH, DEDUP_SMALL_BLOCK, true};

void dedup_cut_put(const struct dedup_cut *cut, char *row) {
    dedup_put_word(row, cut->document);
    dedup_put_word(row + 8, cut->begin);
    sg_num_put_u64(row + 16, cut->end);
    sg_num_put_u64(row + 24, cut->survivor);
    sg_num_put_u64(row + 32, cut->text_low);
    sg_num_put_u64(row + 40, 0);
}

void dedup_cut_get(const char *row, struct dedup_cut *cut) {
    *cut = (struct dedup_cut){.document = dedup_get_word(row),
                              .begin = dedup_get_word(row + 8),
                              .end = sg_num_get_u64(row + 16),
                              .survivor = sg_num_get_u64(row + 24),
                              .text_low = sg_num_get_u64(row + 32)};
}
