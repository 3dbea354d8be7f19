/*
 * Find the next stop byte of a JSON string ('"', '\', 00..1F), eight bytes at a time in one register.
 *
 * A byte of x ^ 0x2222... is 0 where x holds '"', and (y - 0x0101...) & ~y & 0x8080... is not 0 exactly when y has a
 * byte 0. Likewise (x - 0x2020...) & ~x has a top bit set where a byte is below 0x20. Borrows may set bits above a
 * true one, so the word only tells that there is a stop byte; the exact place is found byte by byte.
 */
#include "text/kernels.h"

#include <stdbool.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101u * (byte))

static bool stops(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\';
}

static bool word_stops(uint64_t x) {
    uint64_t quote = x ^ EACH(0x22), backslash = x ^ EACH(0x5C);
    uint64_t found = ((quote - EACH(1)) & ~quote) | ((backslash - EACH(1)) & ~backslash) |
                     ((x - EACH(0x20)) & ~x);
    return found & EACH(0x80);
}

size_t sg_scan_clean_portable(const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if (word_stops(word)) break;
    }
    while (i < len && !stops((unsigned char)bytes[i])) i++;
    return i;
}

size_t sg_scan_copy_portable(char *to, const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if (word_stops(word)) break;
        memcpy(to + i, &word, 8);
    }
    for (; i < len && !stops((unsigned char)bytes[i]); i++) to[i] = bytes[i];
    return i;
}
