/*
 * The file, all little-endian, without padding:
 *
 *   i32 magic, i32 version (11, 12)
 *   i32 dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate, f64 t
 *   i32 size nwords nlabels, i64 ntokens, i64 pruned n-grams (-1: not pruned)
 *   size times: name NUL, i64 count, i8 type (0 word, 1 label)
 *   pruned times: i32 bucket, i32 row
 *   u8 quantised input, matrix; u8 quantised output, matrix
 *
 *   dense matrix      i64 rows, i64 dim, f32[rows][dim]
 *   quantised matrix  u8 qnorm, i64 rows, i64 dim, i32 n, u8 codes[n], quantiser; with qnorm u8 codes[rows], quantiser
 *   quantiser         i32 dim nsubq dsub lastdsub, f32 centroids[dim * 256]
 *
 * Every count is held against the bytes that are left before anything is allocated by it, and every index against what it
 * points into: what is loaded can be used without further checks. Nothing of the file is copied but the small output
 * matrix; a quantised input matrix is written out as floats when that takes at most INPUT_ROWS_BYTES, which is always so
 * for models that were pruned.
 */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "fasttext_model.h"

#define MAGIC 793712314
#define SUPERVISED 3
#define KSUB 256 /* centroids of a quantiser */
#define MAX_DIM 4096
#define MAX_WORD_NGRAMS 64
#define INPUT_ROWS_BYTES ((uint64_t)256 << 20)
#define OUTPUT_BYTES ((uint64_t)512 << 20)
#define HUFFMAN_MAX                                                                                \
    ((int64_t)1000000000000000) /* fastText's count of a node that is not made yet */

/* Reads forward; once the bytes run out all further reads give zero and `cut` stays. */
struct cursor {
    const unsigned char *start, *at, *end;
    bool cut;
};

static const unsigned char *take(struct cursor *c, uint64_t bytes) {
    if (c->cut || bytes > (uint64_t)(c->end - c->at)) {
        c->cut = true;
        return NULL;
    }
    c->at += bytes;
    return c->at - bytes;
}

static int32_t take_i32(struct cursor *c) {
    const unsigned char *at = take(c, 4);
    return at ? (int32_t)sg_num_get_u32(at) : 0;
}

static int64_t take_i64(struct cursor *c) {
    const unsigned char *at = take(c, 8);
    return at ? (int64_t)sg_num_get_u64(at) : 0;
}

static int take_u8(struct cursor *c) {
    const unsigned char *at = take(c, 1);
    return at ? *at : 0;
}

static uint64_t left(const struct cursor *c) {
    return (uint64_t)(c->end - c->at);
}

static enum sg_code bad(const struct cursor *c, struct sg_err *err, const char *what) {
    if (c->cut)
        return sg_err_set(err, SG_DATA,
                          "fastText model is cut short: it ends at byte %zu, inside the %s",
                          (size_t)(c->end - c->start), what);
    return sg_err_set(err, SG_DATA, "fastText model is damaged: bad %s before byte %zu", what,
                      (size_t)(c->at - c->start));
}

/* ---- settings ---- */

static enum sg_code load_settings(struct fasttext *m, struct cursor *c, struct sg_err *err) {
    if (take_i32(c) != MAGIC || c->cut)
        return sg_err_set(err, SG_DATA, "not a fastText model (wrong magic number)");
    int32_t version = take_i32(c);
    if (version != 11 && version != 12)
        return sg_err_set(err, SG_DATA, "fastText model of file version %d, known are 11 and 12",
                          (int)version);
    int32_t arg[12];
    for (int i = 0; i < 12; i++) arg[i] = take_i32(c);
    take(c, 8); /* t: the sampling threshold of training */
    if (c->cut) return bad(c, err, "settings");
    if (arg[7] != SUPERVISED)
        return sg_err_set(
            err, SG_DATA,
            "fastText model holds word vectors, no classifier (kind %d, wanted 3, supervised)",
            (int)arg[7]);
    m->dim = arg[0];
    m->word_ngrams = arg[5];
    m->minn = arg[9];
    m->maxn = version == 11 ? 0 : arg[10]; /* version 11 wrote maxn but did not use it */
    bool loss = arg[6] >= FASTTEXT_HS && arg[6] <= FASTTEXT_OVA;
    bool sizes = m->dim > 0 && m->dim <= MAX_DIM && m->minn >= 0 && m->maxn >= 0 &&
                 m->maxn <= FASTTEXT_MAX_MAXN && m->word_ngrams <= MAX_WORD_NGRAMS && arg[8] >= 0;
    bool hashed = m->maxn > 0 || m->word_ngrams > 1;
    if (!loss || !sizes || (hashed && arg[8] == 0)) return bad(c, err, "settings");
    m->loss = (enum fasttext_loss)arg[6];
    m->bucket = (uint32_t)arg[8];
    m->bucket_inverse = m->bucket ? UINT64_MAX / m->bucket + 1 : 0;
    return SG_OK;
}

