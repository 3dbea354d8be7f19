/*
 * units_map: map for the modes para and line: the pass of map.c, with a record for each unit instead of band keys.
 *
 * In a batch a unit is 28 bytes: 12 of key, 6 of begin, 6 of end (big-endian), 4 of the document's number in the batch.
 * The writer makes a row of units_rows.h of it, with the document's place in survivor order from its row of ti.doc, so
 * that link needs one sort and no look-up.
 */
#include "base/num.h"
#include "map.h"
#include "units_rows.h"

#define SMALL 28

static void put_unit(struct sg_buf *records, const struct dedup_unit_row *unit, uint32_t number) {
    char *at = sg_buf_room(records, SMALL);
    dedup_unit_put_place(unit, at);
    sg_num_put_u32(at + 24, number);
    records->len += SMALL;
}

static void put_units(const struct dedup_mapped *mapped, struct sg_buf *records) {
    const struct dedup_unit_rule *rule = &mapped->job->units;
    const struct dedup_document *document = mapped->document;
    struct dedup_units units;
    struct sg_hash128 key;
    size_t begin, end;
    struct dedup_unit_text text = {.is_nfc = mapped->scratch->is_nfc, .scope = document->scope};
    dedup_units_start(&units, rule->unit, document->text, document->text_len);
    while (dedup_units_next(&units, &begin, &end)) {
        text.at = document->text + begin;
        text.len = end - begin;
        if (!dedup_unit_key(rule, mapped->scratch, &text, &key)) continue;
        const struct dedup_unit_row unit = {.key = key.lo, .key_more = (uint32_t)key.hi, .begin = begin, .end = end};
        put_unit(records, &unit, (uint32_t)mapped->number);
    }
}

static int make_unit(const char *record, const char *docs, uint64_t first, char *row) {
    struct dedup_unit_row unit;
    uint32_t number = sg_num_get_u32(record + 24);
    struct dedup_doc doc;
    dedup_unit_get_place(record, &unit);
    dedup_doc_get(docs + (size_t)number * DEDUP_DOC_WIDTH, &doc);
    unit.priority = doc.priority;
    unit.text_key = doc.text_key;
    unit.id_high = doc.id_key.hi;
    unit.line_low = doc.line_low;
    unit.document = first + number;
    unit.id_offset = doc.id_offset;
    dedup_unit_put(&unit, row);
    return (unsigned char)row[0] >> 4;
}

/* The line, its text, its NFC, its light form, and a small record for each unit of at least one byte and what parts it
 * from the next. */
static unsigned demand_of(const struct dedup_job *job) {
    const struct dedup_unit_rule *rule = &job->units;
    uint64_t least = (rule->min_chars ? rule->min_chars : 1) + (rule->unit == DEDUP_UNIT_PARA ? 2 : 1);
    return 4 + (unsigned)((SMALL + least - 1) / least);
}

const struct dedup_map_keys dedup_unit_keys = {.kind = &dedup_unit_kind,
                                               .name = dedup_unit_name,
                                               .width = SMALL,
                                               .demand = demand_of,
                                               .put = put_units,
                                               .make = make_unit};
