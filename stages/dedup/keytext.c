/*
 * Key text, in one walk over UTF-8 without assembling code points: the bytes before the last one of a character find
 * its block of 64 entries, the last one the entry.
 *
 *     "दि"  E0 A4 A6 | E0 A4 BF     block = index[(0 << 6) | 0x24], entries 0x26 (WORD) and 0x3F (MARK)
 *
 * Memory: one word buffer, which grows with the longest token. Threads: one struct dedup_tokens each; the tables are constant.
 */
#include "keytext.h"

#include <endian.h>
#include <stdbool.h>

#include "normal_form.h"
#include "text/utf8.h"
#include "unicode_table.h"

/* clang-format off */
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
/* clang-format on */

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

/* Is value among the sorted numbers of a table as long as the list of compositions? */
static bool is_among(const uint64_t *numbers, uint64_t value) {
    unsigned low = 0, high = dedup_unicode_pair_count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (numbers[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < dedup_unicode_pair_count && numbers[low] == value;
}

/* May NFC make something else of `first` and a later `second`, a Maybe? A mark can slip under those of a composite:
 * U+00E2 U+0323 becomes U+1EAD, for U+0323 belongs before U+0302. */
static bool may_compose(uint32_t first, uint32_t second, unsigned second_class) {
    return is_among(dedup_unicode_pairs, (uint64_t)second << 21 | first) ||
           (second_class && is_among(dedup_unicode_composites, first));
}

/* One character back; p is behind the start of the text. */
static inline const unsigned char *before(const unsigned char *p) {
    do p--;
    while ((*p & 0xC0) == 0x80);
    return p;
}

static uint32_t code_point_at(const unsigned char *p) {
    const char *at = (const char *)p;
    return sg_utf8_next(&at);
}

#define FLAGGED (DEDUP_NFC | DEDUP_CCC)
#define FAR 32 /* marks on one base: beyond that the slow path decides */

static uint8_t any_entry_at(const unsigned char *p) {
    unsigned len;
    return *p < 0x80 ? 0 : entry_at(p, &len);
}

/*
 * The quick check of UAX 15 for one FLAGGED character, sharper for Maybe: U+09BE or U+093C stand in every line of Bengali
 * and Hindi, and only behind the few characters they compose with must the text be looked at again.
 */
static bool breaks_nfc(const unsigned char *start, const unsigned char *p, uint8_t entry) {
    if (entry & DEDUP_NO) return true;
    uint32_t c = code_point_at(p);
    unsigned class = dedup_unicode_class(c);
    const unsigned char *q = p;
    uint8_t previous = DEDUP_CCC;
    for (int steps = 0; previous & DEDUP_CCC; steps++) {
        if (q == start) return false; /* marks with no base */
        if (steps == FAR) return true;
        q = before(q);
        previous = any_entry_at(q);
        if (steps == 0 && class && (previous & DEDUP_CCC) && dedup_unicode_class(code_point_at(q)) > class) return true;
        if (!(entry & DEDUP_NFC)) return false;
    }
    return may_compose(code_point_at(q), c, class);
}

static bool is_nfc(const unsigned char *start, const unsigned char *end) {
    const unsigned char *p = start;
    while (p < end) {
        uint64_t eight;
        while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0)) p += 8;
        while (p < end && *p < 0x80) p++;
        while (p < end && *p >= 0x80) {
            unsigned len;
            uint8_t entry = entry_at(p, &len);
            if ((entry & FLAGGED) && breaks_nfc(start, p, entry)) return false;
            p += len;
        }
    }
    return true;
}

