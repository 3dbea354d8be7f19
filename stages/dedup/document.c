#include "document.h"

#include "base/num.h"
#include "fss.h"
#include "keytext.h"

#define BLOCK 256 /* windows hashed before they go through the kernel */

static uint32_t saturated(uint64_t n) {
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static struct sg_hash128 text_key(const struct dedup_settings *settings, struct dedup_scratch *scratch,
                                  const struct dedup_document *document, const char *nfc, size_t nfc_len) {
    struct sg_hash128 key = settings->raw_key ? sg_hash128(document->text, document->text_len, document->scope)
                                              : dedup_keytext_light(nfc, nfc_len, document->scope, &scratch->light);
    return dedup_secret_mix(&settings->secret, key);
}

struct sg_hash128 dedup_id_key(const struct dedup_settings *settings, const struct dedup_document *document) {
    return dedup_secret_mix(&settings->secret, sg_hash128(document->id, document->id_len, 0));
}

struct sg_hash128 dedup_blind_id(const struct dedup_settings *settings, const struct dedup_doc *doc) {
    const uint64_t words[] = {doc->text_key.lo, doc->text_key.hi, doc->id_key.lo, doc->id_key.hi, doc->line_low};
    char bytes[sizeof words];
    for (unsigned i = 0; i < 5; i++) sg_num_put_u64(bytes + 8 * i, words[i]);
    return dedup_secret_mix(&settings->secret, sg_hash128(bytes, sizeof bytes, 0));
}

struct sg_hash128 dedup_text_key(const struct dedup_settings *settings, struct dedup_scratch *scratch,
                                 const struct dedup_document *document) {
    const char *nfc = document->text;
    size_t len = document->text_len;
    if (!settings->raw_key) dedup_keytext_nfc(&nfc, &len, &scratch->nfc);
    return text_key(settings, scratch, document, nfc, len);
}

/* fss needs all windows at once: it looks at them again while a bin is empty. */
static uint64_t fss_of(const struct dedup_settings *settings, struct dedup_scratch *scratch, const char *text,
                       size_t len, uint32_t *minima) {
    struct sg_buf *all = &scratch->windows;
    uint64_t windows[BLOCK];
    size_t count;
    all->len = 0;
    dedup_shingles_start(&scratch->shingles, text, len);
    while ((count = dedup_shingles_next(&scratch->shingles, windows, BLOCK))) {
        uint32_t *x = (uint32_t *)(void *)sg_buf_room(all, count * sizeof *x);
        for (size_t i = 0; i < count; i++) x[i] = (uint32_t)(windows[i] >> 32);
        all->len += count * sizeof *x;
    }
    count = all->len / sizeof(uint32_t);
    dedup_fss_sketch(&settings->minhash, (const uint32_t *)(const void *)all->data, count, minima);
    return count;
}

/* Minima over all windows; returns how many windows there are. */
static uint64_t windows_of(const struct dedup_settings *settings, struct dedup_scratch *scratch, const char *text,
                           size_t len, uint32_t *minima) {
    const struct dedup_minhash *minhash = &settings->minhash;
    uint64_t windows[BLOCK], total = 0;
    uint32_t x[BLOCK];
    size_t count;
    if (settings->fss) return fss_of(settings, scratch, text, len, minima);
    dedup_minhash_start(minhash, minima);
    dedup_shingles_start(&scratch->shingles, text, len);
    while ((count = dedup_shingles_next(&scratch->shingles, windows, BLOCK))) {
        for (size_t i = 0; i < count; i++) x[i] = (uint32_t)(windows[i] >> 32);
        dedup_minhash_add(minhash, minima, x, count);
        total += count;
    }
    return total;
}

/* Sketch and windows of the text. The tokens are taken from the text as it stands; only when they met something that NFC
 * would change, nfc and len become the other form and all is done again. */
static uint64_t sketch_of(const struct dedup_settings *settings, struct dedup_scratch *scratch, const char **nfc,
                          size_t *len, uint32_t *minima) {
    scratch->shingles.shape = settings->shape;
    uint64_t windows = windows_of(settings, scratch, *nfc, *len, minima);
    if (!dedup_shape_takes_nfc(&settings->shape)) {
        if (!settings->raw_key) dedup_keytext_nfc(nfc, len, &scratch->nfc);
        return windows;
    }
    if (!scratch->shingles.tokens.not_nfc) return windows;
    dedup_keytext_nfc(nfc, len, &scratch->nfc);
    return windows_of(settings, scratch, *nfc, *len, minima);
}

size_t dedup_document_windows(const struct dedup_settings *settings, struct dedup_scratch *scratch, const char *text,
                              size_t len, struct sg_buf *out) {
    scratch->shingles.shape = settings->shape;
    if (dedup_shape_takes_nfc(&settings->shape)) dedup_keytext_nfc(&text, &len, &scratch->nfc);
    return dedup_shingles_set(&scratch->shingles, text, len, out);
}

void dedup_document_read(const struct dedup_settings *settings, struct dedup_scratch *scratch,
                         const struct dedup_document *document, struct dedup_doc *doc, struct dedup_sketch *sketch) {
    const struct dedup_minhash *minhash = &settings->minhash;
    const char *nfc = document->text;
    size_t len = document->text_len;
    uint32_t minima[DEDUP_LANES];
    uint64_t windows = 0;
    if (settings->near)
        windows = sketch_of(settings, scratch, &nfc, &len, minima);
    else if (!settings->raw_key)
        dedup_keytext_nfc(&nfc, &len, &scratch->nfc);
    scratch->is_nfc = !settings->raw_key && nfc == document->text;
    *doc = (struct dedup_doc){.text_key = text_key(settings, scratch, document, nfc, len),
                              .id_key = dedup_id_key(settings, document),
                              .priority = document->priority,
                              .windows = saturated(windows),
                              .bytes = saturated(document->text_len)};
    sketch->bands = 0;
    if (!settings->near) return;
    if (windows < settings->min_shingles) {
        memset(sketch->values, 0, minhash->sketch_bytes);
        return;
    }
    sketch->bands = minhash->bands;
    dedup_minhash_bands(minhash, minima, document->scope, sketch->keys);
    if (settings->slim_bytes) dedup_slim_sketch(settings, sketch);
    else dedup_minhash_store(minhash, minima, sketch->values);
}

uint64_t dedup_slim_key(unsigned band, uint32_t prefix) {
    char bytes[8];
    sg_num_put_u32(bytes, band);
    sg_num_put_u32(bytes + 4, prefix);
    return sg_hash64(bytes, sizeof bytes, 0);
}

void dedup_slim_sketch(const struct dedup_settings *settings, struct dedup_sketch *sketch) {
    unsigned bytes = settings->slim_bytes;
    for (unsigned i = 0; i < sketch->bands; i++) {
        uint32_t prefix = (uint32_t)(sketch->keys[i] >> 32);
        for (unsigned b = 0; b < bytes && (i + 1) * bytes <= settings->minhash.sketch_bytes; b++)
            sketch->values[i * bytes + b] = (uint8_t)(prefix >> 8 * b);
        sketch->keys[i] = dedup_slim_key(i, prefix);
    }
}

void dedup_doc_put(const struct dedup_doc *doc, char *row) {
    const uint64_t words[] = {doc->text_key.lo, doc->text_key.hi, doc->id_key.lo,
                              doc->id_key.hi,   doc->priority,    doc->windows | (uint64_t)doc->bytes << 32,
                              doc->id_offset,   doc->line_low};
    for (unsigned i = 0; i < 8; i++) sg_num_put_u64(row + 8 * i, words[i]);
}

void dedup_doc_get(const char *row, struct dedup_doc *doc) {
    uint64_t words[8];
    for (unsigned i = 0; i < 8; i++) words[i] = sg_num_get_u64(row + 8 * i);
    *doc = (struct dedup_doc){.text_key = {words[0], words[1]},
                              .id_key = {words[2], words[3]},
                              .priority = words[4],
                              .windows = (uint32_t)words[5],
                              .bytes = (uint32_t)(words[5] >> 32),
                              .id_offset = words[6],
                              .line_low = words[7]};
}

void dedup_scratch_free(struct dedup_scratch *scratch) {
    sg_buf_free(&scratch->nfc);
    sg_buf_free(&scratch->light);
    sg_buf_free(&scratch->windows);
    sg_buf_free(&scratch->anchors);
    dedup_winnow_free(&scratch->winnow);
    dedup_shingles_free(&scratch->shingles);
}