/* ---- dictionary ---- */

static enum sg_code load_entry(struct fasttext *m, uint32_t i, struct cursor *c,
                               struct sg_err *err) {
    const unsigned char *end = c->cut ? NULL : memchr(c->at, 0, left(c));
    if (!end) {
        c->cut = true;
        return bad(c, err, "dictionary");
    }
    size_t len = (size_t)(end - c->at);
    const char *name = (const char *)take(c, len + 1);
    int64_t count = take_i64(c);
    int type = take_u8(c);
    if (c->cut || len >= UINT32_MAX || type != (i >= m->words))
        return bad(c, err, "dictionary entry");
    m->entries[i] = (struct fasttext_entry){
        .name = name, .len = (uint32_t)len, .hash = fasttext_hash(name, len)};
    if (i >= m->words) m->label_counts[i - m->words] = count;
    return SG_OK;
}

static enum sg_code load_dictionary(struct fasttext *m, struct cursor *c, struct sg_err *err) {
    int64_t size = take_i32(c), words = take_i32(c), labels = take_i32(c);
    take_i64(c); /* ntokens */
    int64_t pruned = take_i64(c);
    if (c->cut || words < 0 || labels < 1 || size != words + labels ||
        (uint64_t)size > left(c) / 10 || pruned < -1)
        return bad(c, err, "dictionary size");
    m->words = (uint32_t)words;
    m->labels = (uint32_t)labels;
    m->entries = sg_zalloc((size_t)size, sizeof *m->entries);
    m->label_counts = sg_zalloc((size_t)labels, sizeof *m->label_counts);
    for (uint32_t i = 0; i < m->words + m->labels; i++) {
        enum sg_code code = load_entry(m, i, c, err);
        if (code != SG_OK) return code;
    }
    m->pruned = pruned >= 0;
    m->kept = m->pruned ? (uint64_t)pruned : 0;
    if (m->kept > left(c) / 8 || m->kept > INT32_MAX) {
        c->cut = true;
        return bad(c, err, "list of pruned n-grams");
    }
    return SG_OK;
}

/* The rows that the list of kept n-grams and the dictionary ask for must be there. */
static enum sg_code check_rows(const struct fasttext *m, const unsigned char *pairs,
                               const struct cursor *c, struct sg_err *err) {
    uint64_t rows = m->input.rows;
    bool hashed = m->maxn > 0 || m->word_ngrams > 1;
    uint64_t wanted = m->words + (hashed && !m->pruned ? (uint64_t)m->bucket : 0);
    if (rows < wanted || rows >= FASTTEXT_NONE) return bad(c, err, "number of input rows");
    for (uint64_t i = 0; i < m->kept; i++) {
        uint32_t bucket = sg_num_get_u32(pairs + 8 * i), row = sg_num_get_u32(pairs + 8 * i + 4);
        if (bucket > INT32_MAX || row >= rows - m->words) return bad(c, err, "kept n-gram");
    }
    return SG_OK;
}

/* ---- matrices ---- */

static enum sg_code load_pq(struct fasttext_pq *pq, int32_t dim, struct cursor *c,
                            struct sg_err *err) {
    pq->dim = take_i32(c);
    pq->nsubq = take_i32(c);
    pq->dsub = take_i32(c);
    pq->last_dsub = take_i32(c);
    if (c->cut || pq->dim != dim || pq->dsub < 1 || pq->dsub > dim) return bad(c, err, "quantiser");
    int32_t rest = dim % pq->dsub;
    if (pq->nsubq != dim / pq->dsub + (rest != 0) || pq->last_dsub != (rest ? rest : pq->dsub))
        return bad(c, err, "quantiser");
    pq->centroids = take(c, (uint64_t)dim * KSUB * sizeof(float));
    return pq->centroids ? SG_OK : bad(c, err, "quantiser");
}

