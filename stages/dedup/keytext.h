/*
 * keytext: the form of a text that is hashed; stored text is never altered.
 *
 * Shape   text (valid UTF-8) -> NFC -> the light key (exact duplicates) and a stream of tokens (near-duplicates).
 *         A token is a maximal run of letters, marks and numbers in scripts written with spaces (weight 2), or one base
 *         character and its marks in scripts written without (weight 1). Case is folded, digits of every script become
 *         ASCII digits, ignorable code points, tatweel, harakat and Hebrew points go; nukta, virama, vowel and tone
 *         marks stay, for they make other words.
 * Units   bytes; weights as above.
 * Calls   dedup_keytext_nfc first: all others expect NFC. dedup_tokens_start, dedup_tokens_next until 0. Or tokens first,
 *         for they look at every character anyway: only when not_nfc is set then, dedup_keytext_nfc and again.
 * Owns    struct dedup_tokens owns its word buffer; text is borrowed.
 * Errors  none: every valid UTF-8 text has a key.
 * Source  dedup.md section 2; Unicode 15.0 (UAX 15 quick check; CaseFolding C+S; Default_Ignorable_Code_Point).
 *
 * Example "Straße 12, दिल्ली १२" -> straße|2 12|2 दिल्ली|2 12|2       "ไป นะ" -> ไ|1 ป|1 น|1 ะ|1       "中文OK" -> 中|1 文|1 ok|2
 */
#ifndef SANGAM_DEDUP_KEYTEXT_H
#define SANGAM_DEDUP_KEYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"

/* *text and *len become the NFC form: the text itself when the quick check passes, else what scratch then holds. */
void dedup_keytext_nfc(const char **text, size_t *len, struct sg_buf *scratch);

/* XXH3-128 of the NFC text with every run of White_Space as one space, none at the ends. */
struct sg_hash128 dedup_keytext_light(const char *nfc, size_t len, uint64_t seed, struct sg_buf *scratch);

struct dedup_tokens {
    const unsigned char *start, *at, *end;
    bool not_nfc;       /* what has been read so far is perhaps not in NFC: the tokens are not to be used */
    struct sg_buf word; /* the folded bytes of one token */
};

void dedup_tokens_start(struct dedup_tokens *tokens, const char *nfc, size_t len);
/* The next token: its weight, and its folded bytes in tokens->word.data[0..*len). 0 at the end. */
unsigned dedup_tokens_next(struct dedup_tokens *tokens, size_t *len);
/* The same as hashes and weights, at most room of them; 0 at the end. */
size_t dedup_tokens_hashes(struct dedup_tokens *tokens, uint64_t *hash, uint8_t *weight, size_t room);
/* Hash of one token: up to 16 bytes by one 128-bit product, longer ones by XXH3-64. bytes[0..16) must be readable. */
uint64_t dedup_token_hash(const char *bytes, size_t len);
void dedup_tokens_free(struct dedup_tokens *tokens);

#endif
