/*
 * sparse: the embedded engine's model: for each script a softmax regression on hashed n-grams whose weights are mostly zero.
 *
 * Shape   a bucket has either a dense row (a weight for each label of its script) or up to SPARSE_PAIRS pairs of label and
 *         weight. Scripts of one label have no buckets: the script is the answer. Read-only once loaded.
 * Units   weights are int8 times the script's scale; scores of labels are logits as float32.
 * Calls   sparse_load, then per text sparse_read, then sparse_choose. A scratch per thread, {0} is empty.
 * Owns    the model all it has; the bytes it was loaded from may go. sparse_free accepts NULL.
 * Errors  SG_DATA with the cause for files that are cut, damaged or of another version.
 * Source  langtag.md sections 1, 4 and 5.
 *
 * The logit of a label is  bias + scale * sum / sqrt(n)  with n features and an integer sum: every CPU has the same bits.
 */
#ifndef SANGAM_LANGTAG_SPARSE_H
#define SANGAM_LANGTAG_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "grams.h"
#include "letters.h"

#define SPARSE_NAME 16    /* bytes of a label with its NUL */
#define SPARSE_LABELS 256 /* of one script: a pair's label is one byte */
#define SPARSE_PLACES                                                                              \
    (SPARSE_LABELS + 8) /* room for lists of labels: kernels write eight at a time */
#define SPARSE_PAIRS 14 /* of one bucket: their number is four bits */
#define SPARSE_SCRIPTS 128
#define SPARSE_READ_BEHIND 32  /* bytes that may be read behind the last pair */
#define SPARSE_LINE_BUCKETS 16 /* whose pairs are counted together */
#define SPARSE_LINE_BYTES 12   /* 16 counts of four bits, then the index of the first pair */

/* Calibration maps (calibrate.h): by script class and by how much was read. */
#define SPARSE_MAP_CLASSES 5
#define SPARSE_MAP_BINS 4
#define SPARSE_MAP_KNOTS 17

struct sparse_label {
    char name[SPARSE_NAME]; /* hin_Deva */
    uint32_t group, local;  /* the script it belongs to, and its place there */
    uint32_t lines;         /* it was trained on */
    float prior;            /* added to its bias in use: langtag.md section 10 */
};

struct sparse_group {
    char script[5]; /* Hani stands for Hans, Hant and Jpan */
    size_t count;   /* labels */
    size_t width;   /* count rounded up to whole registers */
    uint32_t *labels;
    float *bias;
    float scale;
    struct grams_shape shape;
    void *
        tables; /* all of what follows: one piece of memory, in huge pages where the system gives them */
    uint16_t *dense_of; /* by low bucket: its dense row counted from 1, or 0 */
    int8_t *dense;      /* rows of width */
    uint32_t dense_count;
    unsigned char *lines; /* SPARSE_LINE_BYTES for 16 buckets */
    uint8_t *pairs;       /* label, weight, label, weight... */
    uint32_t pair_count;
};

struct sparse_model {
    struct sparse_label *labels;
    size_t label_count;
    struct sparse_group *groups;
    size_t group_count;
    /* What a probability was worth on development text, in 1/255, at 17 steps: of the label, and of its family. */
    uint8_t maps[2][SPARSE_MAP_CLASSES][SPARSE_MAP_BINS][SPARSE_MAP_KNOTS];
};

enum { SPARSE_MAP_LABEL, SPARSE_MAP_FAMILY };

/* Is this a model file of sangam's own? */
bool sparse_is_model(const void *bytes, size_t len);
enum sg_code sparse_load(struct sparse_model **out, const void *bytes, size_t len,
                         struct sg_err *err) SG_MUST_CHECK;
/* The same back into a file; the bytes depend on the model and libzstd alone. */
enum sg_code sparse_save(const struct sparse_model *model, struct sg_buf *out,
                         struct sg_err *err) SG_MUST_CHECK;
void sparse_free(struct sparse_model *model);
uint64_t sparse_bytes(const struct sparse_model *model); /* held in memory */

/* Set up a group for counts and sizes that are known: arrays of zeros. */
void sparse_group_init(struct sparse_group *group);
void sparse_group_free(struct sparse_group *group);

