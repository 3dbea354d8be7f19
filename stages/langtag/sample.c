#include "sample.h"

#include <stdbool.h>

#define REACH 32 /* bytes within which a border looks for a space */

static bool continues(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The first place from `at` on that lies behind a space; in text without spaces, between code points. */
static size_t border(const char *text, size_t len, size_t at) {
    if (at == 0 || at >= len) return at < len ? at : len;
    for (size_t i = at; i < len && i < at + REACH; i++)
        if (is_space(text[i - 1])) return i;
    while (at < len && continues(text[at])) at++;
    return at;
}

size_t sample_pieces(const char *text, size_t len, uint64_t sample_bytes,
                     struct sample_piece pieces[SAMPLE_PIECES]) {
    if (sample_bytes == 0 || len <= sample_bytes + sample_bytes / 2) {
        pieces[0] = (struct sample_piece){.at = 0, .len = len};
        return 1;
    }
    size_t size = (size_t)sample_bytes / SAMPLE_PIECES, gap = (len - size) / (SAMPLE_PIECES - 1);
    for (size_t i = 0; i < SAMPLE_PIECES; i++) {
        size_t from = border(text, len, i * gap), to = border(text, len, i * gap + size);
        pieces[i] = (struct sample_piece){.at = from, .len = to - from};
    }
    return SAMPLE_PIECES;
}
