/*
 * A line is read once, from left to right, one byte of a table a code point. Most say nothing about themselves, nor after what
 * stands before them. The others, the loud ones, are asked with what stands beside them:
 *   a mark       only when it is out of order, or makes one letter with the one before (U+0928 U+093C)
 *   a second     of a pair: only after that first (U+0905 U+093E)
 *   a joiner     only when its neighbours do not show at once that it stays
 * Everything else sets the flag of its pass.
 */
#include "inspect.h"

#include <string.h>

#include "text/utf8.h"

/* ---- plain ASCII ---- */

static bool is_gap(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

static bool is_quiet(char c, char before) {
    if (c == ' ') return before != ' ';
    if (c == '\n') return !is_gap(before);
    return c == '\t' || (c > 0x20 && c < 0x7F && c != '&');
}

size_t inspect_quiet_tail(const char *text, size_t len, size_t from) {
    for (size_t i = from; i < len; i++)
        if (!is_quiet(text[i], i ? text[i - 1] : '\n')) return i;
    return len;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define TOP EACH(0x80)

/* Bytes equal to `byte`, as 80 in their place; all bytes of v are below 80. */
static inline uint64_t equal_bytes(uint64_t v, unsigned byte) {
    return ~((v ^ EACH(byte)) + EACH(0x7F)) & TOP;
}

/* Eight bytes of printable ASCII without '&' and without two spaces in a row: what most text of most lines is. */
static inline bool plain_eight(const char *p, bool after_space, bool *ends_in_space) {
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    if (v & TOP) return false;
    if (~(v + EACH(0x60)) & TOP) return false; /* a byte below 20 */
    uint64_t spaces = equal_bytes(v, ' ');
    if (equal_bytes(v, 0x7F) | equal_bytes(v, '&') | (spaces & (spaces << 8)) |
        (after_space ? spaces & 0x80 : 0))
        return false;
    *ends_in_space = spaces >> 63;
    return true;
}

size_t inspect_quiet_portable(const char *text, size_t len) {
    size_t i = 0;
    while (i < len) {
        bool space = i && text[i - 1] == ' ', ends;
        while (len - i >= 8 && plain_eight(text + i, space, &ends)) {
            i += 8;
            space = ends;
        }
        if (i < len && !is_quiet(text[i], i ? text[i - 1] : '\n')) return i;
        i += i < len;
    }
    return len;
}

inspect_quiet_fn *inspect_quiet_at(enum sg_cpu level) {
#if defined(__x86_64__)
    if (level >= SG_CPU_AVX2) return inspect_quiet_avx2;
#elif defined(__aarch64__)
    if (level >= SG_CPU_NEON) return inspect_quiet_neon;
#endif
    (void)level;
    return inspect_quiet_portable;
}

/* ---- a line ---- */

/* What has been read of the line. */
struct past {
    uint32_t before, starter; /* the last code point; the last one of class 0 */
    uint64_t before_flags, starter_flags;
    unsigned marks; /* in a row */
};

/* Hangul is arithmetic: L + V, LV + T. */
static bool hangul_composes(uint32_t first, uint32_t second) {
    return (first >= 0x1100 && first <= 0x1112 && second >= 0x1161 && second <= 0x1175) ||
           (first >= 0xAC00 && first <= 0xD7A3 && (first - 0xAC00) % 28 == 0 && second > 0x11A7 &&
            second <= 0x11C2);
}

/* May a mark, or what composes with a letter before it, change under NFC? */
static bool may_compose(const struct flags *flags, uint32_t c, uint64_t f,
                        const struct past *past) {
    unsigned class = flags_class(f);
    if (class && flags_class(past->before_flags) > class) return true;
    if (!(f & FLAG_MAYBE)) return false;
    /* A mark below the last one of a composite goes in between: U+00C5 U+0323 becomes U+1EA0 U+030A. */
    return (class && class < flags_trailing(past->starter_flags)) ||
           ((past->starter_flags & FLAG_FIRST) &&
            (flags_pair(flags, past->starter, c) & FLAG(KEY_NFC)));
}

/* The passes that c asks for where it stands. */
static uint64_t look(const struct flags *flags, uint32_t c, uint64_t f, const struct past *past) {
    uint64_t active = f & FLAG_PASSES;
    if ((f & FLAG_SECOND) && (past->before_flags & FLAG_FIRST))
        active |= flags_pair(flags, past->before, c);
    if ((active & FLAG(KEY_NFC)) && (f & FLAG_MAYBE) && flags_class(f) == 0 && c >= 0x1161 &&
        c <= 0x11C2 && !hangul_composes(past->starter, c))
        active &= ~FLAG(KEY_NFC);
    if ((f & (FLAG_CLASS | FLAG_MAYBE)) && may_compose(flags, c, f, past)) active |= FLAG(KEY_NFC);
    if (past->marks < flags->most_marks) active &= ~FLAG(KEY_MARKS);
    if (c == ' ' && past->before == ' ') active |= FLAG(KEY_WHITESPACE);
    return active;
}

#define NO_NEIGHBOUR                                                                               \
    (FLAG(KEY_NEWLINE) | FLAG(KEY_CONTROL) | FLAG(KEY_C1) | FLAG(KEY_JOINERS) | FLAG(KEY_INVISIBLE))

/* c, a joiner or a zero width space, clearly stays: after its own script; before white space only where that matters. */
static bool stays(uint32_t c, uint64_t before, uint64_t after, bool white) {
    if (after & NO_NEIGHBOUR) return false;
    if (c == 0x200B) return !white && (before & FLAG_BREAKS);
    if (c == 0x200C && white && (before & FLAG_CURSIVE)) return false;
    return before & FLAG_JOINS;
}

/* Some characters say at once, with the next one, that they may stay where they are. */
static uint64_t in_context(const struct flags *flags, uint32_t c, uint64_t active,
                           const struct past *past, const char *next, const char *end) {
    uint32_t after = next < end ? sg_utf8_next(&next) : '\n';
    uint64_t f = flags_of(flags, after);
    bool white = after <= ' ' || (f & FLAG(KEY_WHITESPACE));
    bool joiner = (active & FLAG(KEY_JOINERS)) && flags->joiners_stay;
    bool breaks = c == 0x200B && flags->breaks_stay;
    if ((joiner || breaks) && stays(c, past->before_flags, f, white))
        active &= ~(FLAG(KEY_JOINERS) | FLAG(KEY_INVISIBLE));
    /* Tatweel at a word's end, or under a mark. */
    if (!(f & FLAG_CURSIVE) || flags_class(f)) active &= ~FLAG(KEY_TATWEEL);
    return active;
}

static void tally(uint32_t c, uint64_t f, struct sight *sight) {
    sight->fffd += c == 0xFFFD;
    sight->pua += (f & FLAG_PRIVATE) != 0;
    sight->joiners += c == 0x200C || c == 0x200D;
    sight->zwsp += c == 0x200B;
}

/* The code point before p; p moves there. */
static uint32_t step_back(const char **p) {
    do --*p;
    while (((unsigned char)**p & 0xC0) == 0x80);
    const char *at = *p;
    return sg_utf8_next(&at);
}

/* What stands before p, read backwards: as far as the last code point of class 0. */
static struct past recall(const struct flags *flags, const char *line, const char *p) {
    struct past past = {.before = '\n', .starter = '\n'};
    bool in_marks = true;
    if (p == line) return past;
    past.before = step_back(&p);
    past.before_flags = flags_of(flags, past.before);
    for (uint32_t c = past.before;; c = step_back(&p)) {
        uint64_t f = flags_of(flags, c);
        in_marks = in_marks && (f & FLAG(KEY_MARKS));
        past.marks += in_marks;
        if (flags_class(f) == 0 && !in_marks) {
            past.starter = c;
            past.starter_flags = f;
            return past;
        }
        if (p == line) return past;
    }
}

/* The hot loop: to the first loud code point. before: the brief of what stands in front. */
static const char *skip_silent(const struct flags *flags, const char *p, const char *end,
                               unsigned before) {
    bool space;
    while (p < end) {
        if ((signed char)*p >= 0 && end - p >= 8 && (signed char)p[1] >= 0 && !flags->pipes &&
            plain_eight(p, before & BRIEF_SPACE, &space)) {
            p += 8;
            before = flags->briefs[(unsigned char)p[-1]];
            continue;
        }
        const char *next = p;
        unsigned brief = flags_brief(flags, sg_utf8_next(&next));
        if (flags_loud(brief, before)) break;
        before = brief;
        p = next;
    }
    return p;
}

/* All that c could ask for is asked for already. */
static bool adds_nothing(uint64_t f, uint64_t active) {
    return !(f & FLAG_PASSES & ~active) && !(f & (FLAG_CLASS | FLAG_MAYBE | FLAG_SECOND)) &&
           (f & FLAG_PASSES);
}

void inspect_line(const struct flags *flags, const char *line, const char *end,
                  struct sight *sight) {
    uint64_t active = 0;
    const char *p = line;
    unsigned before = 0;
    if (p == end) return;
    if (end[-1] == ' ' || end[-1] == '\t') active |= FLAG(KEY_WHITESPACE);
    if ((*p == ' ' || *p == '\t') && flags->leading_goes) active |= FLAG(KEY_WHITESPACE);
    while (p < end && (*p == ' ' || *p == '\t')) p++; /* these stay */
    while ((p = skip_silent(flags, p, end, before)) < end) {
        const char *here = p;
        uint32_t c = sg_utf8_next(&p);
        uint64_t f = flags_of(flags, c);
        before = flags_brief(flags, c);
        tally(c, f, sight);
        if (adds_nothing(f, active)) continue;
        struct past past = recall(flags, line, here);
        uint64_t asked = look(flags, c, f, &past);
        if (asked & (FLAG(KEY_JOINERS) | FLAG(KEY_INVISIBLE) | FLAG(KEY_TATWEEL)))
            asked = in_context(flags, c, asked, &past, p, end);
        active |= asked;
    }
    sight->active |= active & flags->on;
}

/* ---- a line of code points ---- */

static bool is_blank(uint32_t c) {
    return c == ' ' || c == '\t';
}

static struct past recall_points(const struct flags *flags, const struct line *line, size_t i) {
    struct past past = {.before = '\n', .starter = '\n'};
    bool in_marks = true;
    if (i == 0) return past;
    past.before = line->at[i - 1];
    past.before_flags = flags_of(flags, past.before);
    while (i-- > 0) {
        uint64_t f = flags_of(flags, line->at[i]);
        in_marks = in_marks && (f & FLAG(KEY_MARKS));
        past.marks += in_marks;
        if (flags_class(f) == 0 && !in_marks) {
            past.starter = line->at[i];
            past.starter_flags = f;
            break;
        }
    }
    return past;
}

uint64_t inspect_points(const struct flags *flags, const struct line *line) {
    uint64_t active = 0;
    unsigned before = 0;
    size_t i = 0;
    if (line->len == 0) return 0;
    if (is_blank(line->at[line->len - 1]) || (flags->leading_goes && is_blank(line->at[0])))
        active |= FLAG(KEY_WHITESPACE);
    while (i < line->len && is_blank(line->at[i])) i++;
    for (; i < line->len; i++) {
        uint32_t c = line->at[i];
        unsigned brief = flags_brief(flags, c);
        uint64_t f;
        if (flags_loud(brief, before) && !adds_nothing(f = flags_of(flags, c), active)) {
            struct past past = recall_points(flags, line, i);
            active |= look(flags, c, f, &past);
        }
        before = brief;
    }
    return active & flags->on;
}
