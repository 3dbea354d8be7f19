/*
 * Words and n-grams to rows of the input matrix.
 *
 * A word has its own row, and a row for each run of minn..maxn characters of "<word>" (a character is a UTF-8 lead byte and
 * what follows it; nothing is checked). N-grams are named by hash: FNV-1a over bytes that are taken as signed, so bytes from
 * 0x80 on are widened with ones; fastText has it so by an accident that became the format. The hash modulo `bucket` is the
 * n-gram's number; in a pruned model a list says which numbers have a row.
 *
 * Example, minn 2, maxn 3, word "ab": <a <ab ab ab> b>; single characters at the ends are left out when minn is 1.
 *
 * Memory: two hash tables at most half full, and a list of rows for every word of the dictionary.
 */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "fasttext_model.h"

#define FNV_START 2166136261u
#define FNV_PRIME 16777619u
#define SPREAD 0x9E3779B1u

static inline uint32_t fnv(uint32_t hash, char byte) {
    return (hash ^ (uint32_t)(int8_t)byte) * FNV_PRIME;
}

uint32_t fasttext_hash(const char *bytes, size_t len) {
    uint32_t hash = FNV_START;
    for (size_t i = 0; i < len; i++) hash = fnv(hash, bytes[i]);
    return hash;
}

/* x % bucket, exact for all 32-bit numbers. Source: Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019). */
static inline uint32_t remainder_of(const struct fasttext *m, uint32_t x) {
    uint64_t low = m->bucket_inverse * x;
    return (uint32_t)(((unsigned __int128)low * m->bucket) >> 64);
}

/* The smallest 2^n - 1 that leaves a table of `count` at most half full. */
static uint32_t mask_for(uint64_t count) {
    uint64_t size = 16;
    while (size < 2 * count) size *= 2;
    return (uint32_t)(size - 1);
}

/* ---- words ---- */

/* A slot holds hash << 32 | entry + 1; names are only looked at when the hashes agree. */
static uint64_t *slot_of(const struct fasttext *m, const char *bytes, size_t len, uint32_t hash) {
    for (uint32_t at = hash & m->slot_mask;; at = (at + 1) & m->slot_mask) {
        uint64_t *slot = &m->slots[at];
        if (*slot == 0) return slot;
        if (*slot >> 32 != hash) continue;
        const struct fasttext_entry *entry = &m->entries[(uint32_t)*slot - 1];
        if (entry->len == len && memcmp(entry->name, bytes, len) == 0) return slot;
    }
}

uint32_t fasttext_find(const struct fasttext *m, const char *bytes, size_t len, uint32_t hash) {
    uint64_t slot = *slot_of(m, bytes, len, hash);
    return slot ? (uint32_t)slot - 1 : FASTTEXT_NONE;
}

/* A name that stands twice is found at its last place, as in fastText. */
void fasttext_index(struct fasttext *m) {
    uint32_t count = m->words + m->labels;
    m->slot_mask = mask_for(count);
    m->slots = sg_zalloc((size_t)m->slot_mask + 1, sizeof *m->slots);
    m->bytes +=
        ((uint64_t)m->slot_mask + 1) * sizeof *m->slots + (uint64_t)count * sizeof *m->entries;
    for (uint32_t i = 0; i < count; i++) {
        const struct fasttext_entry *entry = &m->entries[i];
        *slot_of(m, entry->name, entry->len, entry->hash) = (uint64_t)entry->hash << 32 | (i + 1);
    }
}

struct named {
    const char *name;
    uint32_t label;
};

static int by_name(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->label > y->label) - (x->label < y->label);
}

/* Equal scores are put in the order of names; comparing numbers is quicker. */
void fasttext_order_labels(struct fasttext *m) {
    struct named *all = sg_alloc(m->labels * sizeof *all);
    for (uint32_t i = 0; i < m->labels; i++)
        all[i] = (struct named){m->entries[m->words + i].name, i};
    qsort(all, m->labels, sizeof *all, by_name);
    m->label_order = sg_alloc(m->labels * sizeof *m->label_order);
    for (uint32_t i = 0; i < m->labels; i++) m->label_order[all[i].label] = i;
    free(all);
}

