#include "units.h"

#include "document.h"
#include "keytext.h"
#include "text/utf8.h"
#include "unicode_table.h"

/* ---- white space ---- */

/* Bytes of the White_Space character at p, 0 when there is none. */
static size_t space_at(const char *p) {
    if ((unsigned char)*p < 0x80) return *p == ' ' || (*p >= '\t' && *p <= '\r') ? 1 : 0;
    const char *behind = p;
    uint32_t c = sg_utf8_next(&behind);
    return dedup_unicode_entry(c) & DEDUP_SPACE ? (size_t)(behind - p) : 0;
}

static const char *skip_space(const char *p, const char *end) {
    size_t n;
    while (p < end && (n = space_at(p))) p += n;
    return p;
}

/* The end of what is before `end`, less white space. */
static const char *trimmed_end(const char *start, const char *end) {
    while (end > start) {
        const char *p = end - 1;
        while (p > start && ((unsigned char)*p & 0xC0) == 0x80) p--;
        if (!space_at(p)) break;
        end = p;
    }
    return end;
}

uint64_t dedup_units_chars(const char *text, size_t len) {
    const char *begin = skip_space(text, text + len), *end = trimmed_end(begin, text + len);
    return sg_utf8_count(begin, (size_t)(end - begin));
}

/* ---- units ---- */

const char *dedup_unit_name_of(enum dedup_unit unit) {
    static const char *const names[] = {"", "para", "line", "substr"};
    return names[unit];
}

void dedup_units_start(struct dedup_units *units, enum dedup_unit unit, const char *text, size_t len) {
    *units = (struct dedup_units){.text = text, .len = len, .unit = unit};
}

/* The line at `at`: its end, where the next one begins, and whether anything is on it. */
static bool line_at(const struct dedup_units *units, size_t at, size_t *end, size_t *next) {
    const char *start = units->text + at, *stop = memchr(start, '\n', units->len - at);
    *end = stop ? (size_t)(stop - units->text) : units->len;
    *next = stop ? *end + 1 : units->len;
    if (stop && *end > at && units->text[*end - 1] == '\r') --*end;
    return skip_space(start, units->text + *end) < units->text + *end;
}

bool dedup_units_next(struct dedup_units *units, size_t *begin, size_t *end) {
    size_t next, line_end;
    bool any = false;
    while (!any && units->at < units->len) {
        *begin = units->at;
        any = line_at(units, units->at, end, &units->at);
    }
    while (any && units->unit == DEDUP_UNIT_PARA && units->at < units->len && line_at(units, units->at, &line_end, &next)) {
        *end = line_end;
        units->at = next;
    }
    return any;
}

bool dedup_unit_key(const struct dedup_unit_rule *rule, struct dedup_scratch *scratch, const struct dedup_unit_text *unit,
                    struct sg_hash128 *key) {
    const char *nfc = unit->at;
    size_t len = unit->len;
    bool light = rule->profile == DEDUP_SHINGLE && !rule->raw_key, raw = rule->profile == DEDUP_RAW || rule->raw_key;
    if (!unit->is_nfc && (light || rule->min_chars > 0)) dedup_keytext_nfc(&nfc, &len, &scratch->nfc);
    if (rule->min_chars > 0 && (len < rule->min_chars || dedup_units_chars(nfc, len) < rule->min_chars)) return false;
    if (light)
        *key = dedup_keytext_light(nfc, len, unit->scope, &scratch->light);
    else if (raw)
        *key = sg_hash128(unit->at, unit->len, unit->scope);
    if (light || raw) return true;
    scratch->light.len = 0;
    dedup_key_text(rule->profile, unit->at, unit->len, &scratch->nfc, &scratch->light);
    *key = sg_hash128(scratch->light.data, scratch->light.len, unit->scope);
    return scratch->light.len > 0;
}

/* ---- spans ---- */

static size_t line_feeds(const char *text, size_t begin, size_t end) {
    size_t feeds = 0;
    for (; begin < end; begin++) feeds += text[begin] == '\n';
    return feeds;
}

/* Neighbours that all go, and what is around them: text from `before` to `after` is separators and these. */
struct chain {
    struct dedup_unit_cut *cuts;
    size_t count, before, after;
    bool first, last; /* no unit stays before them, behind them */
};

static size_t gap_begin(const struct chain *chain, size_t i) {
    return i ? chain->cuts[i - 1].end : chain->before;
}

static size_t gap_end(const struct chain *chain, size_t i) {
    return i < chain->count ? chain->cuts[i].begin : chain->after;
}

/* Separator 0 stands before the chain, separator `count` behind it. */
static size_t separator_that_stays(const struct chain *chain, const char *text) {
    size_t stays = 0, most = 0;
    if (chain->first) return 0;
    if (chain->last) return chain->count;
    for (size_t i = 0; i <= chain->count; i++) {
        size_t feeds = line_feeds(text, gap_begin(chain, i), gap_end(chain, i));
        if (feeds > most) stays = i, most = feeds;
    }
    return stays;
}

/* Units before the separator that stays take the one before them along, the others the one behind. */
static void widen(const struct chain *chain, const char *text) {
    size_t stays = separator_that_stays(chain, text);
    for (size_t i = 0; i < chain->count; i++) {
        if (i < stays)
            chain->cuts[i].begin = gap_begin(chain, i);
        else
            chain->cuts[i].end = gap_end(chain, i + 1);
    }
}

bool dedup_units_spans(struct dedup_units *units, struct dedup_unit_cut *cuts, size_t count) {
    struct chain chain = {.cuts = cuts, .first = true};
    size_t begin, end, last_end = 0, used = 0;
    bool any_stays = false;
    while (dedup_units_next(units, &begin, &end)) {
        if (used < count && cuts[used].begin == begin && cuts[used].end == end) {
            if (chain.count == 0) chain = (struct chain){.cuts = cuts + used, .before = last_end, .first = !any_stays};
            chain.count++;
            used++;
        } else {
            chain.after = begin;
            if (chain.count) widen(&chain, units->text);
            chain.count = 0;
            any_stays = true;
        }
        last_end = end;
    }
    chain.after = units->len;
    chain.last = true;
    if (chain.count) widen(&chain, units->text);
    return used == count;
}
