/*
 * Normal forms in segments: a segment is one character that begins anew (class 0, NFC_QC Yes) and all that may reorder
 * or compose with it. Only segments of more than one character, or whose character decomposes, are taken apart.
 *
 *     e U+0323 U+0302 x      segments  [e 323 302] [x]      NFC  U+1EC7 x
 *
 * Memory: the code points of the longest segment. Long runs of marks are ordered by counting, so that no text takes
 * quadratic time. Threads: any.
 */
#include "normal_form.h"

#include <stdlib.h>

#include "normal_form_table.h"
#include "text/utf8.h"
#include "unicode_table.h"

#define S_BASE 0xAC00u
#define L_BASE 0x1100u
#define V_BASE 0x1161u
#define T_BASE 0x11A7u
#define T_COUNT 28u
#define N_COUNT (21u * T_COUNT)
#define S_COUNT (19u * N_COUNT)

/* ---- properties by binary search ---- */

/* The last of count groups of `width` numbers whose first number is not above c; count when there is none. */
static unsigned group_of(const uint32_t *numbers, unsigned width, unsigned count, uint32_t c) {
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (numbers[middle * width] <= c)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : count;
}

uint32_t dedup_lower(uint32_t c) {
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    unsigned run = group_of((const uint32_t *)dedup_lower_runs, 4, dedup_lower_count, c);
    if (run == dedup_lower_count) return c;
    const int32_t *r = dedup_lower_runs + run * 4;
    if ((int32_t)c > r[1] || ((int32_t)c - r[0]) % r[2]) return c;
    return (uint32_t)((int32_t)c + r[3]);
}

bool dedup_is_mark(uint32_t c) {
    if (c < 0x300) return false;
    unsigned range = group_of(dedup_mark_ranges, 2, dedup_mark_count, c);
    return range < dedup_mark_count && c <= dedup_mark_ranges[range * 2 + 1];
}

