/*
 * Every stretch of L units holds an anchor, and an anchor decides only stretches that hold it: it need look no further than its
 * reach, about 1.5 L units. So a licence of ten thousand characters in a million documents is not compared as a whole:
 *
 *     anchors inside it have one and the same reach everywhere: one hash says so, no text is read;
 *     at its ends reaches differ. Each different one is read once, and its w + 2 stretches are looked up by their XXH3-128:
 *     what is there already is a copy, what is not is entered. Work per sighting is constant, and all are compared with all.
 *
 *     key 7f..  rank 0  ....ABCDEFGH        stretches ABCD BCDE CDEF ... entered
 *               rank 3  ....xBCDEFGH        xBCD entered; BCDE ... are copies of rank 0: the span BCDEFGH
 *               rank 5  ....xBCDEFGH        the reach of rank 3 again: xBCD from rank 3, BCDEFGH from rank 0
 *
 * A key enters at most MOST_SLOTS stretches and reaches; of what comes later only what repeats those is found under this key. The
 * bound is a constant and sightings come in survivor order, so the answer does not depend on memory.
 */
#include "repeats.h"

#include "base/hash.h"
#include "text/utf8.h"

#define FIRST_SLOTS 256
#define MOST_SLOTS (1u << 18)
#define MOST_RUN_BYTES (4u << 20)
#define REACH_KEY 0x7265616368657321u /* the high half of a reach's key: stretches have a hash there */

struct slot {
    struct sg_hash128 key;
    uint64_t rank;       /* of its first holder; of a reach: its number in classes */
    uint32_t begin, end; /* its place there; end 0: free */
};

struct class {
    uint64_t rank;
    uint32_t begin, end; /* of the first reach */
    uint32_t first_run, run_count;
};

struct run {
    uint64_t holder;
    uint32_t begin, end; /* from the begin of the reach */
};

/* ---- the table ---- */

static struct slot *slots_of(const struct dedup_repeats *repeats, uint64_t *mask) {
    *mask = repeats->slots.len / sizeof(struct slot) - 1;
    return (struct slot *)(void *)repeats->slots.data;
}

/* The slot of a key, or the free one where it belongs. */
static struct slot *find(const struct dedup_repeats *repeats, struct sg_hash128 key) {
    uint64_t mask;
    struct slot *slots = slots_of(repeats, &mask);
    uint64_t at = (key.lo ^ key.hi) & mask;
    while (slots[at].end && (slots[at].key.lo != key.lo || slots[at].key.hi != key.hi)) at = (at + 1) & mask;
    return &slots[at];
}

static void make_slots(struct dedup_repeats *repeats, size_t count) {
    repeats->slots.len = 0;
    memset(sg_buf_room(&repeats->slots, count * sizeof(struct slot)), 0, count * sizeof(struct slot));
    repeats->slots.len = count * sizeof(struct slot);
}

static void double_slots(struct dedup_repeats *repeats) {
    struct sg_buf old = repeats->slots;
    size_t count = old.len / sizeof(struct slot);
    const struct slot *slots = (const struct slot *)(const void *)old.data;
    repeats->slots = (struct sg_buf){0};
    make_slots(repeats, 2 * count);
    for (size_t i = 0; i < count; i++)
        if (slots[i].end) *find(repeats, slots[i].key) = slots[i];
    sg_buf_free(&old);
}

static bool enter(struct dedup_repeats *repeats, struct slot *free, const struct slot *slot) {
    if (repeats->used >= MOST_SLOTS / 2) return false;
    *free = *slot;
    repeats->used++;
    if (2 * repeats->used * sizeof(struct slot) > repeats->slots.len) double_slots(repeats);
    return true;
}

/* ---- stretches of one reach ---- */

