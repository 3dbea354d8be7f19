/*
 * Patterns -> NFA -> DFA.
 *
 * A pattern is a row of positions; a position is a set of code points, written as one token or as several in [brackets].
 * A token is a code point (at least two hexadecimal digits), a range (41-5A), or a string of class letters (bLU). `^`
 * before the first position: only where the line starts.
 *
 * 1. Every position gets a bit. The NFA's state is the set of positions that may come next.
 * 2. Code points that are members of the same sets are one class: 1,114,112 code points become some 130 classes.
 * 3. next(S, class) = ((S & positions that hold the class) << 1) | first positions. Where a last position is hit, the
 *    line is bad (the state is absorbing, reading stops), or for the weak patterns the fact is remembered.
 *
 * Example: in "f\u00C3\u00BCr" the pattern "[Ux] [nw]" waits after U+00C3 (class U) for n or w, and U+00BC is of
 * class n: bad. In "f\u00FCr" nothing waits after U+00FC.
 *
 * A run of ASCII longer than the longest ASCII stretch of any pattern (2: "a-z, space") forgets what stood before it, so
 * only its first and last two characters are read.
 */
#include "badness.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>

#include "base/buf.h"
#include "text/utf8.h"

/* ---- the data ---- */

static const struct letter {
    char name;
    const char *members;
} letters[] = {
    {'o', "[A0 AD B4 B7 2013-2015 2019 2026]"}, /* common: bad in company only */
    {'c', "[80-9F]"},                           /* C1 controls */
    {'b', "[A4 A6 A8 AA AC AF B8 BA 192 2C6 2C7 2D8 2DB 2DC 2020 2021 2030 2310 25CA FFFD]"},
    {'w', "[A7 B6]"}, /* law */
    {'$', "[A2 A3 A5 20A7 20AC]"},
    {'s', "[A1 A9 AB BF 384 385 2018 201A 201C 201E 2022 2039 F8FF]"}, /* opening punctuation */
    {'e', "[AE BB 2DD 201D 203A 2122]"},                               /* closing punctuation */
    {'n',
     "[B1-B3 B5 B9 BC-BE D7 F7 2044 2116 2202 2206 220F 2211 221A 221E 2229 222B 2248 2260 2261 "
     "2264 2265]"},                                        /* numeric */
    {'k', "[B0 D2-D6 D9-DC F2-F6 F8-FC 14C 150 16A 172]"}, /* make faces: not bad beside most */
    {'x', "[2502 250C 2510 2518 251C 2524 252C 253C 2550-256C 2580 2584 2588 258C 2590-2593]"},
    {'U', "[C0-D1 D8 DC DD 100 102 104 106 10C 10E 110 112 116 118 11A 11E 122 12A 130 136 139 13B "
          "13D 141 143 145 147 152 158 15A 15E 160 162 164 16E 170 178 179 17B 17D 490]"},
    {'L',
     "[DF-F1 FC 101 103 105 107 10D 10F 111 113 117 119 11B 11F 123 12B 12F 137 13A 13C 13E 142 "
     "153 155 15B 15F 161 165 17A 17C 17E 491 FB01 FB02]"},
    {'V', "[DE 386 388-38A 38C 38E 38F 391-3AB 401-42F]"}, /* capitals of other alphabets */
    {'v', "[3AC-3C9 430-45F]"},                            /* their small letters */
    {'l', "[61-7A]"},
    {'a', "[41-5A 61-7A]"},
    {'_', "[09-0D 1C-20 85 A0 1680 2000-200A 2028 2029 202F 205F 3000]"}, /* white space */
    {'.', "[00-10FFFF]"},
};
/* And W, a word character: general category L or N, or low line; no marks. It is taken from ICU. */

