/*
 * What fastText computes for a line of text:
 *
 *   1 cut it into tokens at space, tab, CR, VT, FF and NUL; the end of the line is the token </s>, and so is a </s> in the
 *     text, behind which nothing is read
 *   2 a token gives rows: its own, those of its character n-grams, and one for each run of 2..wordNgrams tokens
 *     (fasttext_dict.c); unknown tokens that begin with __label__ give none
 *   3 h = mean of the rows; f = output matrix * h
 *   4 softmax: p = exp(f - max) / sum. One-vs-all and negative sampling: the logistic function of each f, from a table of
 *     512 steps. Hierarchical: the product of logistic functions on the way from the root of a Huffman tree to the label
 *   5 it keeps log(p + 1e-5) and prints the exponential of that: scores are p + 1e-5 (at each step of the tree, there)
 *
 * Example: "to be" with minn = maxn = 0, wordNgrams 2 gives the rows of: to, be, </s>, (to be), (be </s>).
 *
 * All sums run in fastText's own order and in float32, so they are equal to the last bit; exp and log are ours, so
 * that they are the same on every CPU. Memory: rows wait in a list of fixed size, so a text of any length needs no more.
 */
#include "fasttext.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "fasttext_model.h"

#define FLOOR 1e-5 /* what fastText adds before it takes a logarithm */
#define SIGMOID_MAX 8
#define WORD_NGRAM_PRIME 116049371u

size_t fasttext_labels(const struct fasttext *m) {
    return m->labels;
}

const char *fasttext_label(const struct fasttext *m, size_t label) {
    const char *name = m->entries[m->words + label].name;
    size_t prefix = strlen(FASTTEXT_PREFIX);
    return strncmp(name, FASTTEXT_PREFIX, prefix) == 0 ? name + prefix : name;
}

void fasttext_scratch_free(struct fasttext_scratch *s) {
    sg_buf_free(&s->token);
    free(s->rows);
    free(s->hashes);
    free(s->sum);
    free(s->decoded);
    free(s->output);
    free(s->tree);
    memset(s, 0, sizeof *s);
}

static void prepare(const struct fasttext *m, struct fasttext_scratch *s) {
    if (!s->rows) {
        s->rows = sg_alloc(FASTTEXT_PENDING * sizeof *s->rows);
        s->sum = sg_alloc((size_t)m->dim * sizeof *s->sum);
        s->decoded = sg_alloc((size_t)m->dim * sizeof *s->decoded);
        s->output = sg_alloc(m->output_stride * sizeof *s->output);
        if (m->tree) s->tree = sg_alloc(2 * (size_t)m->labels * sizeof *s->tree);
    }
    memset(s->sum, 0, (size_t)m->dim * sizeof *s->sum);
    s->row_count = s->hash_count = 0;
    s->features = 0;
}

/* ---- summing rows ---- */

static void flush(const struct fasttext *m, struct fasttext_scratch *s) {
    size_t dim = (size_t)m->dim;
    if (m->input_rows || m->input.dense) {
        const void *base = m->input_rows ? (const void *)m->input_rows : m->input.dense;
        struct rowsum_table table = {.base = base, .stride = m->row_stride, .dim = dim};
        m->kernel->add(&table, s->rows, s->row_count, s->sum);
    } else {
        for (size_t r = 0; r < s->row_count; r++) {
            fasttext_decode_row(&m->input, s->rows[r], s->decoded);
            for (size_t j = 0; j < dim; j++) s->sum[j] += s->decoded[j];
        }
    }
    s->row_count = 0;
}

static inline void put_row(const struct fasttext *m, struct fasttext_scratch *s, uint32_t row) {
    if (s->row_count == FASTTEXT_PENDING) flush(m, s);
    s->rows[s->row_count++] = row;
}

static void put_rows(const struct fasttext *m, struct fasttext_scratch *s, const uint32_t *rows,
                     size_t count) {
    s->features += count;
    for (size_t i = 0; i < count; i++) put_row(m, s, rows[i]);
}

/* ---- reading ---- */

static inline bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\v' || c == '\f' || c == '\0';
}