/* Where each unit begins, and where its code point ends. */
static size_t list_units(struct dedup_repeats *repeats) {
    const char *text = repeats->text.data, *at = text, *end = text + repeats->text.len;
    size_t count = 0, most = 2 * repeats->text.len * sizeof(uint32_t);
    repeats->unit_begin.len = repeats->unit_end.len = 0;
    uint32_t *begins = (uint32_t *)(void *)sg_buf_room(&repeats->unit_begin, most),
             *ends = (uint32_t *)(void *)sg_buf_room(&repeats->unit_end, most);
    while (at < end) {
        uint32_t begin = (uint32_t)(at - text), c = sg_utf8_next(&at), stop = (uint32_t)(at - text);
        begins[count] = begin;
        ends[count++] = stop;
        if (dedup_units_of(c) == 1) continue;
        begins[count] = begin;
        ends[count++] = stop;
    }
    return count;
}

struct scan {
    struct dedup_repeats *repeats;
    const struct dedup_sighting *sighting;
    struct run copy;  /* of the sighting itself, not yet emitted; end 0: none */
    struct run whole; /* of its class */
};

static enum sg_code emit(struct dedup_repeats *repeats, const struct dedup_sighting *sighting, const struct run *run,
                         struct sg_err *err) {
    const struct dedup_copy_span span = {.rank = sighting->rank,
                                         .holder = run->holder,
                                         .begin = sighting->begin + run->begin,
                                         .end = sighting->begin + run->end};
    return run->end ? repeats->calls.emit(repeats->calls.context, &span, err) : SG_OK;
}

/* A stretch with this holder follows; false: the run at hand ends before it. */
static bool lengthen(struct run *run, const struct run *stretch) {
    if (run->end == 0)
        *run = *stretch;
    else if (run->holder == stretch->holder && stretch->begin <= run->end)
        run->end = stretch->end;
    else
        return false;
    return true;
}

static void end_run(struct scan *scan) {
    if (scan->whole.end) sg_buf_put(&scan->repeats->runs, &scan->whole, sizeof scan->whole);
}

/* One stretch: who has it first, and is it a copy here? Overlapping stretches of one text, as in "=======", are none. */
static enum sg_code take_stretch(struct scan *scan, uint32_t begin, uint32_t end, struct sg_err *err) {
    struct dedup_repeats *repeats = scan->repeats;
    const struct dedup_sighting *sighting = scan->sighting;
    struct slot here = {.key = sg_hash128(repeats->text.data + begin, end - begin, 0),
                        .rank = sighting->rank,
                        .begin = sighting->begin + begin,
                        .end = sighting->begin + end};
    struct slot *slot = find(repeats, here.key);
    struct run stretch = {.holder = slot->end ? slot->rank : sighting->rank, .begin = begin, .end = end};
    bool copy = slot->end && (slot->rank != here.rank || slot->end <= here.begin);
    enum sg_code code = SG_OK;
    if (!slot->end) enter(repeats, slot, &here);
    if (copy && !lengthen(&scan->copy, &stretch)) {
        code = emit(repeats, sighting, &scan->copy, err);
        scan->copy = stretch;
    }
    if (!lengthen(&scan->whole, &stretch)) {
        end_run(scan);
        scan->whole = stretch;
    }
    return code;
}

/* Read the reach, emit what is copied in it, and leave its runs behind repeats->runs. */
static enum sg_code scan_reach(struct dedup_repeats *repeats, const struct dedup_sighting *sighting,
                               struct sg_err *err) {
    struct scan scan = {.repeats = repeats, .sighting = sighting};
    enum sg_code code = repeats->calls.fetch(repeats->calls.context, sighting, &repeats->text, err);
    if (code != SG_OK) return code;
    repeats->fetched++;
    size_t units = list_units(repeats), length = repeats->length->units;
    const uint32_t *begin = (const uint32_t *)(const void *)repeats->unit_begin.data,
                   *end = (const uint32_t *)(const void *)repeats->unit_end.data;
    for (size_t i = 0; code == SG_OK && i + length <= units; i++) {
        bool again = i > 0 && begin[i] == begin[i - 1] && end[i + length - 1] == end[i + length - 2];
        if (!again) code = take_stretch(&scan, begin[i], end[i + length - 1], err);
    }
    end_run(&scan);
    return code == SG_OK ? emit(repeats, sighting, &scan.copy, err) : code;
}