struct sparse_scratch {
    struct grams grams;
    uint32_t *rows;    /* dense rows met */
    uint32_t *buckets; /* the others, later the places of their first pairs */
    uint8_t *numbers;  /* of their pairs */
    size_t cap;
    int32_t sums[SPARSE_LABELS];
    float logits[SPARSE_LABELS]; /* by a label's place in its script, after sparse_read */
    float best;                  /* of them */
    size_t features;             /* looked up */
    /* After sparse_choose: labels with a share worth the name, by place, and their probabilities. */
    uint32_t live[SPARSE_PLACES];
    float probability[SPARSE_PLACES];
    size_t live_count;
    float least_live; /* the logit from which on a label is live */
    double sum;       /* of the live ones' exponentials */
};
void sparse_scratch_free(struct sparse_scratch *scratch);

/* Look up all features of a stream. bias has the group's width: -INFINITY for labels that are not to be chosen, and behind
 * the last label. */
void sparse_read(const struct sparse_group *group, const float *bias,
                 const struct letters_stream *stream, struct sparse_scratch *scratch);

/* Softmax over what sparse_read left. */
void sparse_choose(const struct sparse_group *group, struct sparse_scratch *scratch);

/* What a label has that is not live, by its place: next to nothing. */
float sparse_probability(const struct sparse_scratch *scratch, size_t local);

/* Biases of the group's width; caller frees. */
float *sparse_biases(const struct sparse_group *group);

#define SPARSE_LEAST -1e30f /* biases and logits of labels that may be chosen are above it */

static inline bool sparse_allowed(const float *bias, size_t local) {
    return bias[local] >= SPARSE_LEAST;
}

/* ---- the inner loops ---- */

struct sparse_kernel {
    const char *name;
    /* Buckets with a dense row: the row's place to rows; the others themselves to others. Returns the number of rows. Lists
     * have room for eight more. */
    size_t (*part)(const uint16_t *dense_of, const uint32_t *buckets, size_t count, uint32_t *rows,
                   uint32_t *others);
    /* sums[0..width) += the rows; sums are reset by the caller */
    void (*add_rows)(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                     int32_t *sums);
    /* logits[i] = bias[i] + factor * sums[i] for i < width; returns the greatest */
    float (*weigh)(const int32_t *sums, float factor, const float *bias, size_t width,
                   float *logits);
    /* The places i with logits[i] >= least, in order; returns how many. Room for SPARSE_PLACES. */
    size_t (*above)(const float *logits, size_t width, float least, uint32_t *places);
    /* The places of the `wanted` greatest of those below `limit` and allowed, the greatest first, of equals the first in
     * order; returns how many there are. */
    size_t (*next)(const float *logits, size_t width, float limit, size_t wanted, uint32_t *places);
    /* From logits less the greatest, none below -700, to probabilities; returns the sum of their exponentials, added up in
     * order. Room for eight more. */
    double (*softmax)(float *values, size_t count);
};
const struct sparse_kernel *sparse_kernel(void);
const struct sparse_kernel *sparse_kernel_portable(void);
#if defined(__x86_64__)
const struct sparse_kernel *sparse_kernel_avx2(void);
#endif

/* A list of places by falling logit, `most` at most, with one more; returns its length. The list has room for it, or its
 * last is less. */
static inline size_t sparse_insert(const float *logits, uint32_t place, uint32_t *places,
                                   size_t count, size_t most) {
    size_t at = count < most ? count++ : count - 1;
    for (; at > 0 && logits[places[at - 1]] < logits[place]; at--) places[at] = places[at - 1];
    places[at] = place;
    return count;
}

/* The pairs of a bucket: their number, and where the first is. */
static inline unsigned sparse_pairs(const struct sparse_group *group, uint32_t bucket,
                                    uint32_t *first) {
    const unsigned char *line =
        group->lines + (size_t)(bucket / SPARSE_LINE_BUCKETS) * SPARSE_LINE_BYTES;
    unsigned at = bucket % SPARSE_LINE_BUCKETS * 4;
    uint64_t counts;
    uint32_t base;
    __builtin_memcpy(&counts, line, sizeof counts);
    __builtin_memcpy(&base, line + sizeof counts, sizeof base);
    uint64_t before = counts & (((uint64_t)1 << at) - 1);
    before = (before & 0x0F0F0F0F0F0F0F0Fu) + (before >> 4 & 0x0F0F0F0F0F0F0F0Fu);
    *first = base + (uint32_t)(before * 0x0101010101010101u >> 56);
    return (unsigned)(counts >> at & 15);
}

#endif
