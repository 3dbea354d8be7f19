/*
 * fasttext_model: the parts of a loaded model, for the files fasttext*.c only.
 *
 * Shape   dictionary (words first, then labels), an input matrix (a row per word, then a row per n-gram bucket or per
 *         n-gram kept by pruning) and an output matrix, kept by columns so that all labels are scored at once.
 * Owns    what is allocated belongs to struct fasttext; names, codes and centroids point into the file's bytes.
 */
#ifndef SANGAM_LANGTAG_FASTTEXT_MODEL_H
#define SANGAM_LANGTAG_FASTTEXT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fasttext.h"
#include "rowsum.h"

#define FASTTEXT_NONE UINT32_MAX
#define FASTTEXT_PREFIX "__label__"
#define FASTTEXT_EOS "</s>"
#define FASTTEXT_PENDING 2048 /* rows collected before they are summed */
#define FASTTEXT_STEPS 512
#define FASTTEXT_MAX_MAXN 32
#define FASTTEXT_SUBWORDS 256 /* rows found at a time */

enum fasttext_loss { FASTTEXT_HS = 1, FASTTEXT_NS = 2, FASTTEXT_SOFTMAX = 3, FASTTEXT_OVA = 4 };

struct fasttext_entry {
    const char *name; /* NUL-terminated */
    uint32_t len, hash;
};

/* A product quantiser: piece m of a row (of dsub floats, the last of last_dsub) is one of 256 centroids. */
struct fasttext_pq {
    int32_t dim, nsubq, dsub, last_dsub;
    const unsigned char *centroids; /* dim * 256 floats, unaligned */
};

struct fasttext_matrix {
    uint64_t rows;
    int32_t dim;
    const unsigned char *dense; /* rows * dim floats, unaligned; NULL when quantised */
    const unsigned char *codes; /* rows * pq.nsubq */
    struct fasttext_pq pq;
    const unsigned char *norm_codes; /* rows, or NULL */
    struct fasttext_pq norms;
};

struct fasttext {
    int32_t dim, word_ngrams, minn, maxn;
    uint32_t bucket;
    uint64_t bucket_inverse; /* for the remainder without a division */
    enum fasttext_loss loss;

    uint32_t words, labels;
    struct fasttext_entry *entries; /* words, then labels */
    uint32_t *label_order;          /* place of a label in the order of names */
    int64_t *label_counts;          /* hs: the tree is built from them */
    uint64_t *slots;                /* hash << 32 | entry + 1, open addressing */
    uint32_t slot_mask;

    bool pruned;
    uint64_t kept;        /* pruned: n-grams that have a row */
    uint64_t *kept_slots; /* (bucket + 1) << 32 | row, open addressing */
    uint32_t kept_mask;

    uint64_t *first_feature; /* words + 1: where a word's rows begin in features */
    uint32_t *features;      /* the word itself and its n-grams, as rows */

    struct fasttext_matrix input;
    float *input_rows; /* all rows as floats, row_stride apart; NULL: read in place or decode */
    size_t row_stride;

    float *output; /* by columns: output[j * output_stride + label] */
    size_t output_stride;
    float *output_scale; /* per label: norm of its quantised row, or NULL */
    int32_t (*tree)[2];  /* hs: children of node labels + i */

    float logistic[FASTTEXT_STEPS + 1]; /* for one-vs-all and negative sampling, from -8 to 8 */

    const struct rowsum_kernel *kernel;
    uint64_t bytes;
};

/* Dictionary. */
uint32_t fasttext_hash(const char *bytes, size_t len);
uint32_t fasttext_find(const struct fasttext *model, const char *bytes, size_t len,
                       uint32_t hash);       /* FASTTEXT_NONE */
void fasttext_index(struct fasttext *model); /* slots, after entries are there */
void fasttext_order_labels(struct fasttext *model);
void fasttext_index_kept(struct fasttext *model, const unsigned char *pairs);

/* Rows of the n-grams of "<word>" that begin at *start or later, at most FASTTEXT_SUBWORDS; *start moves on to len. */
size_t fasttext_subwords(const struct fasttext *model, const char *word, size_t len, size_t *start,
                         uint32_t *rows);
void fasttext_index_features(struct fasttext *model);
uint32_t fasttext_bucket_row(const struct fasttext *model,
                             uint32_t bucket); /* FASTTEXT_NONE: pruned away */

void fasttext_index_logistic(struct fasttext *model);

/* Matrices. */
void fasttext_decode_row(const struct fasttext_matrix *matrix, uint64_t row, float *out);

#endif