/* Where the first of sorted numbers stands that is not below value. */
static unsigned first_from(const uint64_t *numbers, unsigned count, uint64_t value) {
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (numbers[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- segments of code points ---- */

struct segment {
    struct sg_buf points; /* uint32_t */
};

static uint32_t *points_of(struct segment *segment, size_t *count) {
    *count = segment->points.len / sizeof(uint32_t);
    return (uint32_t *)(void *)segment->points.data;
}

static void put_point(struct segment *segment, uint32_t c) {
    sg_buf_put(&segment->points, &c, sizeof c);
}

static void put_decomposed(struct segment *segment, uint32_t c) {
    if (c < 0xC0) {
        put_point(segment, c);
    } else if (c - S_BASE < S_COUNT) {
        uint32_t s = c - S_BASE;
        put_point(segment, L_BASE + s / N_COUNT);
        put_point(segment, V_BASE + s % N_COUNT / T_COUNT);
        if (s % T_COUNT) put_point(segment, T_BASE + s % T_COUNT);
    } else {
        unsigned at = first_from(dedup_decompositions, dedup_decomposition_count, (uint64_t)c << 42);
        if (at == dedup_decomposition_count || dedup_decompositions[at] >> 42 != c) {
            put_point(segment, c);
            return;
        }
        uint64_t row = dedup_decompositions[at];
        put_decomposed(segment, row >> 21 & 0x1FFFFF); /* the second one never decomposes further */
        if (row & 0x1FFFFF) put_point(segment, row & 0x1FFFFF);
    }
}

/* Stable, by combining class; count characters whose class is not 0. */
static void order_marks(uint32_t *marks, size_t count) {
    if (count < 2) return;
    if (count <= 16) {
        for (size_t i = 1; i < count; i++) {
            uint32_t c = marks[i];
            size_t to = i;
            for (; to && dedup_unicode_class(marks[to - 1]) > dedup_unicode_class(c); to--) marks[to] = marks[to - 1];
            marks[to] = c;
        }
        return;
    }
    size_t places[256] = {0}, sum = 0;
    uint32_t *sorted = sg_alloc(count * sizeof *sorted);
    for (size_t i = 0; i < count; i++) places[dedup_unicode_class(marks[i])]++;
    for (unsigned class = 0; class < 256; class ++) {
        size_t here = places[class];
        places[class] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++) sorted[places[dedup_unicode_class(marks[i])]++] = marks[i];
    memcpy(marks, sorted, count * sizeof *sorted);
    free(sorted);
}

static void reorder(struct segment *segment) {
    size_t count, i = 0;
    uint32_t *points = points_of(segment, &count);
    while (i < count) {
        size_t from = i;
        while (i < count && dedup_unicode_class(points[i])) i++;
        order_marks(points + from, i - from);
        i += i < count;
    }
}

/* What first and second compose to, 0 when nothing. */
static uint32_t composite_of(uint32_t first, uint32_t second) {
    if (first - L_BASE < 19 && second - V_BASE < 21)
        return S_BASE + ((first - L_BASE) * 21 + (second - V_BASE)) * T_COUNT;
    if (first - S_BASE < S_COUNT && (first - S_BASE) % T_COUNT == 0 && second - T_BASE - 1 < T_COUNT - 1)
        return first + (second - T_BASE);
    uint64_t pair = (uint64_t)second << 21 | first;
    unsigned at = first_from(dedup_unicode_pairs, dedup_unicode_pair_count, pair);
    return at < dedup_unicode_pair_count && dedup_unicode_pairs[at] == pair ? dedup_composed[at] : 0;
}

/* The canonical composition algorithm (D117): a character joins the last starter unless one between them blocks it. */
static void compose(struct segment *segment) {
    size_t count, kept = 0, starter = SIZE_MAX;
    uint32_t *points = points_of(segment, &count);
    unsigned last_class = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = points[i], joined = 0;
        unsigned class = dedup_unicode_class(c);
        bool adjacent = starter != SIZE_MAX && kept == starter + 1;
        if (starter != SIZE_MAX && (adjacent || (last_class && last_class < class)))
            joined = composite_of(points[starter], c);
        if (joined) {
            points[starter] = joined;
            continue;
        }
        if (class == 0) starter = kept;
        last_class = class;
        points[kept++] = c;
    }
    segment->points.len = kept * sizeof *points;
}

static void put_segment(struct segment *segment, bool unmarked, struct sg_buf *out) {
    size_t count;
    const uint32_t *points = points_of(segment, &count);
    for (size_t i = 0; i < count; i++) {
        if (unmarked && dedup_is_mark(points[i])) continue;
        char bytes[4];
        sg_buf_put(out, bytes, sg_utf8_encode(points[i], bytes));
    }
    segment->points.len = 0;
}

/* ---- texts ---- */

enum form { NFC, NFD, NFD_UNMARKED };

/* Does nothing before it reorder or compose with it? */
static bool begins_anew(uint32_t c) {
    return c < 0x300 || !(dedup_unicode_entry(c) & (DEDUP_CCC | DEDUP_NFC | DEDUP_NO));
}

/* Over ASCII, as long as ASCII follows: its last character may be the base of a mark. */
static const char *skip_ascii(const char *p, const char *end) {
    uint64_t eight;
    while (end - p > 8 && (unsigned char)p[8] < 0x80 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0))
        p += 8;
    return p;
}

/* Over characters that stay as they are, to one that must be taken apart or has something behind it. Each is looked at once:
 * as the one behind. */
static const char *skip_plain(const char *p, const char *end, enum form form) {
    p = skip_ascii(p, end);
    const char *behind = p;
    uint32_t c = sg_utf8_next(&behind);
    if (!begins_anew(c)) return p;
    while (form == NFC || c < 0xC0) {
        const char *next = behind;
        if (next == end) return end;
        c = sg_utf8_next(&next);
        if (!begins_anew(c)) return p;
        p = c < 0x80 ? skip_ascii(behind, end) : behind;
        if (p != behind) { /* another ASCII character, perhaps the base of a mark */
            c = (unsigned char)*p;
            next = p + 1;
        }
        behind = next;
    }
    return p;
}

static void normalise(const char *text, size_t len, enum form form, struct sg_buf *out) {
    const char *p = text, *end = text + len;
    struct segment segment = {0};
    while (p < end) {
        const char *plain = p;
        p = skip_plain(p, end, form);
        sg_buf_put(out, plain, (size_t)(p - plain));
        if (p == end) break;
        uint32_t next = sg_utf8_next(&p);
        put_decomposed(&segment, next);
        for (const char *behind = p; p < end && (next = sg_utf8_next(&behind), !begins_anew(next)); p = behind)
            put_decomposed(&segment, next);
        reorder(&segment);
        if (form == NFC) compose(&segment);
        put_segment(&segment, form == NFD_UNMARKED, out);
    }
    sg_buf_free(&segment.points);
}

void dedup_nfc(const char *text, size_t len, struct sg_buf *out) {
    normalise(text, len, NFC, out);
}

void dedup_nfd(const char *text, size_t len, struct sg_buf *out) {
    normalise(text, len, NFD, out);
}

void dedup_nfd_unmarked(const char *text, size_t len, struct sg_buf *out) {
    normalise(text, len, NFD_UNMARKED, out);
}
