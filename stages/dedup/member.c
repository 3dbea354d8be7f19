#include "member.h"

#include "base/num.h"

void dedup_member_put(const struct dedup_member *member, bool by_text, unsigned sketch_bytes, char *row) {
    const struct sg_hash128 *text = &member->text_key;
    const uint64_t front[] = {member->component,
                              by_text ? text->hi : member->priority,
                              by_text ? text->lo : text->hi,
                              by_text ? member->priority : text->lo,
                              member->id_key.hi,
                              member->id_key.lo,
                              member->line_low,
                              member->document};
    for (unsigned i = 0; i < 8; i++) dedup_put_word(row + 8 * i, front[i]);
    sg_num_put_u64(row + 64, member->id_offset);
    sg_num_put_u32(row + 72, member->windows);
    sg_num_put_u32(row + 76, member->copies);
    sg_num_put_u64(row + 80, member->first.lo);
    sg_num_put_u64(row + 88, member->first.hi);
    if (sketch_bytes) memcpy(row + DEDUP_MEMBER_HEAD, member->sketch, sketch_bytes);
}

void dedup_member_get(const char *row, bool by_text, struct dedup_member *member) {
    uint64_t front[8];
    for (unsigned i = 0; i < 8; i++) front[i] = dedup_get_word(row + 8 * i);
    *member = (struct dedup_member){.component = front[0],
                                    .priority = by_text ? front[3] : front[1],
                                    .text_key = by_text ? (struct sg_hash128){front[2], front[1]}
                                                        : (struct sg_hash128){front[3], front[2]},
                                    .id_key = {front[5], front[4]},
                                    .line_low = front[6],
                                    .document = front[7],
                                    .id_offset = sg_num_get_u64(row + 64),
                                    .windows = sg_num_get_u32(row + 72),
                                    .copies = sg_num_get_u32(row + 76),
                                    .first = {sg_num_get_u64(row + 80), sg_num_get_u64(row + 88)},
                                    .sketch = (const uint8_t *)row + DEDUP_MEMBER_HEAD};
}