/* ---- n-grams ---- */

static inline uint32_t kept_home(const struct fasttext *m, uint32_t bucket) {
    return (bucket * SPREAD) >> 7 & m->kept_mask;
}

static uint64_t *kept_slot(const struct fasttext *m, uint32_t bucket) {
    for (uint32_t at = kept_home(m, bucket);; at = (at + 1) & m->kept_mask) {
        uint64_t *slot = &m->kept_slots[at];
        if (*slot == 0 || *slot >> 32 == (uint64_t)bucket + 1) return slot;
    }
}

void fasttext_index_kept(struct fasttext *m, const unsigned char *pairs) {
    if (!m->pruned) return;
    m->kept_mask = mask_for(m->kept);
    m->kept_slots = sg_zalloc((size_t)m->kept_mask + 1, sizeof *m->kept_slots);
    m->bytes += ((uint64_t)m->kept_mask + 1) * sizeof *m->kept_slots;
    for (uint64_t i = 0; i < m->kept; i++) {
        uint32_t bucket = sg_num_get_u32(pairs + 8 * i), row = sg_num_get_u32(pairs + 8 * i + 4);
        *kept_slot(m, bucket) = ((uint64_t)bucket + 1) << 32 | row;
    }
}

uint32_t fasttext_bucket_row(const struct fasttext *m, uint32_t bucket) {
    if (!m->pruned) return m->words + bucket;
    uint64_t slot = *kept_slot(m, bucket);
    return slot ? m->words + (uint32_t)slot : FASTTEXT_NONE;
}

static inline bool continues(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/*
 * In two steps, for the table of kept n-grams is larger than a cache: first all buckets, each asking for its slot, then the
 * rows, when the slots have arrived.
 */
size_t fasttext_subwords(const struct fasttext *m, const char *word, size_t len, size_t *start,
                         uint32_t *rows) {
    uint32_t buckets[FASTTEXT_SUBWORDS];
    size_t found = 0, count = 0;
    for (; *start < len && found + FASTTEXT_MAX_MAXN <= FASTTEXT_SUBWORDS; ++*start) {
        size_t end = *start;
        if (continues(word[end])) continue;
        uint32_t hash = FNV_START;
        for (int32_t n = 1; end < len && n <= m->maxn; n++) {
            do hash = fnv(hash, word[end++]);
            while (end < len && continues(word[end]));
            if (n < m->minn || (n == 1 && (*start == 0 || end == len))) continue;
            buckets[found] = remainder_of(m, hash);
            if (m->pruned) __builtin_prefetch(&m->kept_slots[kept_home(m, buckets[found])]);
            found++;
        }
    }
    for (size_t i = 0; i < found; i++) {
        rows[count] = fasttext_bucket_row(m, buckets[i]);
        count += rows[count] != FASTTEXT_NONE;
    }
    return count;
}

/* A word's rows in the order in which fastText has them: the word, then its n-grams from left to right. */
void fasttext_index_features(struct fasttext *m) {
    struct sg_buf word = {0}, rows = {0};
    uint32_t some[FASTTEXT_SUBWORDS];
    m->first_feature = sg_zalloc((size_t)m->words + 1, sizeof *m->first_feature);
    for (uint32_t i = 0; i < m->words; i++) {
        const struct fasttext_entry *entry = &m->entries[i];
        sg_buf_put(&rows, &i, sizeof i);
        word.len = 0;
        sg_buf_printf(&word, "<%s>", entry->name);
        bool alone = m->maxn <= 0 || strcmp(entry->name, FASTTEXT_EOS) == 0;
        for (size_t start = alone ? word.len : 0; start < word.len;) {
            size_t count = fasttext_subwords(m, word.data, word.len, &start, some);
            sg_buf_put(&rows, some, count * sizeof *some);
        }
        m->first_feature[i + 1] = rows.len / sizeof *some;
    }
    m->bytes += rows.cap + ((uint64_t)m->words + 1) * sizeof *m->first_feature;
    m->features = (uint32_t *)(void *)sg_buf_take(&rows);
    sg_buf_free(&word);
}
