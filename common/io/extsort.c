/*
 * Half of the budget collects records, the other half is the radix sort's scratch. What fits is sorted and handed out
 * from there. What does not becomes runs: sorted, cut into blocks, appended to one unlinked file.
 *
 *     file:  [run 0: block block block][run 1: block block block][run 2: block]
 *     block: up to block_records records, then u64 XXH3-64 of these bytes, seeded with the block's offset, so that a
 *            block that is read from a wrong place fails as well
 *
 * A merge holds one block of each run. The loser tree finds the next record with one comparison for each of its levels:
 *
 *            winner 3              node 0 is the winner, node i > 0 the loser of the match that was played there;
 *              n1: 9 (run 0)       leaf of run r is node k + r, its parent (k + r) / 2. When the winner's run goes on,
 *          n2: 7     n3: 12        only the matches on the way from its leaf up are played again.
 *         9   7     3   12
 *
 * Runs that are more than the budget has blocks for are merged in groups into a second file first. Equal records are
 * equal bytes, so neither grouping nor the order of runs can be seen in the result. Memory: memory_bytes, of which
 * 1/16, at most 256 KiB, is a block. One thread.
 */
#include "io/extsort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "io/file.h"
#include "io/radix.h"

#define BLOCK_MAX ((size_t)1 << 18)
#define SUM_BYTES 8

struct run {
    uint64_t offset, records;
};

struct run_list {
    struct run *items;
    size_t count, cap;
};

/* One run while it is merged. */
struct source {
    unsigned char *block;
    size_t at, have;       /* records of the block */
    uint64_t offset, left; /* of the next block; records behind this block */
    uint64_t key;          /* first 8 bytes of the key, as a number: most matches need no more */
    bool ended;
};

struct merge {
    int fd; /* of the file that its runs are in */
    struct source *sources;
    unsigned char *blocks;
    size_t *nodes;
    size_t count;
    bool begun;
};

struct sg_extsort {
    struct sg_radix radix;
    char *folder;
    size_t memory_bytes, capacity, block_records;
    size_t room;                               /* records that fit into what is allocated now */
    unsigned char *records, *scratch, *sorted; /* sorted: one of the two, when all fitted */
    size_t used, next;
    uint64_t count;
    int fd;       /* of the runs; -1 before the first */
    uint64_t end; /* of that file */
    struct run_list runs;
    unsigned char *block; /* that is being written */
    size_t block_used;
    struct merge merge;
    bool merging;
};

static size_t block_bytes(const struct sg_extsort *sort) {
    return sort->block_records * sort->radix.width + SUM_BYTES;
}

