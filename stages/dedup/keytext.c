/*
 * Key text, in one walk over UTF-8 without assembling code points: the bytes before the last one of a character find
 * its block of 64 entries, the last one the entry.
 *
 *     "दि"  E0 A4 A6 | E0 A4 BF     block = index[(0 << 6) | 0x24], entries 0x26 (WORD) and 0x3F (MARK)
 *
 * Memory: one word buffer, which grows with the longest token. Threads: one struct dedup_tokens each; the tables are constant.
 */
#include "keytext.h"

#include <stdbool.h>

#include "text/unicode.h"
#include "text/utf8.h"
#include "unicode_table.h"

/* ASCII letters (folded) and digits; 0 for separators. */
static const unsigned char ascii_word[128] = {
    ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
};

/* Lead bytes under which White_Space occurs: U+0085 U+00A0, U+1680, U+2000.., U+3000; and ASCII's own. */
static const bool space_lead[256] = {
    ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true, [' '] = true,
    [0xC2] = true, [0xE1] = true, [0xE2] = true, [0xE3] = true,
};

/* Entry and length of the character at p, which is not ASCII. */
static inline uint8_t entry_at(const unsigned char *p, unsigned *len) {
    unsigned c = p[0], block;
    if (c < 0xE0) {
        *len = 2;
        block = c & 31;
    } else if (c < 0xF0) {
        *len = 3;
        block = (c & 15) << 6 | (p[1] & 63);
    } else {
        *len = 4;
        block = (c & 7) << 12 | (p[1] & 63u) << 6 | (p[2] & 63);
    }
    return dedup_unicode_entries[(unsigned)dedup_unicode_index[block] << 6 | (p[*len - 1] & 63)];
}

static bool is_nfc(const unsigned char *p, const unsigned char *end) {
    unsigned last_class = 0;
    while (p < end) {
        if (*p < 0x80) {
            uint64_t eight;
            last_class = 0;
            while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0)) p += 8;
            while (p < end && *p < 0x80) p++;
            continue;
        }
        unsigned len;
        uint8_t entry = entry_at(p, &len);
        if (entry & (DEDUP_NFC | DEDUP_CCC)) {
            if (entry & DEDUP_NFC) return false;
            const char *at = (const char *)p;
            unsigned class = dedup_unicode_class(sg_utf8_next(&at));
            if (class < last_class) return false;
            last_class = class;
        } else {
            last_class = 0;
        }
        p += len;
    }
    return true;
}

void dedup_keytext_nfc(const char **text, size_t *len, struct sg_buf *scratch) {
    if (is_nfc((const unsigned char *)*text, (const unsigned char *)*text + *len)) return;
    scratch->len = 0;
    sg_unicode_nfc(*text, *len, scratch);
    *text = scratch->data;
    *len = scratch->len;
}

/* Bytes of the White_Space character at p, 0 when there is none. */
static inline unsigned space_at(const unsigned char *p, const unsigned char *end) {
    if (p == end || !space_lead[*p]) return 0;
    if (*p < 0x80) return 1;
    unsigned len;
    return entry_at(p, &len) & DEDUP_SPACE ? len : 0;
}

struct sg_hash128 dedup_keytext_light(const char *nfc, size_t len, uint64_t seed, struct sg_buf *scratch) {
    const unsigned char *p = (const unsigned char *)nfc, *end = p + len, *kept;
    unsigned n;
    while ((n = space_at(p, end))) p += n;
    kept = p;
    scratch->len = 0;
    while (p < end) {
        if (!(n = space_at(p, end))) {
            p++; /* into the middle of a character too: no continuation byte is a space lead */
            continue;
        }
        if (*p == ' ' && p + 1 < end && !space_lead[p[1]]) {
            p++; /* one plain space stays as it is */
            continue;
        }
        sg_buf_put(scratch, kept, (size_t)(p - kept));
        for (; n; n = space_at(p, end)) p += n;
        if (p < end) sg_buf_putc(scratch, ' ');
        kept = p;
    }
    if (scratch->len == 0) return sg_hash128(kept, (size_t)(end - kept), seed);
    sg_buf_put(scratch, kept, (size_t)(end - kept));
    return sg_hash128(scratch->data, scratch->len, seed);
}

void dedup_tokens_start(struct dedup_tokens *tokens, const char *nfc, size_t len) {
    tokens->at = (const unsigned char *)nfc;
    tokens->end = tokens->at + len;
    if (tokens->word.cap == 0) sg_buf_room(&tokens->word, 256);
}

/* Append the character at p, folded where it says so, at `at` in word. Returns the new length. */
static inline size_t put_character(struct sg_buf *word, size_t at, const unsigned char *p, unsigned len, uint8_t entry) {
    word->len = at;
    char *out = sg_buf_room(word, 4);
    const char *from = (const char *)p;
    if (entry & DEDUP_FOLD) return at + sg_utf8_encode(dedup_unicode_fold(sg_utf8_next(&from)), out);
    memcpy(out, p, len);
    return at + len;
}

/* Skip what is in no token. The entry of what stands there then, of ASCII too; end is looked at first. */
static const unsigned char *skip_separators(const unsigned char *p, const unsigned char *end) {
    while (p < end) {
        unsigned len = 1;
        if (*p < 0x80) {
            if (ascii_word[*p]) break;
        } else {
            unsigned kind = entry_at(p, &len) & DEDUP_KIND;
            if (kind != DEDUP_SEPARATOR && kind != DEDUP_DROP) break;
        }
        p += len;
    }
    return p;
}

/* From p on: words and marks while `words`, else marks alone; ignorable characters are left out. */
static const unsigned char *run_of(struct dedup_tokens *tokens, const unsigned char *p, bool words, size_t *len) {
    const unsigned char *end = tokens->end;
    size_t at = *len;
    while (p < end) {
        if (*p < 0x80) {
            unsigned char folded = ascii_word[*p];
            if (!folded || !words) break;
            if (at == tokens->word.cap) {
                tokens->word.len = at;
                sg_buf_room(&tokens->word, at);
            }
            tokens->word.data[at++] = (char)folded;
            p++;
            continue;
        }
        unsigned bytes;
        uint8_t entry = entry_at(p, &bytes);
        unsigned kind = entry & DEDUP_KIND;
        if (kind == DEDUP_MARK || (kind == DEDUP_WORD && words)) at = put_character(&tokens->word, at, p, bytes, entry);
        else if (kind != DEDUP_DROP) break;
        p += bytes;
    }
    *len = at;
    return p;
}

unsigned dedup_tokens_next(struct dedup_tokens *tokens, size_t *len) {
    const unsigned char *p = skip_separators(tokens->at, tokens->end);
    unsigned weight = 2, bytes;
    *len = 0;
    if (p == tokens->end) {
        tokens->at = p;
        return 0;
    }
    uint8_t entry = *p < 0x80 ? DEDUP_WORD : entry_at(p, &bytes);
    if ((entry & DEDUP_KIND) == DEDUP_LONE) {
        weight = 1;
        *len = put_character(&tokens->word, 0, p, bytes, entry);
        p += bytes;
    }
    tokens->at = run_of(tokens, p, weight == 2, len);
    return weight;
}

void dedup_tokens_free(struct dedup_tokens *tokens) {
    sg_buf_free(&tokens->word);
}
