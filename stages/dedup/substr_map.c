/*
 * substr_map: map for the mode substr: the pass of map.c, with the anchors of winnow.h in place of band keys.
 *
 * In a batch an anchor is 16 bytes: u64 key, u32 offset, u32 number of the document in the batch. The writer makes a place of the
 * last two.
 */
#include "base/num.h"
#include "map.h"
#include "substr.h"

#define SMALL 16

static void put_anchors(const struct dedup_mapped *mapped, struct sg_buf *records) {
    const struct dedup_document *document = mapped->document;
    struct dedup_scratch *scratch = mapped->scratch;
    scratch->anchors.len = 0;
    dedup_winnow_text(&scratch->winnow, &mapped->job->settings.length, document->text, document->text_len,
                      document->scope, &scratch->anchors);
    const struct dedup_anchor *anchor = (const struct dedup_anchor *)(const void *)scratch->anchors.data,
                              *last = anchor + scratch->anchors.len / sizeof *anchor;
    for (; anchor < last && anchor->at < 1u << DEDUP_OFFSET_BITS; anchor++) {
        char *record = sg_buf_room(records, SMALL);
        sg_num_put_u64(record, anchor->key);
        sg_num_put_u32(record + 8, anchor->at);
        sg_num_put_u32(record + 12, (uint32_t)mapped->number);
        records->len += SMALL;
    }
}

static int make_anchor(const char *record, const char *docs, uint64_t first, char *row) {
    (void)docs;
    memcpy(row, record, 8);
    sg_num_put_u64(row + 8, dedup_place_of(first + sg_num_get_u32(record + 12), sg_num_get_u32(record + 8)));
    return (unsigned char)row[7] >> 4;
}

/* The line, its text, its key text, its anchors twice: with the least length a third of the units are anchors. */
static unsigned demand_of(const struct dedup_job *job) {
    return 4 + 64 / job->settings.length.window;
}

const struct dedup_map_keys dedup_anchor_keys = {.kind = &dedup_band_kind,
                                                 .name = dedup_band_name,
                                                 .width = SMALL,
                                                 .demand = demand_of,
                                                 .put = put_anchors,
                                                 .make = make_anchor};