static enum sg_code failed(const struct sg_extsort *sort, const char *what, struct sg_err *err) {
    char bytes[SG_NUM_TEXT];
    sg_err_sys(err, "%s, with %s of sort runs there", what, sg_num_bytes(sort->end, bytes));
    sg_err_at(err, sort->folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    return SG_SYSTEM;
}

enum sg_code sg_extsort_init(struct sg_extsort **out, const struct sg_extsort_options *options,
                             struct sg_err *err) {
    *out = NULL;
    if (options->width < 8 || options->width > SG_RADIX_WIDTH_MAX || options->key_bytes < 1 ||
        options->key_offset > options->width ||
        options->key_bytes > options->width - options->key_offset)
        return sg_err_set(err, SG_USAGE, "sort records of %zu bytes with a key of %zu at %zu",
                          options->width, options->key_bytes, options->key_offset);
    if (options->memory_bytes < (size_t)1 << 20)
        return sg_err_set(err, SG_BUDGET, "a sort needs 1 MiB, %zu bytes are given",
                          options->memory_bytes);
    struct sg_extsort *sort = sg_zalloc(1, sizeof *sort);
    sg_radix_order(&sort->radix, options->width, options->key_offset, options->key_bytes);
    sort->folder = sg_strdup(options->folder);
    sort->memory_bytes = options->memory_bytes;
    sort->fd = sort->merge.fd = -1;
    size_t block = options->memory_bytes / 16 < BLOCK_MAX ? options->memory_bytes / 16 : BLOCK_MAX;
    sort->block_records = (block - SUM_BYTES) / options->width;
    sort->capacity = (options->memory_bytes - block) / 2 / options->width;
    *out = sort;
    return SG_OK;
}

/* ---- runs ---- */

/* A nameless file: O_TMPFILE where the file system has it, else unlinked at once. */
static enum sg_code make_file(struct sg_extsort *sort, int *fd, struct sg_err *err) {
    int made = open(sort->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (made < 0) {
        char *name = sg_printf_dup("%s/.sort-XXXXXX", sort->folder);
        made = mkostemp(name, O_CLOEXEC);
        if (made >= 0) unlink(name);
        free(name);
    }
    if (made < 0) return failed(sort, "no file can be made for sort runs", err);
    enum sg_code code = sg_file_dup(made, sort->folder, fd, err);
    close(made);
    return code;
}

static enum sg_code flush_block(struct sg_extsort *sort, struct sg_err *err) {
    if (sort->block_used == 0) return SG_OK;
    size_t len = sort->block_used * sort->radix.width;
    sg_num_put_u64(sort->block + len, sg_hash64(sort->block, len, sort->end));
    len += SUM_BYTES;
    struct sg_err cause = {0};
    if (sg_file_write_at(sort->fd, sort->folder, sort->end, sort->block, len, &cause) != SG_OK) {
        errno = cause.errnum;
        return failed(sort, "a block of sort runs cannot be written", err);
    }
    sort->end += len;
    sort->block_used = 0;
    return SG_OK;
}

static enum sg_code begin_run(struct sg_extsort *sort, struct sg_err *err) {
    struct run_list *runs = &sort->runs;
    if (runs->count == runs->cap) {
        runs->cap = runs->cap ? 2 * runs->cap : 16;
        runs->items = sg_realloc(runs->items, runs->cap * sizeof *runs->items);
    }
    if (sort->fd < 0) {
        enum sg_code code = make_file(sort, &sort->fd, err);
        if (code != SG_OK) return code;
        sort->end = 0;
    }
    if (!sort->block) sort->block = sg_alloc(block_bytes(sort));
    runs->items[runs->count++] = (struct run){.offset = sort->end};
    return SG_OK;
}

static enum sg_code add_to_run(struct sg_extsort *sort, const unsigned char *record, size_t count,
                               struct sg_err *err) {
    const size_t width = sort->radix.width;
    sort->runs.items[sort->runs.count - 1].records += count;
    while (count > 0) {
        size_t part = sort->block_records - sort->block_used;
        if (part > count) part = count;
        memcpy(sort->block + sort->block_used * width, record, part * width);
        sort->block_used += part;
        record += part * width;
        count -= part;
        if (sort->block_used < sort->block_records) break;
        enum sg_code code = flush_block(sort, err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

static void sort_buffer(struct sg_extsort *sort) {
    if (sort->used && !sort->scratch) sort->scratch = sg_alloc(sort->room * sort->radix.width);
    sort->sorted =
        sort->used ? sg_radix_sort(&sort->radix, sort->records, sort->scratch, sort->used) : NULL;
}

static enum sg_code spill(struct sg_extsort *sort, struct sg_err *err) {
    if (sort->used == 0) return SG_OK;
    sort_buffer(sort);
    enum sg_code code = begin_run(sort, err);
    if (code == SG_OK) code = add_to_run(sort, sort->sorted, sort->used, err);
    if (code == SG_OK) code = flush_block(sort, err);
    sort->used = 0;
    return code;
}

/* A small sort holds what it needs, not what it may have. */
static void grow(struct sg_extsort *sort) {
    size_t room = sort->room ? 2 * sort->room : 4096;
    sort->room = room < sort->capacity ? room : sort->capacity;
    sort->records = sg_realloc(sort->records, sort->room * sort->radix.width);
    free(sort->scratch);
    sort->scratch = NULL;
}

enum sg_code sg_extsort_put(struct sg_extsort *sort, const void *record, struct sg_err *err) {
    if (sort->used == sort->capacity) {
        enum sg_code code = spill(sort, err);
        if (code != SG_OK) return code;
    }
    if (sort->used == sort->room) grow(sort);
    memcpy(sort->records + sort->used++ * sort->radix.width, record, sort->radix.width);
    sort->count++;
    return SG_OK;
}

/* ---- merging ---- */

static uint64_t key_of(const struct sg_radix *radix, const unsigned char *record) {
    uint64_t key = 0;
    size_t len = radix->key_bytes < 8 ? radix->key_bytes : 8;
    for (size_t i = 0; i < len; i++) key |= (uint64_t)record[radix->key_offset + i] << (56 - 8 * i);
    return key;
}

static const unsigned char *record_of(const struct sg_extsort *sort, const struct source *source) {
    return source->block + source->at * sort->radix.width;
}

/* Go to the source's next record, reading its next block where needed. */
static enum sg_code advance(struct sg_extsort *sort, struct source *source, struct sg_err *err) {
    if (source->at + 1 < source->have) {
        source->at++;
        source->key = key_of(&sort->radix, record_of(sort, source));
        return SG_OK;
    }
    source->ended = source->left == 0;
    if (source->ended) return SG_OK;
    source->at = 0;
    source->have = source->left < sort->block_records ? (size_t)source->left : sort->block_records;
    size_t len = source->have * sort->radix.width, got;
    enum sg_code code = sg_file_read_at(sort->merge.fd, sort->folder, source->offset, source->block,
                                        len + SUM_BYTES, &got, err);
    if (code != SG_OK) return code;
    if (got < len + SUM_BYTES ||
        sg_num_get_u64(source->block + len) != sg_hash64(source->block, len, source->offset)) {
        sg_err_set(err, SG_SYSTEM, "a sort run does not read back as it was written, at byte %llu",
                   (unsigned long long)source->offset);
        return sg_err_at(err, sort->folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    source->offset += len + SUM_BYTES;
    source->left -= source->have;
    source->key = key_of(&sort->radix, source->block);
    return SG_OK;
}

/* Does a come before b? Of equal records the one of the earlier run: so even this is fixed. */
static bool before(const struct sg_extsort *sort, size_t a, size_t b) {
    const struct source *x = &sort->merge.sources[a], *y = &sort->merge.sources[b];
    if (x->ended || y->ended) return !x->ended || (y->ended && a < b);
    if (x->key != y->key) return x->key < y->key;
    int order = sg_radix_compare(&sort->radix, record_of(sort, x), record_of(sort, y));
    return order ? order < 0 : a < b;
}

static void replay(struct sg_extsort *sort, size_t winner) {
    struct merge *merge = &sort->merge;
    for (size_t node = (merge->count + winner) / 2; node > 0; node /= 2) {
        if (!before(sort, merge->nodes[node], winner)) continue;
        size_t loser = winner;
        winner = merge->nodes[node];
        merge->nodes[node] = loser;
    }
    merge->nodes[0] = winner;
}

/* Play all matches: the winner of the subtree under node. */
static size_t play(struct sg_extsort *sort, size_t node) {
    struct merge *merge = &sort->merge;
    if (node >= merge->count) return node - merge->count;
    size_t left = play(sort, 2 * node), right = play(sort, 2 * node + 1);
    bool left_wins = before(sort, left, right);
    merge->nodes[node] = left_wins ? right : left;
    return left_wins ? left : right;
}

static void merge_end(struct sg_extsort *sort) {
    struct merge *merge = &sort->merge;
    if (merge->fd >= 0 && merge->fd != sort->fd) close(merge->fd);
    free(merge->sources);
    free(merge->blocks);
    free(merge->nodes);
    *merge = (struct merge){.fd = -1};
}

static enum sg_code merge_begin(struct sg_extsort *sort, int fd, const struct run *runs,
                                size_t count, struct sg_err *err) {
    struct merge *merge = &sort->merge;
    *merge = (struct merge){.fd = fd, .count = count};
    merge->sources = sg_zalloc(count, sizeof *merge->sources);
    merge->nodes = sg_zalloc(count, sizeof *merge->nodes);
    merge->blocks = sg_alloc(count * block_bytes(sort));
    for (size_t i = 0; i < count; i++) {
        struct source *source = &merge->sources[i];
        source->block = merge->blocks + i * block_bytes(sort);
        source->offset = runs[i].offset;
        source->left = runs[i].records;
        enum sg_code code = advance(sort, source, err);
        if (code != SG_OK) return code;
    }
    merge->nodes[0] = count > 1 ? play(sort, 1) : 0;
    return SG_OK;
}

static enum sg_code merge_next(struct sg_extsort *sort, const unsigned char **record,
                               struct sg_err *err) {
    struct merge *merge = &sort->merge;
    if (merge->begun) {
        enum sg_code code = advance(sort, &merge->sources[merge->nodes[0]], err);
        if (code != SG_OK) return code;
        replay(sort, merge->nodes[0]);
    }
    merge->begun = true;
    const struct source *first = &merge->sources[merge->nodes[0]];
    if (first->ended) return SG_END;
    *record = record_of(sort, first);
    return SG_OK;
}

/* Merge a group of runs of the old file into one run of the new file. */
static enum sg_code merge_group(struct sg_extsort *sort, int old, const struct run *runs,
                                size_t count, struct sg_err *err) {
    const unsigned char *record;
    enum sg_code code = begin_run(sort, err);
    if (code == SG_OK) code = merge_begin(sort, old, runs, count, err);
    while (code == SG_OK && (code = merge_next(sort, &record, err)) == SG_OK)
        code = add_to_run(sort, record, 1, err);
    if (code == SG_END) code = flush_block(sort, err);
    sort->merge.fd = -1; /* the old file serves the next group too */
    merge_end(sort);
    return code;
}

/* Fewer runs, by one level of merging into a second file. */
static enum sg_code merge_level(struct sg_extsort *sort, size_t fan_in, struct sg_err *err) {
    struct run_list old = sort->runs;
    int old_fd = sort->fd;
    sort->runs = (struct run_list){0};
    sort->fd = -1;
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < old.count; i += fan_in)
        code = merge_group(sort, old_fd, old.items + i,
                           old.count - i < fan_in ? old.count - i : fan_in, err);
    free(old.items);
    close(old_fd);
    return code;
}

enum sg_code sg_extsort_sort(struct sg_extsort *sort, struct sg_err *err) {
    if (sort->runs.count == 0) {
        sort_buffer(sort);
        unsigned char **other = sort->sorted == sort->records ? &sort->scratch : &sort->records;
        free(*other);
        *other = NULL;
        return SG_OK;
    }
    enum sg_code code = spill(sort, err);
    free(sort->records);
    free(sort->scratch);
    sort->records = sort->scratch = sort->sorted = NULL;
    /* One block of the budget is the one being written, one more pays for the tree. */
    size_t each = block_bytes(sort) + sizeof(struct source) + sizeof(size_t);
    size_t fan_in = (sort->memory_bytes - 2 * block_bytes(sort)) / each;
    while (code == SG_OK && sort->runs.count > fan_in) code = merge_level(sort, fan_in, err);
    free(sort->block);
    sort->block = NULL;
    sort->merging = true;
    if (code == SG_OK) code = merge_begin(sort, sort->fd, sort->runs.items, sort->runs.count, err);
    return code;
}

enum sg_code sg_extsort_next(struct sg_extsort *sort, const void **record, struct sg_err *err) {
    if (sort->merging) {
        const unsigned char *next;
        enum sg_code code = merge_next(sort, &next, err);
        if (code == SG_OK) *record = next;
        return code;
    }
    if (sort->next == sort->used) return SG_END;
    *record = sort->sorted + sort->next++ * sort->radix.width;
    return SG_OK;
}

uint64_t sg_extsort_count(const struct sg_extsort *sort) {
    return sort->count;
}

void sg_extsort_free(struct sg_extsort *sort) {
    if (!sort) return;
    merge_end(sort);
    if (sort->fd >= 0) close(sort->fd);
    free(sort->runs.items);
    free(sort->records);
    free(sort->scratch);
    free(sort->block);
    free(sort->folder);
    free(sort);
}