static const char *const strong_patterns[] = {
    "c",
    "[bLUxse$nw] b",
    "a [Vv] b",
    "b [LUxse$nw]",
    "[Lvxe$n] U",
    "[xe$n] L",
    "[Lxe] $",
    "_ U $",
    "[Ux] [nw]",
    "[LUx$e] s n",
    "[LU$nxw] e s",
    "[$nx] s",
    "l U [s$]",
    "x k",
    "[LU$nsew] x",
    "x e",
    "[LU] [se] W",
    /* the ligature oe before anything but a plain letter */
    "[152 153] [00-40 5B-60 7B-10FFFF]",
    /* windows-1252: two bytes; three of some South Asian blocks; Arabic, where four are asked for */
    "U B0",
    "[C2 C3 CE D0] [20AC 153 160 161 A2 A3 178 17E A0 AD AE A9 B0 B7 BB B4 2013 2014 se]",
    "D7 [B2 B3]",
    "C3 [A0 A1]",
    "E0 [B2 B5 B9 BC-BE]",
    "[D8 D9] [o$bns 178 160 AE B0 B5 BB] [D8 D9] [o$bns 178 160 AE B0 B5 BB]",
    "[l 2E 2C 3F 21 e] C2 [20 se]",
    /* macroman */
    "221A [B1 2202 2020 2260 AE 2122 B4 2264 2265 A5 B5 F8]",
    "2248 [B0 A2]",
    "201A C4 [EC EE EF F2 F4 F5 FA F9 FB 2020 B0 A2 3C0]",
    "201A [E2 F3] [E0 E4 B0 EA]",
    /* windows-1251: U+2000..; Cyrillic; windows-1252 on top */
    "432 402",
    "[412 413 420 421] [cbse$ B0 B5] [412 413 420 421]",
    "413 45E 412 402 412 . [a 20]",
    /* windows-1253, windows-1257 */
    "3B2 20AC [2122 A0 386 AD AE B0]",
    "[392 393 39E 39F] [cbse$ B0] [392 393 39E 39F]",
    "101 20AC",
};

/* A letter before the space that was U+00A0: clean text of a few languages holds these too (normalize.md 4.6). */
static const char *const weak_patterns[] = {"l [C3 C2] 20", "l _ [C3 C2] 20", "^ [C3 C2] 20"};

/* ---- the notation ---- */

typedef void range_fn(void *owner, uint32_t first, uint32_t last);

struct word_ranges {
    range_fn *saw;
    void *owner;
};

static UBool word_range(const void *owner, UChar32 start, UChar32 limit, UCharCategory category) {
    const struct word_ranges *words = owner;
    if (U_MASK(category) & (U_GC_L_MASK | U_GC_N_MASK))
        words->saw(words->owner, (uint32_t)start, (uint32_t)limit - 1);
    return 1;
}

static void each_word_character(range_fn *saw, void *owner) {
    struct word_ranges words = {saw, owner};
    u_enumCharTypes(word_range, &words);
    saw(owner, '_', '_');
}

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static void each_token(const char *token, size_t len, range_fn *saw, void *owner);

/* What stands in one position, brackets or not. */
static void each_member(const char *at, const char *end, range_fn *saw, void *owner) {
    for (const char *stop; at < end; at = stop) {
        at += strspn(at, " []");
        stop = at + strcspn(at, " []");
        if (at < end && stop > at) each_token(at, (size_t)(stop - at), saw, owner);
    }
}

static void each_token(const char *token, size_t len, range_fn *saw, void *owner) {
    if (len > 1 && is_hex(token[0]) && is_hex(token[1])) {
        char *rest;
        uint32_t first = (uint32_t)strtoul(token, &rest, 16);
        saw(owner, first, *rest == '-' ? (uint32_t)strtoul(rest + 1, NULL, 16) : first);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (token[i] == 'W') each_word_character(saw, owner);
        for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
            if (letters[k].name == token[i])
                each_member(letters[k].members, letters[k].members + strlen(letters[k].members),
                            saw, owner);
    }
}

void badness_set(const char *set, range_fn *saw, void *owner) {
    each_member(set, set + strlen(set), saw, owner);
}

/* ---- positions ---- */

enum { WORDS = 3, POSITIONS = 64 * WORDS, CLASSES = 256, POINTS = 0x110000 };

struct positions {
    uint64_t bits[WORDS];
};

static void positions_add(struct positions *positions, size_t at) {
    positions->bits[at / 64] |= UINT64_C(1) << at % 64;
}

