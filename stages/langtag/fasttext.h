/*
 * fasttext: read a fastText supervised model and answer as the `fasttext` program does, only faster.
 *
 * Shape   a model is read-only once loaded and may be shared by threads; each thread has its own scratch. A text is first
 *         read (its rows are averaged), then asked for the k best answers.
 * Units   text in bytes, any bytes; scores are float32.
 * Calls   fasttext_load; per text fasttext_read, then fasttext_best.
 * Owns    the model borrows the bytes it was loaded from: they must outlive it. fasttext_free accepts NULL.
 * Errors  SG_DATA with the place for files that are cut, damaged, of another kind, or that ask for what they do not hold.
 * Source  fastText 0.9.2, file version 11 and 12: Joulin et al., "Bag of Tricks for Efficient Text Classification" (2016);
 *         the same, "FastText.zip: Compressing text classification models" (2016) for .ftz.
 */
#ifndef SANGAM_LANGTAG_FASTTEXT_H
#define SANGAM_LANGTAG_FASTTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct fasttext;

/* Zero is empty; reused from text to text. */
struct fasttext_scratch {
    struct sg_buf token; /* "<word>" */
    uint32_t *rows;      /* feature rows waiting to be summed */
    size_t row_count;
    uint64_t features; /* of the whole text */
    uint32_t *hashes;  /* of the words, for word n-grams */
    size_t hash_count, hash_cap;
    float *sum;     /* dim */
    float *decoded; /* one row of a quantised matrix, dim */
    float *output;  /* one per label (hs: per inner node of the tree) */
    float *tree;    /* hs: one per node */
};

struct fasttext_answer {
    uint32_t label;
    float score;
};

enum sg_code fasttext_load(struct fasttext **out, const void *bytes, size_t len,
                           struct sg_err *err) SG_MUST_CHECK;
void fasttext_free(struct fasttext *model);
uint64_t
fasttext_bytes(const struct fasttext *model); /* held in memory beside the file's own bytes */

size_t fasttext_labels(const struct fasttext *model);
const char *fasttext_label(const struct fasttext *model, size_t label); /* without __label__ */

/* Read a text as `fasttext predict` reads a line, LF counting as a space. Returns the features found (0: nothing known). */
uint64_t fasttext_read(const struct fasttext *model, struct fasttext_scratch *scratch,
                       const char *text, size_t len);

/* The k best answers, by score, then by label; fewer when fastText gives fewer. The scores are what it prints: p + 1e-5.
 * allowed, by label, leaves out others without changing a score; NULL: all. */
size_t fasttext_best(const struct fasttext *model, struct fasttext_scratch *scratch,
                     const bool *allowed, size_t k, struct fasttext_answer *out);

void fasttext_scratch_free(struct fasttext_scratch *scratch);

#endif
