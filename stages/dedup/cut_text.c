#include "cut_text.h"

#include "base/num.h"
#include "text/json.h"
#include "text/utf8.h"
#include "units.h"

bool dedup_cut_find(struct dedup_cut_place *place, const char **row, const char *last, uint64_t document) {
    place->rows = *row;
    while (*row < last && dedup_get_word(*row) == document) *row += DEDUP_CUT_WIDTH;
    place->count = (size_t)(*row - place->rows) / DEDUP_CUT_WIDTH;
    return place->count > 0;
}

static bool on_code_point(const struct dedup_document *document, size_t at) {
    return at == document->text_len || ((unsigned char)document->text[at] & 0xC0) != 0x80;
}

/* Rows become cuts; false when they are not of this text. */
static bool read_rows(struct dedup_cut_place *place, struct sg_hash128 text_key, const struct dedup_document *document) {
    uint64_t last_end = 0;
    place->cuts.len = 0;
    for (size_t i = 0; i < place->count; i++) {
        struct dedup_cut row;
        dedup_cut_get(place->rows + i * DEDUP_CUT_WIDTH, &row);
        if (row.text_low != text_key.lo || row.begin < last_end || row.end <= row.begin || row.end > document->text_len ||
            !on_code_point(document, row.begin) || !on_code_point(document, row.end))
            return false;
        const struct dedup_unit_cut cut = {.begin = row.begin, .end = row.end, .survivor = row.survivor};
        sg_buf_put(&place->cuts, &cut, sizeof cut);
        last_end = row.end;
    }
    return true;
}

/* The survivors' ids of the first `count` cuts as JSON strings. */
static enum sg_code list_survivors(const struct dedup_job *job, struct dedup_cut_place *place, size_t count,
                                   struct sg_err *err) {
    const struct dedup_unit_cut *cuts = (const struct dedup_unit_cut *)(const void *)place->cuts.data;
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || cuts[i].survivor != cuts[i - 1].survivor) code = dedup_job_id(job, cuts[i].survivor, &place->id, err);
        if (code != SG_OK) return code;
        if (i > 0) sg_buf_putc(&place->detail, ',');
        sg_json_quote(&place->detail, place->id.data, place->id.len);
    }
    return code;
}

static void list_spans(struct dedup_cut_place *place, const char *text) {
    const struct dedup_unit_cut *cuts = (const struct dedup_unit_cut *)(const void *)place->cuts.data;
    size_t at = 0;
    uint64_t points = 0;
    sg_buf_puts(&place->detail, ",\"spans\":[");
    for (size_t i = 0; i < place->count; i++) {
        uint64_t begin = points + sg_utf8_count(text + at, cuts[i].begin - at);
        points = begin + sg_utf8_count(text + cuts[i].begin, cuts[i].end - cuts[i].begin);
        at = cuts[i].end;
        sg_buf_printf(&place->detail, "%s[%llu,%llu]", i ? "," : "", (unsigned long long)begin,
                      (unsigned long long)points);
    }
    sg_buf_putc(&place->detail, ']');
}

static void cut_out(struct dedup_cut_place *place, const struct dedup_document *document) {
    const struct dedup_unit_cut *cuts = (const struct dedup_unit_cut *)(const void *)place->cuts.data;
    size_t at = 0;
    place->text.len = 0;
    for (size_t i = 0; i < place->count; i++) {
        sg_buf_put(&place->text, document->text + at, cuts[i].begin - at);
        at = cuts[i].end;
    }
    sg_buf_put(&place->text, document->text + at, document->text_len - at);
}

static enum sg_code describe(const struct dedup_job *job, struct dedup_cut_place *place,
                             const struct dedup_document *document, struct sg_err *err) {
    struct sg_buf *detail = &place->detail;
    sg_buf_puts(detail, ",\"cluster\":\"\",\"survivor_id\":");
    enum sg_code code = list_survivors(job, place, 1, err);
    sg_buf_printf(detail, ",\"similarity\":1.0,\"method\":\"%s\",\"cluster_size\":1,\"bytes\":%llu",
                  job->units.unit == DEDUP_UNIT_SPAN ? "text" : "key", (unsigned long long)place->bytes);
    if (code != SG_OK || place->removed) return code;
    list_spans(place, document->text);
    sg_buf_puts(detail, ",\"span_survivors\":[");
    code = list_survivors(job, place, place->count, err);
    sg_buf_putc(detail, ']');
    return code;
}

enum sg_code dedup_cut_document(const struct dedup_job *job, struct dedup_cut_place *place,
                                struct dedup_scratch *scratch, const struct dedup_document *document,
                                struct sg_err *err) {
    struct dedup_units units;
    dedup_units_start(&units, job->units.unit, document->text, document->text_len);
    bool ours = read_rows(place, dedup_text_key(&job->settings, scratch, document), document);
    if (ours && job->units.unit != DEDUP_UNIT_SPAN)
        ours = dedup_units_spans(&units, (struct dedup_unit_cut *)(void *)place->cuts.data, place->count);
    if (!ours) return sg_err_set(err, SG_DATA, "the file changed while the run was reading it: run again");
    cut_out(place, document);
    place->removed = !job->units.mark && dedup_units_chars(place->text.data, place->text.len) < job->units.min_left;
    place->bytes = document->text_len - (place->removed ? 0 : place->text.len);
    place->detail.len = 0;
    enum sg_code code = describe(job, place, document, err);
    if (job->run->keep_dropped) {
        sg_buf_puts(&place->detail, ",\"text\":");
        sg_json_quote(&place->detail, document->text, document->text_len);
    }
    return code;
}

void dedup_cut_place_free(struct dedup_cut_place *place) {
    sg_buf_free(&place->text);
    sg_buf_free(&place->detail);
    sg_buf_free(&place->cuts);
    sg_buf_free(&place->id);
}