static void put_hash(struct fasttext_scratch *s, uint32_t hash) {
    if (s->hash_count == s->hash_cap) {
        s->hash_cap = s->hash_cap ? 2 * s->hash_cap : 256;
        s->hashes = sg_realloc(s->hashes, s->hash_cap * sizeof *s->hashes);
    }
    s->hashes[s->hash_count++] = hash;
}

/* The n-grams of an unknown word go by parts through a list on the stack, as a token may be as long as the text. */
static void put_unknown(const struct fasttext *m, struct fasttext_scratch *s, const char *token,
                        size_t len) {
    uint32_t rows[FASTTEXT_SUBWORDS];
    char *word;
    if (m->maxn <= 0 || (len == strlen(FASTTEXT_EOS) && memcmp(token, FASTTEXT_EOS, len) == 0))
        return;
    s->token.len = 0;
    word = sg_buf_room(&s->token, len + 2);
    word[0] = '<';
    memcpy(word + 1, token, len);
    word[len + 1] = '>';
    for (size_t start = 0; start < len + 2;) {
        size_t count = fasttext_subwords(m, word, len + 2, &start, rows);
        put_rows(m, s, rows, count);
    }
}

/* One token; false when it ends the line. */
static bool put_token(const struct fasttext *m, struct fasttext_scratch *s, const char *token,
                      size_t len) {
    uint32_t hash = fasttext_hash(token, len), entry = fasttext_find(m, token, len, hash);
    size_t prefix = strlen(FASTTEXT_PREFIX);
    bool label = entry == FASTTEXT_NONE
                     ? len >= prefix && memcmp(token, FASTTEXT_PREFIX, prefix) == 0
                     : entry >= m->words;
    if (!label) {
        if (entry == FASTTEXT_NONE) {
            put_unknown(m, s, token, len);
        } else {
            uint64_t first = m->first_feature[entry];
            put_rows(m, s, m->features + first, m->first_feature[entry + 1] - first);
        }
        if (m->word_ngrams > 1) put_hash(s, hash);
    }
    return !(len == strlen(FASTTEXT_EOS) && memcmp(token, FASTTEXT_EOS, len) == 0);
}

/* Hashes are widened as signed numbers, as those of bytes are. */
static void put_word_ngrams(const struct fasttext *m, struct fasttext_scratch *s) {
    for (size_t i = 0; i < s->hash_count; i++) {
        uint64_t hash = (uint64_t)(int64_t)(int32_t)s->hashes[i];
        for (size_t j = i + 1; j < s->hash_count && j < i + (size_t)m->word_ngrams; j++) {
            hash = hash * WORD_NGRAM_PRIME + (uint64_t)(int64_t)(int32_t)s->hashes[j];
            uint32_t row = fasttext_bucket_row(m, (uint32_t)(hash % m->bucket));
            if (row != FASTTEXT_NONE) put_rows(m, s, &row, 1);
        }
    }
}

uint64_t fasttext_read(const struct fasttext *m, struct fasttext_scratch *s, const char *text,
                       size_t len) {
    const char *end = text + len;
    bool more = true;
    prepare(m, s);
    while (more) {
        while (text < end && is_space(*text)) text++;
        if (text == end) break;
        const char *token = text;
        while (text < end && !is_space(*text)) text++;
        more = put_token(m, s, token, (size_t)(text - token));
    }
    if (more) put_token(m, s, FASTTEXT_EOS, strlen(FASTTEXT_EOS));
    if (m->word_ngrams > 1) put_word_ngrams(m, s);
    flush(m, s);
    float mean = (float)(1.0 / (double)(s->features ? s->features : 1));
    for (int32_t j = 0; j < m->dim; j++) s->sum[j] *= mean;
    return s->features;
}

/* ---- answers ---- */

static bool before(const struct fasttext *m, struct fasttext_answer a, struct fasttext_answer b) {
    return a.score > b.score ||
           (a.score == b.score && m->label_order[a.label] < m->label_order[b.label]);
}

