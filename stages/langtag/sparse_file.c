/*
 * The file of a model:
 *
 *   header   "sangamLT", version, reserved, XXH3-64 of what follows unpacked       24 bytes
 *   frame    one zstd frame that tells its size:
 *     counts   groups u32, labels u32
 *     labels   name 16 bytes, lines u32, prior f32
 *     groups   script 4 bytes, low bits u8, high bits u8, han u8, 0, labels u32, dense rows u32, pairs u32, scale f32
 *              labels u32 each, biases f32 each; with more than one label:
 *              dense row of each low bucket u16, rows by label (all rows of the first, then of the second...), counts of
 *              pairs by bucket (two to a byte, the even one low), labels of the pairs, weights of the pairs
 *     maps     2 x 5 x 4 x 17 bytes
 *
 * All little-endian. Rows by label and pairs in two planes are what zstd packs best. Example: the 5-gram of ` cat ` in bucket
 * 1110637 has its count in the high half of byte 555318 and, if that is 2, two labels and two weights at one place of their
 * planes, after those of all buckets before it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "base/num.h"
#include "io/oneframe.h"
#include "sparse.h"

#define MAGIC "sangamLT"
#define VERSION 1
#define HEADER 24
#define RAW_MAX ((uint64_t)1 << 30)
#define LEVEL 19
#define WIDTH 16 /* labels of a row are a multiple of this */
#define BITS_MIN 4
#define LINE 64
#define HUGE_PAGE ((size_t)2 << 20)
#define LOW_BITS_MAX 20
#define HIGH_BITS_MAX 24

/* ---- reading ---- */

struct reader {
    const unsigned char *at, *end;
    bool cut;
};

static const unsigned char *take(struct reader *r, size_t len) {
    static const unsigned char nothing[32];
    if ((size_t)(r->end - r->at) < len) {
        r->cut = true;
        r->at = r->end;
        return len <= sizeof nothing ? nothing : NULL;
    }
    const unsigned char *at = r->at;
    r->at += len;
    return at;
}

static uint32_t take_u32(struct reader *r) {
    return sg_num_get_u32(take(r, 4));
}