static enum sg_code load_matrix(struct fasttext *m, struct fasttext_matrix *matrix, bool quantised,
                                struct cursor *c, struct sg_err *err) {
    int qnorm = quantised ? take_u8(c) : 0;
    int64_t rows = take_i64(c), dim = take_i64(c);
    if (c->cut || rows < 0 || dim != m->dim) return bad(c, err, "matrix size");
    matrix->rows = (uint64_t)rows;
    matrix->dim = m->dim;
    if (!quantised) {
        uint64_t row_bytes = (uint64_t)dim * sizeof(float);
        if (matrix->rows > left(c) / row_bytes) c->cut = true;
        matrix->dense = take(c, c->cut ? 0 : matrix->rows * row_bytes);
        return matrix->dense ? SG_OK : bad(c, err, "matrix");
    }
    int32_t codes = take_i32(c);
    if (c->cut || codes < 0) return bad(c, err, "quantised matrix");
    matrix->codes = take(c, (uint64_t)codes);
    if (!matrix->codes) return bad(c, err, "quantised matrix");
    enum sg_code code = load_pq(&matrix->pq, m->dim, c, err);
    if (code != SG_OK) return code;
    if (matrix->rows > INT32_MAX || (int64_t)matrix->rows * matrix->pq.nsubq != codes)
        return bad(c, err, "quantised matrix");
    if (!qnorm) return SG_OK;
    matrix->norm_codes = take(c, matrix->rows);
    if (!matrix->norm_codes) return bad(c, err, "norms of a matrix");
    return load_pq(&matrix->norms, 1, c, err);
}

static float float_at(const unsigned char *floats, size_t i) {
    float value;
    memcpy(&value, floats + i * sizeof value, sizeof value);
    return value;
}

static float norm_of(const struct fasttext_matrix *matrix, uint64_t row) {
    return matrix->norm_codes ? float_at(matrix->norms.centroids, matrix->norm_codes[row]) : 1.0f;
}

/* The centroids of a row, without its norm. */
static void decode(const struct fasttext_matrix *matrix, uint64_t row, float *out) {
    const struct fasttext_pq *pq = &matrix->pq;
    const unsigned char *codes = matrix->codes + row * (uint64_t)pq->nsubq;
    for (int32_t m = 0; m < pq->nsubq; m++) {
        int32_t dsub = m == pq->nsubq - 1 ? pq->last_dsub : pq->dsub;
        size_t at = (size_t)m * KSUB * (size_t)pq->dsub + (size_t)codes[m] * (size_t)dsub;
        memcpy(out + (size_t)m * (size_t)pq->dsub, pq->centroids + at * sizeof(float),
               (size_t)dsub * sizeof(float));
    }
}

void fasttext_decode_row(const struct fasttext_matrix *matrix, uint64_t row, float *out) {
    decode(matrix, row, out);
    float norm = norm_of(matrix, row);
    for (int32_t j = 0; j < matrix->dim; j++) out[j] *= norm;
}

static void *counted(struct fasttext *m, size_t count, size_t bytes) {
    m->bytes += (uint64_t)count * bytes;
    return sg_zalloc(count, bytes);
}

static void expand_input(struct fasttext *m) {
    size_t stride = ((size_t)m->dim + 7) / 8 * 8;
    if (m->input.dense || m->input.rows * stride * sizeof(float) > INPUT_ROWS_BYTES) {
        m->row_stride = (size_t)m->dim;
        return;
    }
    m->row_stride = stride;
    m->input_rows = counted(m, m->input.rows * stride, sizeof(float));
    for (uint64_t r = 0; r < m->input.rows; r++)
        fasttext_decode_row(&m->input, r, m->input_rows + r * stride);
}

static enum sg_code check_output(const struct fasttext *m, const struct fasttext_matrix *output,
                                 const struct cursor *c, struct sg_err *err) {
    if (output->rows + (m->loss == FASTTEXT_HS) < m->labels)
        return bad(c, err, "number of output rows");
    if ((uint64_t)m->labels * (uint64_t)m->dim <= OUTPUT_BYTES / sizeof(float)) return SG_OK;
    return sg_err_set(err, SG_DATA, "fastText model is too large: %u labels of %d dimensions",
                      m->labels, (int)m->dim);
}

