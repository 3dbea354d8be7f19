/*
 * Any bytes as a model of langtag give either SG_DATA or a model that answers any text.
 *
 * A small sound model is made once; the input is changes to its unpacked body, three bytes each (where, 16 bits; what), packed
 * again with the right checksum, so that the reader's own checks are what is tried. The rest of the last change is the text.
 *
 * The table of scripts asks ICU about 220,000 code points and is the same for every model: here it is made once too, by script.c
 * under another name, and all models share it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "calibrate.h"
#include "io/oneframe.h"
#include "langtag.h"
#include "sparse.h"
#include "text/unicode.h"
#include "text/utf8.h"

struct script_table;
void make_table(struct script_table *table);
void free_table(struct script_table *table);
#define script_init make_table
#define script_free free_table
#include "script.c"
#undef script_init
#undef script_free

void script_init(struct script_table *table);
void script_free(struct script_table *table);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER 24
#define BODY_MAX ((uint64_t)1 << 24)

_Noreturn void sg_mem_failed(size_t bytes) {
    (void)bytes;
    abort();
}

static void make_group(struct sparse_group *group, const char *script, size_t count) {
    memcpy(group->script, script, 4);
    group->count = count;
    group->scale = 0.05f;
    group->shape = (struct grams_shape){.low_bits = 5, .high_bits = 6};
    group->dense_count = count > 1 ? 2 : 0;
    group->pair_count = count > 1 ? 3 : 0;
    sparse_group_init(group);
    if (count == 1) return;
    group->dense_of[3] = 1;
    group->dense_of[9] = 2;
    for (size_t i = 0; i < 2 * group->width; i++) group->dense[i] = (int8_t)(i % 7) - 3;
    uint64_t counts = 0x21; /* bucket 0 has one pair, bucket 1 two */
    memcpy(group->lines, &counts, sizeof counts);
    for (uint32_t line = 1; line < grams_buckets(&group->shape) / SPARSE_LINE_BUCKETS; line++) {
        uint32_t base = 3;
        memcpy(group->lines + line * SPARSE_LINE_BYTES + 8, &base, sizeof base);
    }
    for (uint8_t i = 0; i < 3; i++) {
        group->pairs[2 * i] = i % (uint8_t)count;
        group->pairs[2 * i + 1] = 100;
    }
}

/* The body of a model of three Latin labels and a Thai one. */
static void make_body(struct sg_buf *body) {
    static const char *const names[] = {"aaa_Latn", "bbb_Latn", "zxx_Zxxx", "ccc_Thai"};
    struct sparse_model *model = sg_zalloc(1, sizeof *model);
    struct sg_buf file = {0};
    struct sg_err err = {0};
    model->label_count = 4;
    model->labels = sg_zalloc(4, sizeof *model->labels);
    model->group_count = 2;
    model->groups = sg_zalloc(2, sizeof *model->groups);
    make_group(&model->groups[0], "Latn", 3);
    make_group(&model->groups[1], "Thai", 1);
    for (uint32_t i = 0; i < 4; i++) {
        strcpy(model->labels[i].name, names[i]);
        model->groups[i / 3].labels[i % 3] = i;
    }
    calibrate_identity(model);
    if (sparse_save(model, &file, &err) != SG_OK ||
        sg_oneframe_unpack(file.data + HEADER, file.len - HEADER, BODY_MAX, body, &err) != SG_OK)
        abort();
    sparse_free(model);
    sg_buf_free(&file);
}

static void pack(const struct sg_buf *body, struct sg_buf *out) {
    struct sg_oneframe *frame = sg_oneframe_new(1);
    struct sg_err err = {0};
    char header[HEADER] = "sangamLT";
    sg_num_put_u32(header + 8, 1);
    sg_num_put_u64(header + 16, sg_hash64(body->data, body->len, 0));
    sg_buf_put(out, header, sizeof header);
    size_t at = out->len;
    memset(sg_buf_room(out, SG_ONEFRAME_HEADER), 0, SG_ONEFRAME_HEADER);
    out->len += SG_ONEFRAME_HEADER;
    sg_oneframe_begin(frame);
    if (sg_oneframe_add(frame, body->data, body->len, out, &err) != SG_OK ||
        sg_oneframe_end(frame, out, &err) != SG_OK)
        abort();
    sg_oneframe_header(frame, (unsigned char *)out->data + at);
    sg_oneframe_free(frame);
}

static void ask(const struct langtag *langtag, const char *text, size_t len) {
    struct langtag_scratch *scratch = langtag_scratch_new();
    struct langtag_answer answer;
    langtag_text(langtag, scratch, text, len, &answer);
    if (answer.count < 1 || !(answer.score >= 0 && answer.score <= 1)) abort();
    langtag_scratch_free(scratch);
}

static struct script_table all_scripts;
static struct sg_buf sound_body;

void script_init(struct script_table *table) {
    *table = all_scripts;
}

void script_free(struct script_table *table) {
    *table = (struct script_table){0};
}

static void make_once(void) {
    struct sg_err err = {0};
    if (sound_body.len > 0) return;
    if (sg_unicode_init(&err) != SG_OK) abort();
    make_table(&all_scripts);
    make_body(&sound_body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sg_buf body = {0}, file = {0}, text = {0};
    struct sg_err err = {0};
    struct langtag *langtag = NULL;
    make_once();
    sg_buf_put(&body, sound_body.data, sound_body.len);
    size_t changes = size ? data[0] % 16 : 0, at = 1;
    for (; changes > 0 && at + 3 <= size; changes--, at += 3)
        body.data[(data[at] | (size_t)data[at + 1] << 8) % body.len] = (char)data[at + 2];
    pack(&body, &file);
    if (at < size) sg_utf8_repair((const char *)data + at, size - at, &text);
    const struct langtag_settings settings = {
        .model = file.data, .model_len = file.len, .top = 5, .min_score = 0.35};
    enum sg_code code = langtag_new(&langtag, &settings, &err);
    if (code == SG_OK) {
        ask(langtag, text.data ? text.data : "", text.len);
        ask(langtag, "a bc defg hijklm", 16);
    } else if (code != SG_DATA || err.text[0] == 0) {
        abort();
    }
    langtag_free(langtag);
    sg_buf_free(&body);
    sg_buf_free(&file);
    sg_buf_free(&text);
    return 0;
}