void dedup_keytext_nfc(const char **text, size_t *len, struct sg_buf *scratch) {
    if (is_nfc((const unsigned char *)*text, (const unsigned char *)*text + *len)) return;
    scratch->len = 0;
    dedup_nfc(*text, *len, scratch);
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

/*
 * Over 16 bytes in which nothing changes: no control character, no lead byte of a wide space, and no space before
 * another one or before such a lead. At least 17 bytes are readable.
 */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bool is_plain16(const unsigned char *p) {
    bytes16 here, next;
    memcpy(&here, p, 16);
    memcpy(&next, p + 1, 16);
    bytes16 lead = (bytes16)(here == 0xC2) | (bytes16)((bytes16)(here - 0xE1) < 3);
    bytes16 next_space = (bytes16)(next <= ' ') | (bytes16)(next == 0xC2) | (bytes16)((bytes16)(next - 0xE1) < 3);
    bytes16 hit = lead | (bytes16)(here < ' ') | ((bytes16)(here == ' ') & next_space);
    uint64_t halves[2];
    memcpy(halves, &hit, 16);
    return (halves[0] | halves[1]) == 0;
}

struct sg_hash128 dedup_keytext_light(const char *nfc, size_t len, uint64_t seed, struct sg_buf *scratch) {
    const unsigned char *p = (const unsigned char *)nfc, *end = p + len, *kept;
    unsigned n;
    while ((n = space_at(p, end))) p += n;
    kept = p;
    scratch->len = 0;
    while (p < end) {
        while (end - p > 16 && is_plain16(p)) p += 16;
        /* Now byte by byte, into the middle of characters too: no continuation byte is a lead of a space. */
        const unsigned char *stop = end - p > 16 ? p + 16 : end;
        while (p < stop) {
            if (!(n = space_at(p, end)) || (*p == ' ' && p + 1 < end && !space_at(p + 1, end))) {
                p++; /* one plain space between others stays as it is */
                continue;
            }
            sg_buf_put(scratch, kept, (size_t)(p - kept));
            for (; n; n = space_at(p, end)) p += n;
            if (p < end) sg_buf_putc(scratch, ' ');
            kept = p;
        }
    }
    if (scratch->len == 0) return sg_hash128(kept, (size_t)(end - kept), seed);
    sg_buf_put(scratch, kept, (size_t)(end - kept));
    return sg_hash128(scratch->data, scratch->len, seed);
}

#define SLACK 16 /* writable bytes behind any place where a character is put; a hash reads as many */

void dedup_tokens_start(struct dedup_tokens *tokens, const char *nfc, size_t len) {
    tokens->start = tokens->at = (const unsigned char *)nfc;
    tokens->end = tokens->at + len;
    tokens->not_nfc = false;
    tokens->word.len = 0;
    sg_buf_room(&tokens->word, 256);
}

/* Put the character at p, folded where its entry says so. */
static inline char *put_character(char *out, const unsigned char *p, unsigned len, uint8_t entry) {
    if (entry & DEDUP_FOLD) return out + sg_utf8_encode(dedup_unicode_fold(code_point_at(p)), out);
    out[0] = (char)p[0]; /* at least two bytes; memcpy of a length not known would be a call */
    out[1] = (char)p[1];
    if (len > 2) out[2] = (char)p[2];
    if (len > 3) out[3] = (char)p[3];
    return out + len;
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* How many of eight bytes, from the lowest on, are ASCII letters or digits; *folded: all eight in lower case. */
static inline unsigned word_bytes(uint64_t eight, uint64_t *folded) {
    uint64_t low = eight & EACH(0x7F), lower = low | EACH(0x20);
    uint64_t letter = (lower + EACH(0x80 - 'a')) & ~(lower + EACH(0x80 - 'z' - 1));
    uint64_t digit = (low + EACH(0x80 - '0')) & ~(low + EACH(0x80 - '9' - 1));
    uint64_t others = ~((letter | digit) & ~eight) & EACH(0x80);
    *folded = lower;
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* Skip what is in no token. What stands there then is checked by who takes it. */
static inline const unsigned char *skip_separators(struct dedup_tokens *tokens, const unsigned char *p) {
    const unsigned char *end = tokens->end;
    while (p < end) {
        unsigned len = 1;
        if (*p < 0x80) {
            if (ascii_word[*p]) break;
        } else {
            uint8_t entry = entry_at(p, &len);
            unsigned kind = entry & DEDUP_KIND;
            if (kind != DEDUP_SEPARATOR && kind != DEDUP_DROP) break;
            if (entry & FLAGGED) tokens->not_nfc |= breaks_nfc(tokens->start, p, entry);
        }
        p += len;
    }
    return p;
}

static char *grown(struct dedup_tokens *tokens, char *out) {
    tokens->word.len = (size_t)(out - tokens->word.data);
    out = sg_buf_room(&tokens->word, tokens->word.len + 2 * SLACK);
    tokens->word.len = 0;
    return out;
}

/* The run of ASCII letters and digits at p, in lower case, eight bytes at a time. */
static inline const unsigned char *put_ascii(const unsigned char *p, const unsigned char *end, char **out,
                                             const char *limit) {
    while (end - p >= 8 && *out <= limit) {
        uint64_t eight, folded;
        memcpy(&eight, p, 8);
        unsigned n = word_bytes(le64toh(eight), &folded);
        folded = htole64(folded);
        memcpy(*out, &folded, 8);
        *out += n;
        p += n;
        if (n < 8) return p;
    }
    while (p < end && *p < 0x80 && ascii_word[*p] && *out <= limit) *(*out)++ = (char)ascii_word[*p++];
    return p;
}

#define MARKS (1u << DEDUP_MARK) /* kinds that a run takes, as bits */
#define WORDS (1u << DEDUP_WORD | MARKS)

/*
 * Characters of two and three bytes that are taken as they are: the body of most scripts. A mark with a combining class
 * is plain where the character before it has none; all else is left to the caller.
 */
static inline const unsigned char *put_plain(const unsigned char *p, const unsigned char *end, unsigned take,
                                             char **out, const char *limit) {
    unsigned previous = DEDUP_CCC; /* not known */
    char *to = *out;
    while (end - p >= 4 && p[0] >= 0xC0 && p[0] < 0xF0 && to <= limit) {
        unsigned three = p[0] >= 0xE0, last = three ? p[2] : p[1]; /* no branch: lengths alternate in many scripts */
        unsigned block = dedup_unicode_index[three ? (p[0] & 15u) << 6 | (p[1] & 63u) : p[0] & 31u];
        unsigned entry = dedup_unicode_entries[block << 6 | (last & 63)], kind = entry & ~(unsigned)DEDUP_CCC;
        if (kind > DEDUP_MARK || !(take >> kind & 1) || (entry & previous & DEDUP_CCC)) break;
        previous = entry;
        memcpy(to, p, 4); /* more than it has, to be overwritten */
        to += 2 + three;
        p += 2 + three;
    }
    *out = to;
    return p;
}

/* The run of characters at p whose kinds are in `take`; ignorable ones are left out. */
static inline const unsigned char *run_of(struct dedup_tokens *tokens, const unsigned char *p, unsigned take,
                                          size_t *len) {
    const unsigned char *end = tokens->end;
    char *out = tokens->word.data + *len;
    const char *limit = tokens->word.data + tokens->word.cap - SLACK;
    while (p < end) {
        if (out > limit) {
            out = grown(tokens, out);
            limit = tokens->word.data + tokens->word.cap - SLACK;
        }
        if (*p < 0x80) {
            if (take == MARKS || !ascii_word[*p]) break;
            p = put_ascii(p, end, &out, limit);
            continue;
        }
        const unsigned char *behind = put_plain(p, end, take, &out, limit);
        if (behind > p) {
            p = behind;
            continue;
        }
        unsigned bytes;
        uint8_t entry = entry_at(p, &bytes);
        if (entry & FLAGGED) tokens->not_nfc |= breaks_nfc(tokens->start, p, entry);
        if (take >> (entry & DEDUP_KIND) & 1)
            out = put_character(out, p, bytes, entry);
        else if ((entry & DEDUP_KIND) != DEDUP_DROP)
            break;
        p += bytes;
    }
    *len = (size_t)(out - tokens->word.data);
    return p;
}

static inline unsigned next_token(struct dedup_tokens *tokens, size_t *len) {
    const unsigned char *p = skip_separators(tokens, tokens->at);
    unsigned weight = 2, bytes;
    *len = 0;
    if (p == tokens->end) {
        tokens->at = p;
        return 0;
    }
    uint8_t entry = *p < 0x80 ? DEDUP_WORD : entry_at(p, &bytes);
    if ((entry & DEDUP_KIND) == DEDUP_LONE) {
        if (entry & FLAGGED) tokens->not_nfc |= breaks_nfc(tokens->start, p, entry);
        weight = 1;
        *len = (size_t)(put_character(tokens->word.data, p, bytes, entry) - tokens->word.data);
        p += bytes;
    }
    tokens->at = run_of(tokens, p, weight == 2 ? WORDS : MARKS, len);
    return weight;
}

unsigned dedup_tokens_next(struct dedup_tokens *tokens, size_t *len) {
    return next_token(tokens, len);
}

#define TOKEN_LOW 0xA0761D6478BD642Fu
#define TOKEN_HIGH 0xE7037ED1A0B428DBu
#define TOKEN_SEED 0x73616E67616D3130u /* for tokens over 16 bytes */

static inline uint64_t load(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return le64toh(word);
}

/* The low `bytes` bytes, 0 to 8: no branch, for the lengths of words cannot be foretold. */
static inline uint64_t low_bytes(uint64_t word, unsigned bytes) {
    unsigned bits = 8 * bytes;
    uint64_t all = (uint64_t)(bits >= 64) - 1; /* 0 when no bit is to be cut off */
    return word & ~(all & ~UINT64_C(0) << (bits & 63));
}

static inline uint64_t token_hash(const char *bytes, size_t len) {
    if (len > 16) return sg_hash64(bytes, len, TOKEN_SEED);
    unsigned front = len < 8 ? (unsigned)len : 8;
    uint64_t low = low_bytes(load(bytes), front), high = low_bytes(load(bytes + 8), (unsigned)len - front);
    unsigned __int128 product = (unsigned __int128)(low ^ TOKEN_LOW) * (high ^ TOKEN_HIGH ^ (uint64_t)len << 56);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t dedup_token_hash(const char *bytes, size_t len) {
    return token_hash(bytes, len);
}

size_t dedup_tokens_hashes(struct dedup_tokens *tokens, uint64_t *hash, uint8_t *weight, size_t room) {
    size_t n = 0, len;
    for (; n < room && (weight[n] = (uint8_t)next_token(tokens, &len)); n++)
        hash[n] = token_hash(tokens->word.data, len);
    return n;
}

void dedup_tokens_free(struct dedup_tokens *tokens) {
    sg_buf_free(&tokens->word);
}
