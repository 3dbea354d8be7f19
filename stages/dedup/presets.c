#include "presets.h"

/* clang-format off */

/* ---- what several recipes do otherwise ---- */

#define HASH_SHA1 "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of the first 64 bits of SHA-1"
#define HASH_XX64 "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of 64-bit xxHash of the joined words"
#define HASH_MURMUR "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of 32-bit MurmurHash3"
#define HASH_DATASKETCH "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of datasketch's first 32 bits of SHA-1"
#define MINIMA_61 "permutations: 32-bit multiply-add instead of 64-bit multiply-add modulo 2^61-1"
#define MINIMA_OWN "permutations: 32-bit multiply-add instead of the recipe's family"
#define WORDS "words: runs of letters and numbers, single characters in scripts without spaces, instead of the tokeniser of " \
    "each language (--unit icu is nearer)"
#define EXACT_FIRST "texts that are equal after NFC and with white space collapsed are removed first, also those too short " \
    "to have a shingle"
#define LONGEST "the longest text of a cluster stays; in the recipe its place in the input or in the graph decides"
#define SIGMA "lower case: a capital sigma becomes U+03C3 at the end of a word too"
#define LINE_MODE_HASH "keys: 96 bits of XXH3-128 instead of the first 64 bits of SHA-1"
#define NO_BLOOM "Bloom filter replaced by exact keys: no false positives, and which copy stays does not depend on the " \
    "order of input"

static const char *const none[] = {NULL};
static const char *const fineweb[] = {
    HASH_SHA1, MINIMA_61, WORDS, SIGMA, EXACT_FIRST, LONGEST,
    "scope: all input of a run; the recipe ran each crawl dump alone", NULL};
static const char *const fineweb2[] = {
    HASH_XX64, MINIMA_61, WORDS, SIGMA, EXACT_FIRST, LONGEST, NULL};
static const char *const nemo[] = {
    HASH_MURMUR, MINIMA_OWN, EXACT_FIRST, LONGEST,
    "code points are counted; texts of fewer than 24 are compared exactly only", NULL};
static const char *const nemotron[] = {
    HASH_MURMUR, MINIMA_OWN, EXACT_FIRST, LONGEST,
    "code points are counted; texts of fewer than 24 are compared exactly only",
    "the recipe's second step, exact substrings of 100 bytes, is not part of this preset", NULL};
static const char *const slimpajama[] = {
    HASH_DATASKETCH, MINIMA_61, SIGMA, EXACT_FIRST, LONGEST,
    "117 values are computed, those of 9 bands of 13; the recipe computes 128 and leaves 11 unused",
    "the recipe's cleaning of texts (ftfy, NFC, texts under 200 characters removed) is not part of this preset", NULL};
static const char *const txt360[] = {
    HASH_DATASKETCH, MINIMA_61, SIGMA, EXACT_FIRST,
    "the longest text of a cluster stays; in the recipe a curated source goes before a crawl, and a newer crawl before an older",
    "117 values are computed, those of 9 bands of 13; the recipe computes 128 and leaves 11 unused",
    "the recipe's first step, a Bloom filter over whole texts, is replaced by exact keys", NULL};
static const char *const rpv2[] = {
    "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of the recipe's 64-bit hash of the n-gram",
    MINIMA_OWN, SIGMA, EXACT_FIRST, LONGEST,
    "the recipe publishes signatures and leaves clusters to its users: connected components here", NULL};
static const char *const lee2022[] = {
    "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of the recipe's",
    MINIMA_OWN,
    "no second test by edit similarity above 0.8: pairs with Jaccard similarity of at least 0.8 are duplicates",
    "each removed document is at least 0.8 similar to the one that stays for it; in the recipe a chain of such pairs is enough",
    "the sketch that is stored has the first 160 of 9,000 values; texts decide all pairs", EXACT_FIRST, LONGEST, NULL};
static const char *const duplodocus[] = {
    "tokens: runs of letters and numbers, single characters in scripts without spaces, instead of the byte pairs of a "
    "language model",
    "key text: lower case, no ASCII punctuation, white space collapsed; the tool's own cleaning may differ",
    "hash of shingles: 64-bit polynomial of XXH3 token hashes instead of the tool's",
    MINIMA_OWN, SIGMA, EXACT_FIRST, LONGEST,
    "giant groups are cut by sharper bands, not set aside", NULL};
