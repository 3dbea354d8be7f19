/*
 * flags: what may have to be done about a code point, one look-up.
 *
 * Shape   a two-stage table to 64 bits a code point: bits 0..7 canonical combining class; bit 8 + k: pass k may change text
 *         because of it, under these settings; then the bits of enum flag_bit; bits 56..63 the class of the last mark in a
 *         composite's decomposition. Pass nfc's bit is set where NFC_QC=No and on Hangul's conjoining vowels and
 *         ends; other marks have their class, MAYBE and SECOND.
 * Calls   flags_init once; flags_of and flags_pair are read-only.
 * Owns    about 350 KiB, of which one script's text touches few.
 * Errors  none.
 * Source  each pass gives its triggers (ranges and pairs, below); NFC from ICU at start: NFC_Quick_Check, ccc, canonical
 *         decompositions (UCD 15.0).
 *
 * A *pair* is two neighbouring code points of which the second alone says nothing: U+0905 U+093E is to become U+0906, but
 * U+093E stands in every second word. Why not unorm2_spanQuickCheckYes: U+0BBE and its like are "maybe", so Tamil fails it
 * after a few letters; a pair table answers exactly (normalize.md section 11).
 */
#ifndef SANGAM_NORMALIZE_FLAGS_H
#define SANGAM_NORMALIZE_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings.h"

#define FLAG(key) (UINT64_C(1) << (8 + (key)))
#define FLAG_CLASS UINT64_C(0xFF)                                /* canonical combining class */
#define FLAG_PASSES ((FLAG(NORMALIZE_PASSES) - 1) & ~FLAG_CLASS) /* all of them */

enum flag_bit {
    FLAG_BIT_MAYBE = 8 + NORMALIZE_PASSES, /* NFC_QC=Maybe: may compose with what stands before */
    FLAG_BIT_FFFD,
    FLAG_BIT_PRIVATE,
    FLAG_BIT_FIRST,   /* first of some pair */
    FLAG_BIT_SECOND,  /* second of some pair */
    FLAG_BIT_JOINS,   /* of a script with a joining or virama model: 200C and 200D stay beside it */
    FLAG_BIT_CURSIVE, /* of a script that joins as Arabic does: 200C has no effect at a word's end */
    FLAG_BIT_BREAKS,  /* of a script without spaces: 200B stays beside it */
    FLAG_BITS
};
#define FLAG_MAYBE (UINT64_C(1) << FLAG_BIT_MAYBE)
#define FLAG_TRAILING (UINT64_C(0xFF) << 56)
#define FLAG_FFFD (UINT64_C(1) << FLAG_BIT_FFFD)
#define FLAG_PRIVATE (UINT64_C(1) << FLAG_BIT_PRIVATE)
#define FLAG_FIRST (UINT64_C(1) << FLAG_BIT_FIRST)
#define FLAG_SECOND (UINT64_C(1) << FLAG_BIT_SECOND)
#define FLAG_JOINS (UINT64_C(1) << FLAG_BIT_JOINS)
#define FLAG_CURSIVE (UINT64_C(1) << FLAG_BIT_CURSIVE)
#define FLAG_BREAKS (UINT64_C(1) << FLAG_BIT_BREAKS)
_Static_assert(FLAG_BITS <= 56, "flags fit below the class of the last mark");

/*
 * The same in a byte, for the hot loop: is c *loud*, given what stands before it? Low half: what it makes of its follower. High
 * half: after what it is loud itself; BRIEF_HARD always. Most letters are 0 or make only a follower of their own kind loud.
 */
enum brief {
    BRIEF_MARK =
        1, /* has a combining class, or one inside; loud after it: what has one, or may compose */
    BRIEF_SPACE = 2, /* U+0020; loud after it: another */
    BRIEF_PAIR = 4,  /* FIRST; loud after it: SECOND */
    BRIEF_HARD = 8,  /* before everything: a pass may want c itself, or it is counted */
};

struct flags {
    uint16_t row[0x110000 / 64]; /* code point >> 6 -> index of its row */
    uint64_t (*cells)[64];
    uint8_t *briefs; /* of U+0000..U+FFFF: one load, and a script touches few of its 64 KiB */
    uint64_t *pairs; /* open addressing: first << 32 | second, 0 empty */
    uint64_t *pair_flags;
    uint32_t pair_mask;
    uint64_t on;                    /* FLAG(key) of the passes that are on */
    unsigned most_marks;            /* so many combining marks in a row say nothing */
    bool leading_goes;              /* spaces at a line's start */
    bool pipes;                     /* U+007C may be a danda: ASCII is not skipped */
    bool joiners_stay, breaks_stay; /* 200C, 200D and 200B in their scripts, under these settings */
};

void flags_init(struct flags *flags, const struct settings *settings);
void flags_free(struct flags *flags);

static inline unsigned flags_class(uint64_t flags) {
    return flags & 0xFF;
}
/* Of a composite, U+00E9: the class of the last mark in its decomposition. */
static inline unsigned flags_trailing(uint64_t flags) {
    return (unsigned)(flags >> 56);
}
static inline uint64_t flags_of(const struct flags *flags, uint32_t c) {
    return flags->cells[flags->row[c >> 6]][c & 63];
}
unsigned flags_brief_of(uint32_t c, uint64_t flags);
static inline unsigned flags_brief(const struct flags *flags, uint32_t c) {
    return c < 0x10000 ? flags->briefs[c] : flags_brief_of(c, flags_of(flags, c));
}
static inline bool flags_loud(unsigned brief, unsigned before) {
    return (brief >> 4) & (before | BRIEF_HARD);
}
/* What two neighbours ask for: FLAG bits of passes; FLAG(KEY_NFC) when they compose. */
uint64_t flags_pair(const struct flags *flags, uint32_t first, uint32_t second);

/* A pass's triggers under these settings, added while flags_init runs. */
struct triggers; /* flags.c */
void trigger_range(struct triggers *triggers, enum normalize_key key, uint32_t first,
                   uint32_t last);
void trigger_pair(struct triggers *triggers, enum normalize_key key, uint32_t first,
                  uint32_t second);
void trigger_flags(struct triggers *triggers, uint32_t c,
                   uint64_t flags); /* FLAG_JOINS and its like */

/* Each file of passes gives its own; a pass that is off may still name them (they are dropped). */
void control_triggers(struct triggers *triggers, const struct settings *settings);
void entities_triggers(struct triggers *triggers, const struct settings *settings);
void mojibake_triggers(struct triggers *triggers, const struct settings *settings);
void invisible_triggers(struct triggers *triggers, const struct settings *settings);
void compose_triggers(struct triggers *triggers, const struct settings *settings);
void forms_triggers(struct triggers *triggers, const struct settings *settings);
void indic_triggers(struct triggers *triggers, const struct settings *settings);
void southeast_triggers(struct triggers *triggers, const struct settings *settings);
void typography_triggers(struct triggers *triggers, const struct settings *settings);
void arabic_triggers(struct triggers *triggers, const struct settings *settings);
void zawgyi_triggers(struct triggers *triggers, const struct settings *settings);

#endif