static bool positions_meet(const struct positions *a, const struct positions *b) {
    uint64_t common = 0;
    for (int i = 0; i < WORDS; i++) common |= a->bits[i] & b->bits[i];
    return common != 0;
}

struct compiler {
    const char *start[POSITIONS], *end[POSITIONS]; /* the text of each position */
    size_t count;
    struct positions first, line_first, last_strong, last_weak;
    /* Code points between two bounds are members of the same sets. */
    uint32_t *bounds;
    size_t bound_count, bound_room;
    struct positions *members; /* by stretch: the positions whose sets hold it */
    size_t position;           /* the one that is being read */
    struct positions holding[CLASSES];
    size_t classes;
};

static void add_pattern(struct compiler *c, const char *pattern, struct positions *last) {
    bool anchored = *pattern == '^';
    const char *at = pattern + anchored, *end = pattern + strlen(pattern);
    for (bool first = true;; first = false) {
        at += strspn(at, " ");
        if (at == end) break;
        const char *stop = *at == '[' ? strchr(at, ']') + 1 : at + strcspn(at, " ");
        c->start[c->count] = at, c->end[c->count] = stop;
        if (first) positions_add(anchored ? &c->line_first : &c->first, c->count);
        c->count++;
        at = stop;
    }
    positions_add(last, c->count - 1);
}

/* ---- classes ---- */

static void add_bound(struct compiler *c, uint32_t point) {
    if (c->bound_count == c->bound_room) {
        c->bound_room = 2 * c->bound_room + 1024;
        c->bounds = sg_realloc(c->bounds, c->bound_room * sizeof *c->bounds);
    }
    c->bounds[c->bound_count++] = point;
}