static const char *const dclm[] = {
    NO_BLOOM, "scope: all input of a run; the recipe ran each shard alone",
    "whole paragraphs are compared; the recipe removes one of which 80 % of the 13-grams were seen before, and documents "
    "likewise",
    NULL};
static const char *const dolma[] = {
    NO_BLOOM, "scope: all input of a run; the recipe ran each source alone", NULL};
static const char *const ccnet[] = {
    LINE_MODE_HASH, SIGMA, "scope: all input of a run; the recipe ran groups of shards",
    "documents from which nothing is cut stay, however short; the recipe removes all under 300 characters", NULL};
static const char *const sentence3[] = {
    "unit: a line instead of three sentences that follow each other", "keys: 96 bits of XXH3-128 instead of a 64-bit hash", SIGMA,
    "no least number of words (50) and sentences (3) that must be left of a document", NULL};

#define DATATROVE "huggingface/datatrove a649de7: "
#define FINEWEB "mode=near profile=fineweb unit=word ngram=5 bands=14 rows=8 verify=none threshold=0.75 min_shingles=1"
#define NEMO "mode=near profile=raw unit=char ngram=24 bands=20 rows=13 verify=none threshold=0.8 min_shingles=1"
#define SLIMPAJAMA "mode=near profile=slimpajama unit=char ngram=13 bands=9 rows=13 verify=none threshold=0.8 min_shingles=1"
#define RPV2 "mode=near profile=rpv2 unit=space ngram=13 verify=none min_shingles=1 "
#define RPV2_SOURCE "togethercomputer/RedPajama-Data 6d2cee9: rp_v2.0.conf, data set card"

const struct dedup_preset dedup_presets[] = {
    {"sangam", "dedup README",
     "mode=near profile=shingle unit=window bands=21 rows=6 sketch=kperm32 verify=auto threshold=0.75 min_shingles=5 "
     "exact_key=light scope=corpus prefer=len:desc", none},
    {"fineweb", DATATROVE "pipeline/dedup/minhash.py, utils/text.py, examples/fineweb.py", FINEWEB, fineweb},
    {"fineweb2", "huggingface/fineweb-2: fineweb-2-pipeline.py; arXiv 2506.20920", FINEWEB " scope=language", fineweb2},
    {"nemo", "NVIDIA-NeMo/Curator 1e2e427: stages/deduplication/fuzzy", NEMO, nemo},
    {"nemotron-cc", "NVIDIA-NeMo/Nemotron e27b371: recipes/data/curation/nemotron-cc steps 2a to 2c", NEMO, nemotron},
    {"slimpajama", "Cerebras/modelzoo f1fd1e0: nlp/slimpajama", SLIMPAJAMA, slimpajama},
    {"txt360", "LLM360/TxT360 data set card", SLIMPAJAMA, txt360},
    {"rpv2-0.7", RPV2_SOURCE, RPV2 "bands=14 rows=9 threshold=0.7", rpv2},
    {"rpv2-0.8", RPV2_SOURCE, RPV2 "bands=9 rows=13 threshold=0.8", rpv2},
    {"rpv2-0.9", RPV2_SOURCE, RPV2 "bands=5 rows=25 threshold=0.9", rpv2},
    {"rpv2-1.0", RPV2_SOURCE, RPV2 "bands=1 rows=128 threshold=1", rpv2},
    {"lee2022", "Lee et al., arXiv 2107.06499, appendix A",
     "mode=near profile=raw unit=space ngram=5 bands=450 rows=20 verify=text threshold=0.8 min_shingles=1", lee2022},
    {"duplodocus", "allenai/duplodocus README",
     "mode=near profile=slimpajama unit=word ngram=5 bands=20 rows=5 verify=none threshold=0.8 min_shingles=1", duplodocus},
    {"dclm-bff", "mlfoundations/dclm 361714b: dedup/bff", "mode=para profile=raw unit=word ngram=13 threshold=0.8", dclm},
    {"dolma-para", "allenai/dolma 669f534: docs/deduplication.md, dolma-v1_5 para_dedupe",
     "mode=line profile=raw exact_key=raw min_chars=0", dolma},
    {"ccnet", "facebookresearch/cc_net bda555b: dedup.py, text_normalizer.py, mine.py",
     "mode=line profile=ccnet min_chars=0 min_left=300", ccnet},
    {"sentence3", DATATROVE "pipeline/dedup/sentence_dedup.py", "mode=line profile=fineweb", sentence3},
};

const size_t dedup_preset_count = sizeof dedup_presets / sizeof *dedup_presets;