/* The norm of a quantised row is multiplied in after the sum, where fastText does it. */
static void turn_output(struct fasttext *m, const struct fasttext_matrix *output) {
    size_t dim = (size_t)m->dim;
    float *row = sg_alloc(dim * sizeof *row);
    m->output_stride = ((size_t)m->labels + 7) / 8 * 8;
    m->output = counted(m, dim * m->output_stride, sizeof(float));
    if (output->norm_codes) m->output_scale = counted(m, m->labels, sizeof(float));
    for (uint32_t i = 0; i < m->labels && i < output->rows; i++) {
        if (output->dense)
            memcpy(row, output->dense + i * dim * sizeof *row, dim * sizeof *row);
        else
            decode(output, i, row);
        for (size_t j = 0; j < dim; j++) m->output[j * m->output_stride + i] = row[j];
        if (m->output_scale) m->output_scale[i] = norm_of(output, i);
    }
    free(row);
}

/* ---- the tree of the hierarchical softmax: Huffman, built exactly as fastText builds it ---- */

static enum sg_code build_tree(struct fasttext *m, const struct cursor *c, struct sg_err *err) {
    int64_t total = 0;
    for (uint32_t i = 0; i < m->labels; i++) {
        if (m->label_counts[i] < 0 || m->label_counts[i] >= HUFFMAN_MAX - total)
            return bad(c, err, "label count");
        total += m->label_counts[i];
    }
    uint32_t labels = m->labels;
    int64_t *count = sg_zalloc(2 * (size_t)labels, sizeof *count);
    m->tree = counted(m, labels, sizeof *m->tree);
    for (uint32_t i = 0; i < 2 * labels; i++)
        count[i] = i < labels ? m->label_counts[i] : HUFFMAN_MAX;
    int64_t leaf = (int64_t)labels - 1, node = labels;
    for (uint32_t i = labels; i < 2 * labels - 1; i++) {
        for (int side = 0; side < 2; side++)
            m->tree[i - labels][side] =
                (int32_t)(leaf >= 0 && count[leaf] < count[node] ? leaf-- : node++);
        count[i] = count[m->tree[i - labels][0]] + count[m->tree[i - labels][1]];
    }
    free(count);
    return SG_OK;
}

/* ---- all of it ---- */

static enum sg_code load(struct fasttext *m, struct cursor *c, struct sg_err *err) {
    enum sg_code code = load_settings(m, c, err);
    if (code == SG_OK) code = load_dictionary(m, c, err);
    if (code != SG_OK) return code;
    const unsigned char *pairs = take(c, m->kept * 8);
    bool quantised = take_u8(c) != 0;
    code = load_matrix(m, &m->input, quantised, c, err);
    if (code == SG_OK && m->pruned && !quantised)
        code = bad(c, err, "matrix: a pruned model has a quantised one");
    if (code == SG_OK) code = check_rows(m, pairs, c, err);
    if (code != SG_OK) return code;
    struct fasttext_matrix output = {0};
    bool qout = take_u8(c) != 0;
    code = load_matrix(m, &output, quantised && qout, c, err);
    if (code == SG_OK) code = check_output(m, &output, c, err);
    if (code == SG_OK && m->loss == FASTTEXT_HS) code = build_tree(m, c, err);
    if (code != SG_OK) return code;
    fasttext_index(m);
    fasttext_order_labels(m);
    fasttext_index_kept(m, pairs);
    fasttext_index_features(m);
    fasttext_index_logistic(m);
    expand_input(m);
    turn_output(m, &output);
    return SG_OK;
}

enum sg_code fasttext_load(struct fasttext **out, const void *bytes, size_t len,
                           struct sg_err *err) {
    struct cursor c = {.start = bytes, .at = bytes, .end = (const unsigned char *)bytes + len};
    struct fasttext *m = sg_zalloc(1, sizeof *m);
    m->kernel = rowsum_kernel();
    enum sg_code code = load(m, &c, err);
    if (code == SG_OK) {
        *out = m;
        return SG_OK;
    }
    fasttext_free(m);
    return code;
}

void fasttext_free(struct fasttext *m) {
    if (!m) return;
    free(m->entries);
    free(m->label_counts);
    free(m->label_order);
    free(m->slots);
    free(m->kept_slots);
    free(m->first_feature);
    free(m->features);
    free(m->input_rows);
    free(m->output);
    free(m->output_scale);
    free(m->tree);
    free(m);
}

uint64_t fasttext_bytes(const struct fasttext *m) {
    return m->bytes;
}