static void add_bounds(void *owner, uint32_t first, uint32_t last) {
    add_bound(owner, first);
    add_bound(owner, last + 1);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void add_members(void *owner, uint32_t first, uint32_t last) {
    struct compiler *c = owner;
    const uint32_t *at = bsearch(&first, c->bounds, c->bound_count, sizeof first, by_number);
    for (size_t i = (size_t)(at - c->bounds); c->bounds[i] <= last; i++)
        positions_add(&c->members[i], c->position);
}

static void find_stretches(struct compiler *c) {
    add_bounds(c, 0, POINTS - 1);
    for (size_t i = 0; i < c->count; i++) each_member(c->start[i], c->end[i], add_bounds, c);
    qsort(c->bounds, c->bound_count, sizeof *c->bounds, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < c->bound_count; i++)
        if (i == 0 || c->bounds[i] != c->bounds[i - 1]) c->bounds[kept++] = c->bounds[i];
    c->bound_count = kept; /* the last one is POINTS */
    c->members = sg_zalloc(kept, sizeof *c->members);
    for (c->position = 0; c->position < c->count; c->position++)
        each_member(c->start[c->position], c->end[c->position], add_members, c);
}

static uint8_t class_of_members(struct compiler *c, const struct positions *members) {
    for (size_t k = 0; k < c->classes; k++)
        if (memcmp(&c->holding[k], members, sizeof *members) == 0) return (uint8_t)k;
    c->holding[c->classes] = *members;
    return (uint8_t)c->classes++;
}

/* ---- the automaton ---- */

enum { STATES = 1024, BAD_STATE = 0 };

struct badness_dfa {
    uint8_t near[0x800];    /* code point -> class, for one and two bytes of UTF-8 */
    uint8_t block[0x1100];  /* code point >> 8 -> block of ... */
    uint8_t (*blocks)[256]; /* ... classes */
    uint16_t *next;         /* [state << class_bits | class] */
    unsigned class_bits;
    uint16_t line_start, start; /* at the line's start; anywhere else, when nothing waits */
    uint16_t last_weak;         /* states 1..last_weak: a weak pattern ends here */
    size_t states, classes, ascii_reach;
};

static void fill_classes(struct badness_dfa *dfa, struct compiler *c) {
    uint8_t *class_of = sg_alloc(POINTS);
    for (size_t i = 0; i + 1 < c->bound_count; i++)
        memset(class_of + c->bounds[i], class_of_members(c, &c->members[i]),
               c->bounds[i + 1] - c->bounds[i]);
    memcpy(dfa->near, class_of, sizeof dfa->near);
    size_t blocks = 0;
    for (size_t high = 0; high < sizeof dfa->block; high++) {
        size_t same = 0;
        while (same < blocks && memcmp(dfa->blocks[same], class_of + 256 * high, 256) != 0) same++;
        if (same == blocks) {
            dfa->blocks = sg_realloc(dfa->blocks, ++blocks * sizeof *dfa->blocks);
            memcpy(dfa->blocks[same], class_of + 256 * high, 256);
        }
        dfa->block[high] = (uint8_t)same;
    }
    free(class_of);
    dfa->classes = c->classes;
    while (1u << dfa->class_bits < c->classes) dfa->class_bits++;
}

struct builder {
    struct positions state[STATES]; /* what may come next */
    bool weak[STATES];
    size_t count;
};

static uint16_t state_of(struct builder *b, const struct positions *positions, bool weak) {
    size_t i = 1;
    while (i < b->count &&
           (b->weak[i] != weak || memcmp(&b->state[i], positions, sizeof *positions)))
        i++;
    if (i == b->count) b->state[i] = *positions, b->weak[i] = weak, b->count++;
    return (uint16_t)i;
}

static uint16_t step(const struct compiler *c, struct builder *b, size_t from, size_t class) {
    struct positions hit, ahead = c->first;
    for (int i = 0; i < WORDS; i++)
        hit.bits[i] = b->state[from].bits[i] & c->holding[class].bits[i];
    if (positions_meet(&hit, &c->last_strong)) return BAD_STATE;
    for (int i = 0; i < WORDS; i++) {
        uint64_t going = hit.bits[i] & ~c->last_weak.bits[i];
        ahead.bits[i] |= going << 1;
        if (i + 1 < WORDS) ahead.bits[i + 1] |= going >> 63;
    }
    return state_of(b, &ahead, positions_meet(&hit, &c->last_weak));
}

/* Weak states get the lowest numbers after BAD_STATE, so that one comparison sees both. */
static void number_states(struct badness_dfa *dfa, const struct builder *b, uint16_t *next) {
    uint16_t *number = sg_zalloc(b->count, sizeof *number), given = 1;
    for (int weak = 1; weak >= 0; weak--) {
        for (size_t i = 1; i < b->count; i++)
            if (b->weak[i] == weak) number[i] = given++;
        if (weak) dfa->last_weak = (uint16_t)(given - 1);
    }
    dfa->next = sg_zalloc(b->count << dfa->class_bits, sizeof *dfa->next);
    for (size_t i = 0; i < b->count; i++)
        for (size_t k = 0; k < dfa->classes; k++)
            dfa->next[(size_t)number[i] << dfa->class_bits | k] =
                number[next[i << dfa->class_bits | k]];
    dfa->start = number[1];
    dfa->line_start = number[2];
    dfa->states = b->count;
    free(number);
}

static void fill_states(struct badness_dfa *dfa, const struct compiler *c) {
    struct builder *b = sg_zalloc(1, sizeof *b);
    uint16_t *next = sg_zalloc((size_t)STATES << dfa->class_bits, sizeof *next);
    struct positions line_first = c->first;
    for (int i = 0; i < WORDS; i++) line_first.bits[i] |= c->line_first.bits[i];
    b->count = 1; /* BAD_STATE leads to itself */
    state_of(b, &c->first, false);
    state_of(b, &line_first, false);
    for (size_t i = 1; i < b->count; i++)
        for (size_t k = 0; k < c->classes; k++) next[i << dfa->class_bits | k] = step(c, b, i, k);
    number_states(dfa, b, next);
    free(next);
    free(b);
}

/* The longest stretch of positions in one pattern that plain ASCII can pass. */
static size_t ascii_reach(const struct badness_dfa *dfa, const struct compiler *c) {
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct positions one = {{0}};
        positions_add(&one, i);
        bool passes = false;
        for (unsigned ascii = 0; ascii < 0x80; ascii++)
            passes |= positions_meet(&one, &c->holding[dfa->near[ascii]]);
        bool begins = positions_meet(&one, &c->first) || positions_meet(&one, &c->line_first);
        run = passes ? (begins ? 1 : run + 1) : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

struct badness_dfa *badness_new(void) {
    struct badness_dfa *dfa = sg_zalloc(1, sizeof *dfa);
    struct compiler *c = sg_zalloc(1, sizeof *c);
    for (size_t i = 0; i < sizeof strong_patterns / sizeof *strong_patterns; i++)
        add_pattern(c, strong_patterns[i], &c->last_strong);
    for (size_t i = 0; i < sizeof weak_patterns / sizeof *weak_patterns; i++)
        add_pattern(c, weak_patterns[i], &c->last_weak);
    find_stretches(c);
    fill_classes(dfa, c);
    fill_states(dfa, c);
    dfa->ascii_reach = ascii_reach(dfa, c);
    free(c->bounds);
    free(c->members);
    free(c);
    return dfa;
}

void badness_free(struct badness_dfa *dfa) {
    if (!dfa) return;
    free(dfa->blocks);
    free(dfa->next);
    free(dfa);
}

size_t badness_states(const struct badness_dfa *dfa) {
    return dfa->states;
}
size_t badness_classes(const struct badness_dfa *dfa) {
    return dfa->classes;
}

/* ---- reading ---- */

struct reading {
    uint32_t state;
    enum badness found;
};

static inline uint8_t class_of(const struct badness_dfa *dfa, uint32_t point) {
    return point < sizeof dfa->near ? dfa->near[point]
                                    : dfa->blocks[dfa->block[point >> 8]][point & 255];
}

/* True: bad, no need to read on. */
static inline bool read_class(const struct badness_dfa *dfa, struct reading *reading,
                              uint8_t class) {
    reading->state = dfa->next[(size_t)reading->state << dfa->class_bits | class];
    if (reading->state > dfa->last_weak) return false;
    reading->found = reading->state == BAD_STATE ? BAD : WEAK;
    return reading->found == BAD;
}

static bool read_ascii(const struct badness_dfa *dfa, struct reading *reading, const uint8_t *p,
                       size_t len) {
    for (size_t i = 0; i < len; i++)
        if (read_class(dfa, reading, dfa->near[p[i]])) return true;
    return false;
}

static size_t ascii_length(const uint8_t *p, size_t len) {
    size_t i = 0;
    for (uint64_t eight; i + 8 <= len; i += 8) {
        memcpy(&eight, p + i, 8);
        if (eight & UINT64_C(0x8080808080808080)) break;
    }
    while (i < len && p[i] < 0x80) i++;
    return i;
}

enum badness badness_of_utf8(const struct badness_dfa *dfa, const char *utf8, size_t len) {
    struct reading reading = {dfa->line_start, GOOD};
    const uint8_t *p = (const uint8_t *)utf8, *end = p + len;
    size_t reach = dfa->ascii_reach;
    while (p < end) {
        size_t ascii = ascii_length(p, (size_t)(end - p));
        size_t head = ascii > 2 * reach ? reach : ascii;
        if (read_ascii(dfa, &reading, p, head)) return BAD;
        if (head < ascii) {
            reading.state = dfa->start;
            if (read_ascii(dfa, &reading, p + ascii - reach, reach)) return BAD;
        }
        p += ascii;
        while (p < end && *p >= 0x80) {
            const char *at = (const char *)p;
            uint32_t point = sg_utf8_next(&at);
            if (read_class(dfa, &reading, class_of(dfa, point))) return BAD;
            p = (const uint8_t *)at;
        }
    }
    return reading.found;
}

enum badness badness_of_points(const struct badness_dfa *dfa, const uint32_t *points, size_t len) {
    struct reading reading = {dfa->line_start, GOOD};
    for (size_t i = 0; i < len; i++)
        if (read_class(dfa, &reading, class_of(dfa, points[i]))) return BAD;
    return reading.found;
}