/* Keeps the k best so far in order: by score, then by label. */
static size_t insert(const struct fasttext *m, struct fasttext_answer *best, size_t count, size_t k,
                     struct fasttext_answer answer) {
    size_t at = count;
    while (at > 0 && before(m, answer, best[at - 1])) at--;
    if (at == k) return count;
    size_t moved = (count < k ? count : k - 1) - at;
    memmove(best + at + 1, best + at, moved * sizeof *best);
    best[at] = answer;
    return count < k ? count + 1 : k;
}

static void multiply(const struct fasttext *m, struct fasttext_scratch *s) {
    m->kernel->product(m->output, m->output_stride, s->sum, (size_t)m->dim, s->output);
    if (!m->output_scale) return;
    for (uint32_t i = 0; i < m->labels; i++) s->output[i] *= m->output_scale[i];
}

/* What is no number (a model may hold anything) counts as nothing. */
static float number(float value) {
    return value == value ? value : 0.0f;
}

static float printed(float probability) {
    return number((float)((double)probability + FLOOR));
}

static float logistic(float x) {
    return number((float)(1.0 / (1.0 + sg_num_exp(-(double)x))));
}

static float stepped_logistic(const struct fasttext *m, float x) {
    if (!(x >= -SIGMOID_MAX)) return 0.0f;
    if (x > SIGMOID_MAX) return 1.0f;
    return m->logistic[(int)((x + SIGMOID_MAX) * FASTTEXT_STEPS / SIGMOID_MAX / 2)];
}

/* Step i stands for x = i * 2 * 8 / 512 - 8. */
void fasttext_index_logistic(struct fasttext *m) {
    for (int i = 0; i <= FASTTEXT_STEPS; i++)
        m->logistic[i] = logistic((float)(i * 2 * SIGMOID_MAX) / FASTTEXT_STEPS - SIGMOID_MAX);
}

static void softmax(const struct fasttext *m, float *output) {
    float top = output[0], sum = 0;
    for (size_t i = 0; i < m->labels; i++) top = output[i] > top ? output[i] : top;
    m->kernel->exponentials(output, m->output_stride, top);
    for (size_t i = 0; i < m->labels; i++) sum += output[i];
    for (size_t i = 0; i < m->labels; i++) output[i] /= sum;
}

/* From the root (the last node) down: a child's score is its parent's plus the logarithm of the way taken. */
static size_t best_of_tree(const struct fasttext *m, struct fasttext_scratch *s,
                           const bool *allowed, size_t k, struct fasttext_answer *out) {
    size_t count = 0, nodes = 2 * (size_t)m->labels - 1;
    float floor = (float)sg_num_log(FLOOR), *score = s->tree;
    score[nodes - 1] = 0;
    for (size_t node = nodes; node-- > 0;) {
        if (node >= m->labels) {
            const int32_t *child = m->tree[node - m->labels];
            float right = logistic(s->output[node - m->labels]);
            score[child[0]] =
                score[node] + (float)sg_num_log((double)(float)(1.0 - (double)right) + FLOOR);
            score[child[1]] = score[node] + (float)sg_num_log((double)right + FLOOR);
            if (score[node] < floor) score[child[0]] = score[child[1]] = 2 * floor;
        } else if (score[node] >= floor && (!allowed || allowed[node])) {
            struct fasttext_answer answer = {.label = (uint32_t)node,
                                             .score = (float)sg_num_exp((double)score[node])};
            count = insert(m, out, count, k, answer);
        }
    }
    return count;
}

size_t fasttext_best(const struct fasttext *m, struct fasttext_scratch *s, const bool *allowed,
                     size_t k, struct fasttext_answer *out) {
    size_t count = 0;
    if (k == 0 || s->features == 0) return 0;
    multiply(m, s);
    if (m->loss == FASTTEXT_HS) return best_of_tree(m, s, allowed, k, out);
    if (m->loss == FASTTEXT_SOFTMAX) softmax(m, s->output);
    for (uint32_t i = 0; i < m->labels; i++) {
        if (allowed && !allowed[i]) continue;
        float p = m->loss == FASTTEXT_SOFTMAX ? s->output[i] : stepped_logistic(m, s->output[i]);
        count = insert(m, out, count, k, (struct fasttext_answer){.label = i, .score = printed(p)});
    }
    return count;
}
