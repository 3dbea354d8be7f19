/*
 * The scripts of India and Sri Lanka. One syllable can be typed in several ways that look alike; Unicode names the one to
 * write. The line is in NFC here. Steps, repeated until none finds anything:
 *
 *   (a) sequences of DoNotEmit, longest first          U+0905 U+093E -> U+0906
 *   (b) vowel sign + nukta of one block: nukta first    U+0915 U+093F U+093C -> U+0915 U+093C U+093F
 *   (c) a doubled virama, candrabindu or anusvara       U+0915 U+0902 U+0902 -> U+0915 U+0902
 *   (d) unassigned danda slots                          U+09E4 -> U+0964
 *   (e) aggressive: a pipe that stands as a danda       U+0905 U+0902 U+0924 U+0020 U+007C -> ... U+0964
 *
 * They chain: U+0905 U+093E U+0945 is U+0906 U+0945 and then U+0911. No step makes a line longer, so all work in place.
 *
 * What is not here is not here on purpose (normalize.md 6.2, "never"): colon and visarga, U+0972, U+09F0, U+0B35, chillu
 * and consonant with virama, tippi and bindi, nasal consonants and anusvara. A doubled nukta stays too: Sanskrit in
 * Gurmukhi writes SSA as U+0A38 U+0A3C U+0A3C.
 */
#include "passes.h"
#include "sequence_table.h"
#include "syllable_table.h"

static bool sequences(struct line *line, unsigned kinds) {
    size_t to = 0;
    bool changed = false;
    for (size_t from = 0; from < line->len;) {
        const struct sequence *row = NULL;
        if (line->at[from] >= 0x0131) row = sequence_at(line->at + from, line->len - from, kinds);
        if (!row) {
            line->at[to++] = line->at[from++];
            continue;
        }
        memcpy(line->at + to, row->to, row->to_len * sizeof *line->at); /* to_len <= from_len */
        to += row->to_len;
        from += row->from_len;
        changed = true;
    }
    line->len = to;
    return changed;
}

static bool same_block(uint32_t a, uint32_t b) {
    return a >> 7 == b >> 7;
}

/* A run of vowel signs and nuktas of one block, from its first vowel sign on; at[from] is a vowel sign. */
static size_t run_end(const struct line *line, size_t from, size_t *nukta_count) {
    size_t i = from;
    *nukta_count = 0;
    for (; i < line->len && same_block(line->at[from], line->at[i]); i++) {
        enum syllable class = syllable_of(line->at[i]);
        if (class != SYLLABLE_VOWEL_SIGN && class != SYLLABLE_NUKTA) break;
        *nukta_count += class == SYLLABLE_NUKTA;
    }
    return i;
}

/* Swapping until nothing moves brings all nuktas of a run to its front; a block has one nukta, so they need only counting. */
static bool nuktas(struct line *line) {
    uint32_t *at = line->at;
    bool changed = false;
    for (size_t from = 0; from < line->len; from++) {
        size_t count;
        if (syllable_of(at[from]) != SYLLABLE_VOWEL_SIGN) continue;
        size_t end = run_end(line, from, &count);
        if (count > 0) {
            uint32_t nukta = (at[from] & ~UINT32_C(0x7F)) + 0x3C;
            size_t to = end;
            for (size_t i = end; i-- > from;)
                if (at[i] != nukta) at[--to] = at[i];
            while (to > from) at[--to] = nukta;
            changed = true;
        }
        from = end - 1;
    }
    return changed;
}

static bool doubled(struct line *line) {
    size_t to = 0;
    for (size_t i = 0; i < line->len; i++) {
        uint32_t c = line->at[i];
        if (to > 0 && line->at[to - 1] == c && c - 0x0900 < 0x0500) {
            enum syllable class = syllable_of(c);
            if (class == SYLLABLE_VIRAMA || class == SYLLABLE_BINDU) continue;
        }
        line->at[to++] = c;
    }
    bool changed = to < line->len;
    line->len = to;
    return changed;
}