static float take_float(struct reader *r) {
    uint32_t bits = take_u32(r);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool sound_label(const char *name) {
    size_t len = strnlen(name, SPARSE_NAME);
    if (len == 0 || len == SPARSE_NAME) return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~') return false;
    return true;
}

static bool read_labels(struct sparse_model *model, struct reader *r) {
    if (model->label_count > (size_t)(r->end - r->at) / (SPARSE_NAME + 8)) return false;
    model->labels = sg_zalloc(model->label_count, sizeof *model->labels);
    for (size_t i = 0; i < model->label_count; i++) {
        struct sparse_label *label = &model->labels[i];
        memcpy(label->name, take(r, SPARSE_NAME), SPARSE_NAME);
        label->lines = take_u32(r);
        label->prior = take_float(r);
        label->group = UINT32_MAX;
        if (!sound_label(label->name) || !isfinite(label->prior)) return false;
    }
    return true;
}

/* Every label is in one group. */
static bool read_members(struct sparse_model *model, struct sparse_group *group, struct reader *r) {
    for (size_t l = 0; l < group->count; l++) {
        uint32_t label = take_u32(r);
        if (label >= model->label_count || model->labels[label].group != UINT32_MAX) return false;
        group->labels[l] = label;
        model->labels[label].group = (uint32_t)(group - model->groups);
        model->labels[label].local = (uint32_t)l;
    }
    for (size_t l = 0; l < group->count; l++) {
        group->bias[l] = take_float(r);
        if (!isfinite(group->bias[l])) return false;
    }
    return true;
}

static bool read_rows(struct sparse_group *group, struct reader *r) {
    size_t low = (size_t)1 << group->shape.low_bits;
    const unsigned char *rows = take(r, 2 * low);
    const unsigned char *weights = take(r, (size_t)group->dense_count * group->count);
    if (r->cut) return false;
    for (size_t i = 0; i < low; i++) {
        group->dense_of[i] = (uint16_t)(rows[2 * i] | rows[2 * i + 1] << 8);
        if (group->dense_of[i] > group->dense_count) return false;
    }
    for (size_t l = 0; l < group->count; l++)
        for (size_t row = 0; row < group->dense_count; row++)
            group->dense[row * group->width + l] = (int8_t)*weights++;
    return true;
}

static bool read_pairs(struct sparse_group *group, struct reader *r) {
    size_t bytes = grams_buckets(&group->shape) / 2;
    const unsigned char *counts = take(r, bytes), *labels = take(r, group->pair_count),
                        *weights = take(r, group->pair_count);
    uint64_t sum = 0;
    if (r->cut) return false;
    for (size_t i = 0; i < bytes; i += 8) {
        unsigned char *line = group->lines + i / 8 * SPARSE_LINE_BYTES;
        uint32_t base = (uint32_t)sum;
        uint64_t packed = sg_num_get_u64(counts + i);
        memcpy(line, &packed, sizeof packed);
        memcpy(line + sizeof packed, &base, sizeof base);
        for (; packed; packed >>= 4) {
            if ((packed & 15) > SPARSE_PAIRS) return false;
            sum += packed & 15;
        }
        if (sum > group->pair_count) return false;
    }
    if (sum != group->pair_count) return false;
    for (size_t i = 0; i < group->pair_count; i++) {
        group->pairs[2 * i] = labels[i];
        group->pairs[2 * i + 1] = weights[i];
        if (labels[i] >= group->count) return false;
    }
    return true;
}

static bool read_group(struct sparse_model *model, struct sparse_group *group, struct reader *r) {
    memcpy(group->script, take(r, 4), 4);
    const unsigned char *shape = take(r, 4);
    group->shape =
        (struct grams_shape){.low_bits = shape[0], .high_bits = shape[1], .han = shape[2] != 0};
    group->count = take_u32(r);
    group->dense_count = take_u32(r);
    group->pair_count = take_u32(r);
    group->scale = take_float(r);
    if (group->count == 0 || group->count > SPARSE_LABELS || !isfinite(group->scale)) return false;
    if (group->count > 1 &&
        (shape[0] < BITS_MIN || shape[0] > LOW_BITS_MAX || shape[1] < BITS_MIN ||
         shape[1] > HIGH_BITS_MAX || group->dense_count > UINT16_MAX))
        return false;
    if (group->pair_count > (size_t)(r->end - r->at) / 2 ||
        (uint64_t)group->dense_count * group->count > (size_t)(r->end - r->at))
        return false;
    sparse_group_init(group);
    if (!read_members(model, group, r)) return false;
    return group->count == 1 || (read_rows(group, r) && read_pairs(group, r));
}

static bool read_body(struct sparse_model *model, struct reader *r) {
    size_t groups = take_u32(r);
    model->label_count = take_u32(r);
    if (groups == 0 || groups > SPARSE_SCRIPTS || !read_labels(model, r)) return false;
    model->groups = sg_zalloc(groups, sizeof *model->groups);
    for (; model->group_count < groups; model->group_count++)
        if (!read_group(model, &model->groups[model->group_count], r)) {
            model->group_count++; /* what it has so far is to be freed */
            return false;
        }
    for (size_t i = 0; i < model->label_count; i++)
        if (model->labels[i].group == UINT32_MAX) return false;
    const unsigned char *maps = take(r, sizeof model->maps);
    if (r->cut || r->at != r->end) return false;
    memcpy(model->maps, maps, sizeof model->maps);
    return true;
}

bool sparse_is_model(const void *bytes, size_t len) {
    return len >= sizeof MAGIC - 1 && memcmp(bytes, MAGIC, sizeof MAGIC - 1) == 0;
}

enum sg_code sparse_load(struct sparse_model **out, const void *bytes, size_t len,
                         struct sg_err *err) {
    const unsigned char *head = bytes;
    if (!sparse_is_model(bytes, len)) return sg_err_set(err, SG_DATA, "not a model of langtag");
    if (len < HEADER) return sg_err_set(err, SG_DATA, "the model is cut short");
    if (sg_num_get_u32(head + 8) != VERSION)
        return sg_err_set(err, SG_DATA, "a model of version %u, this program reads version %d",
                          sg_num_get_u32(head + 8), VERSION);
    struct sg_buf raw = {0};
    enum sg_code code = sg_oneframe_unpack(head + HEADER, len - HEADER, RAW_MAX, &raw, err);
    if (code == SG_OK && sg_hash64(raw.data, raw.len, 0) != sg_num_get_u64(head + 16))
        code = sg_err_set(err, SG_DATA, "the model's checksum is wrong");
    if (code == SG_OK) {
        struct sparse_model *model = sg_zalloc(1, sizeof *model);
        struct reader r = {.at = (unsigned char *)raw.data,
                           .end = (unsigned char *)raw.data + raw.len};
        if (read_body(model, &r)) {
            *out = model;
        } else {
            sparse_free(model);
            code = sg_err_set(err, SG_DATA, "the model says things that cannot be, at byte %zu",
                              (size_t)(r.at - (unsigned char *)raw.data));
        }
    }
    sg_buf_free(&raw);
    return code;
}

/* ---- writing ---- */

static void put_u32(struct sg_buf *out, uint32_t value) {
    char bytes[4];
    sg_num_put_u32(bytes, value);
    sg_buf_put(out, bytes, sizeof bytes);
}

static void put_float(struct sg_buf *out, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(out, bits);
}

static void put_tables(const struct sparse_group *group, struct sg_buf *out) {
    for (size_t i = 0; i < (size_t)1 << group->shape.low_bits; i++) {
        sg_buf_putc(out, (char)group->dense_of[i]);
        sg_buf_putc(out, (char)(group->dense_of[i] >> 8));
    }
    for (size_t l = 0; l < group->count; l++)
        for (size_t row = 0; row < group->dense_count; row++)
            sg_buf_putc(out, group->dense[row * group->width + l]);
    for (size_t i = 0; i < grams_buckets(&group->shape); i += SPARSE_LINE_BUCKETS) {
        uint64_t packed;
        char bytes[8];
        memcpy(&packed, group->lines + i / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES, sizeof packed);
        sg_num_put_u64(bytes, packed);
        sg_buf_put(out, bytes, sizeof bytes);
    }
    for (size_t plane = 0; plane < 2; plane++)
        for (size_t i = 0; i < group->pair_count; i++)
            sg_buf_putc(out, (char)group->pairs[2 * i + plane]);
}

static void put_group(const struct sparse_group *group, struct sg_buf *out) {
    sg_buf_put(out, group->script, 4);
    sg_buf_putc(out, (char)group->shape.low_bits);
    sg_buf_putc(out, (char)group->shape.high_bits);
    sg_buf_putc(out, (char)group->shape.han);
    sg_buf_putc(out, 0);
    put_u32(out, (uint32_t)group->count);
    put_u32(out, group->dense_count);
    put_u32(out, group->pair_count);
    put_float(out, group->scale);
    for (size_t l = 0; l < group->count; l++) put_u32(out, group->labels[l]);
    for (size_t l = 0; l < group->count; l++) put_float(out, group->bias[l]);
    if (group->count > 1) put_tables(group, out);
}

static enum sg_code pack(const struct sg_buf *raw, struct sg_buf *out, struct sg_err *err) {
    struct sg_oneframe *frame = sg_oneframe_new(LEVEL);
    size_t start = out->len;
    memset(sg_buf_room(out, SG_ONEFRAME_HEADER), 0, SG_ONEFRAME_HEADER);
    out->len += SG_ONEFRAME_HEADER;
    sg_oneframe_begin(frame);
    enum sg_code code = sg_oneframe_add(frame, raw->data, raw->len, out, err);
    if (code == SG_OK) code = sg_oneframe_end(frame, out, err);
    if (code == SG_OK) sg_oneframe_header(frame, (unsigned char *)out->data + start);
    sg_oneframe_free(frame);
    return code;
}

enum sg_code sparse_save(const struct sparse_model *model, struct sg_buf *out, struct sg_err *err) {
    struct sg_buf raw = {0};
    put_u32(&raw, (uint32_t)model->group_count);
    put_u32(&raw, (uint32_t)model->label_count);
    for (size_t i = 0; i < model->label_count; i++) {
        sg_buf_put(&raw, model->labels[i].name, SPARSE_NAME);
        put_u32(&raw, model->labels[i].lines);
        put_float(&raw, model->labels[i].prior);
    }
    for (size_t g = 0; g < model->group_count; g++) put_group(&model->groups[g], &raw);
    sg_buf_put(&raw, model->maps, sizeof model->maps);
    char header[HEADER] = MAGIC;
    sg_num_put_u32(header + 8, VERSION);
    sg_num_put_u32(header + 12, 0);
    sg_num_put_u64(header + 16, sg_hash64(raw.data, raw.len, 0));
    sg_buf_put(out, header, sizeof header);
    enum sg_code code = pack(&raw, out, err);
    sg_buf_free(&raw);
    return code;
}

/* ---- life ---- */

/* Look-ups go anywhere in 9 MB: with pages of 4 KB half of the time would go into finding pages. */
static unsigned char *huge_pages(struct sparse_group *group, size_t bytes) {
    size_t page = bytes < HUGE_PAGE / 2 ? LINE : HUGE_PAGE;
    size_t all = (bytes + page - 1) / page * page + page;
    group->tables = sg_alloc(all);
    unsigned char *from = (unsigned char *)group->tables;
    from += (page - (uintptr_t)from % page) % page;
    if (page == HUGE_PAGE) (void)madvise(from, all - page, MADV_HUGEPAGE);
    memset(from, 0, bytes);
    return from;
}

static size_t whole_lines(size_t bytes) {
    return (bytes + LINE - 1) / LINE * LINE;
}

void sparse_group_init(struct sparse_group *group) {
    group->labels = sg_zalloc(group->count, sizeof *group->labels);
    group->bias = sg_zalloc(group->count, sizeof *group->bias);
    group->width = (group->count + WIDTH - 1) / WIDTH * WIDTH;
    if (group->count < 2) return;
    size_t dense_of = whole_lines(sizeof *group->dense_of << group->shape.low_bits),
           dense = whole_lines((size_t)group->dense_count * group->width),
           lines =
               whole_lines(grams_buckets(&group->shape) / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES),
           pairs = (size_t)group->pair_count * 2 + SPARSE_READ_BEHIND;
    unsigned char *at = huge_pages(group, dense_of + dense + lines + pairs);
    group->dense_of = (uint16_t *)(void *)at;
    group->dense = (int8_t *)(at += dense_of);
    group->lines = at += dense;
    group->pairs = at + lines;
}

void sparse_group_free(struct sparse_group *group) {
    free(group->labels);
    free(group->bias);
    free(group->tables);
    *group = (struct sparse_group){0};
}

void sparse_free(struct sparse_model *model) {
    if (!model) return;
    for (size_t g = 0; g < model->group_count; g++) sparse_group_free(&model->groups[g]);
    free(model->groups);
    free(model->labels);
    free(model);
}

uint64_t sparse_bytes(const struct sparse_model *model) {
    uint64_t sum = sizeof *model + model->label_count * sizeof *model->labels;
    for (size_t g = 0; g < model->group_count; g++) {
        const struct sparse_group *group = &model->groups[g];
        if (group->count < 2) continue;
        sum += ((uint64_t)2 << group->shape.low_bits) +
               (uint64_t)group->dense_count * group->width +
               grams_buckets(&group->shape) / SPARSE_LINE_BUCKETS * SPARSE_LINE_BYTES +
               (uint64_t)group->pair_count * 2;
    }
    return sum;
}