/* ---- classes of equal reaches ---- */

static struct sg_hash128 class_key(const struct dedup_sighting *sighting) {
    return (struct sg_hash128){.lo = sighting->context, .hi = REACH_KEY};
}

static enum sg_code new_class(struct dedup_repeats *repeats, const struct dedup_sighting *sighting,
                              struct sg_err *err) {
    size_t runs = repeats->runs.len;
    enum sg_code code = scan_reach(repeats, sighting, err);
    const struct class class = {.rank = sighting->rank,
                                .begin = sighting->begin,
                                .end = sighting->begin + sighting->len,
                                .first_run = (uint32_t)(runs / sizeof(struct run)),
                                .run_count = (uint32_t)((repeats->runs.len - runs) / sizeof(struct run))};
    const struct slot slot = {.key = class_key(sighting), .rank = repeats->classes.len / sizeof class, .end = 1};
    if (repeats->runs.len <= MOST_RUN_BYTES && enter(repeats, find(repeats, slot.key), &slot))
        sg_buf_put(&repeats->classes, &class, sizeof class);
    else
        repeats->runs.len = runs;
    return code;
}

static enum sg_code emit_class(struct dedup_repeats *repeats, const struct class *class,
                               const struct dedup_sighting *sighting, struct sg_err *err) {
    const struct run *runs = (const struct run *)(const void *)repeats->runs.data + class->first_run;
    enum sg_code code = SG_OK;
    for (uint32_t i = 0; code == SG_OK && i < class->run_count; i++) code = emit(repeats, sighting, &runs[i], err);
    return code;
}

static bool overlaps(const struct dedup_sighting *sighting, uint64_t rank, uint32_t end) {
    return sighting->rank == rank && sighting->begin < end;
}

static enum sg_code add_to_classes(struct dedup_repeats *repeats, const struct dedup_sighting *sighting,
                                   struct sg_err *err) {
    const struct slot *slot = find(repeats, class_key(sighting));
    if (!slot->end) return new_class(repeats, sighting, err);
    const struct class *class = (const struct class *)(const void *)repeats->classes.data + slot->rank;
    if (!overlaps(sighting, class->rank, class->end)) return emit_class(repeats, class, sighting, err);
    size_t runs = repeats->runs.len;
    enum sg_code code = scan_reach(repeats, sighting, err);
    repeats->runs.len = runs;
    return code;
}

void dedup_repeats_start(struct dedup_repeats *repeats) {
    repeats->empty = true;
    repeats->lone = false;
    repeats->used = 0;
    repeats->classes.len = repeats->runs.len = 0;
}

enum sg_code dedup_repeats_add(struct dedup_repeats *repeats, const struct dedup_sighting *sighting,
                               struct sg_err *err) {
    const struct dedup_sighting *first = &repeats->first;
    enum sg_code code = SG_OK;
    if (repeats->empty) {
        repeats->first = *sighting;
        repeats->empty = false;
        repeats->lone = true;
        return SG_OK;
    }
    if (repeats->lone && sighting->context == first->context &&
        !overlaps(sighting, first->rank, first->begin + first->len)) {
        const struct run all = {.holder = first->rank, .end = sighting->len};
        return emit(repeats, sighting, &all, err);
    }
    if (repeats->lone) {
        repeats->lone = false;
        make_slots(repeats, FIRST_SLOTS);
        code = new_class(repeats, first, err);
    }
    return code == SG_OK ? add_to_classes(repeats, sighting, err) : code;
}

void dedup_repeats_free(struct dedup_repeats *repeats) {
    sg_buf_free(&repeats->slots);
    sg_buf_free(&repeats->classes);
    sg_buf_free(&repeats->runs);
    sg_buf_free(&repeats->text);
    sg_buf_free(&repeats->unit_begin);
    sg_buf_free(&repeats->unit_end);
}