static bool danda_slots(struct line *line) {
    bool changed = false;
    for (size_t i = 0; i < line->len; i++) {
        uint32_t c = line->at[i];
        if (syllable_of(c) != SYLLABLE_DANDA_SLOT) continue;
        line->at[i] = 0x0964 + (c & 1);
        changed = true;
    }
    return changed;
}

static bool ends_an_indic_word(uint32_t c) {
    enum syllable class = syllable_of(c);
    return c - 0x0900 < 0x0500 && class != SYLLABLE_NONE && class != SYLLABLE_DANDA_SLOT;
}

/* A line that begins with a pipe is the row of a table. */
static bool is_table_row(const struct line *line) {
    size_t i = 0;
    while (i < line->len && (line->at[i] == ' ' || line->at[i] == '\t')) i++;
    return i < line->len && line->at[i] == '|';
}

static bool pipes(struct line *line) {
    bool changed = false;
    if (is_table_row(line)) return false;
    for (size_t i = 2; i < line->len; i++) {
        if (line->at[i] != '|' || line->at[i - 1] != ' ' || !ends_an_indic_word(line->at[i - 2]))
            continue;
        if (i + 1 < line->len && line->at[i + 1] != ' ' && line->at[i + 1] != '\n') continue;
        line->at[i] = 0x0964;
        changed = true;
    }
    return changed;
}

/* Which classes the line holds, as bits, and whether something stands twice: what need not be looked for is not. */
#define HAS(class) (1u << (class))
#define TWICE (1u << 31)

static unsigned present(const struct line *line) {
    unsigned seen = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < line->len; i++) {
        uint32_t c = line->at[i];
        if (c - 0x0900 < 0x0500) seen |= HAS(syllable_of(c)) | (c == last ? TWICE : 0);
        last = c;
    }
    return seen;
}

bool pass_indic(struct job *job, const struct line *in, struct line *out) {
    bool aggressive = job->settings->value[KEY_INDIC] == AGGRESSIVE;
    unsigned kinds = SEQUENCE_INDIC | (aggressive ? SEQUENCE_AGGRESSIVE : 0u);
    bool changed = false, again;
    line_append(out, in->at, in->len);
    do {
        again = sequences(out, kinds);
        unsigned seen = present(out);
        if (seen & HAS(SYLLABLE_NUKTA)) again |= nuktas(out);
        if (seen & TWICE) again |= doubled(out);
        if (seen & HAS(SYLLABLE_DANDA_SLOT)) again |= danda_slots(out);
        if (aggressive) again |= pipes(out);
        changed |= again;
    } while (again);
    return changed;
}

/* Of a longer sequence its last two code points are the rarest neighbours: U+0D28 U+0D4D stands in every line of Malayalam,
 * U+0D4D U+200D in none of today's. */
static void sequence_triggers(struct triggers *triggers, bool aggressive) {
    for (size_t i = 0; i < sequence_count; i++) {
        const struct sequence *row = &sequence_table[i];
        if (!(row->kind & (SEQUENCE_INDIC | (aggressive ? SEQUENCE_AGGRESSIVE : 0u)))) continue;
        trigger_pair(triggers, KEY_INDIC, row->from[row->from_len - 2],
                     row->from[row->from_len - 1]);
    }
}

void indic_triggers(struct triggers *triggers, const struct settings *settings) {
    bool aggressive = settings->value[KEY_INDIC] == AGGRESSIVE;
    sequence_triggers(triggers, aggressive);
    for (uint32_t c = 0x0900; c < 0x0E00; c++) {
        uint32_t nukta = (c & ~UINT32_C(0x7F)) + 0x3C;
        switch (syllable_of(c)) {
        case SYLLABLE_VOWEL_SIGN:
            if (syllable_of(nukta) == SYLLABLE_NUKTA) trigger_pair(triggers, KEY_INDIC, c, nukta);
            break;
        case SYLLABLE_VIRAMA:
        case SYLLABLE_BINDU: trigger_pair(triggers, KEY_INDIC, c, c); break;
        case SYLLABLE_DANDA_SLOT: trigger_range(triggers, KEY_INDIC, c, c); break;
        default: break;
        }
    }
    if (aggressive) trigger_pair(triggers, KEY_INDIC, ' ', '|');
}
