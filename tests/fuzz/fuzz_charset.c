/*
 * Any bytes as a text, with any hints: valid UTF-8 comes out, from a charset that is known, the same
 * by a fresh decoder; valid UTF-8 without a byte order mark and escapes comes out as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "charset.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth) {
    if (!truth) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const declared[] = {"",          "utf-8",     "big5",    "iso-2022-kr",
                                           "iscii-dev", "shift_jis", "gb18030", "utf-16"};
    static const char *const languages[] = {"", "tha", "ukr", "hin"};
    static const char *const domains[] = {"", "th", "vn", "in"};
    if (size < 1) return 0;
    struct charset_hints hints = {declared[data[0] & 7], languages[data[0] >> 3 & 3],
                                  domains[data[0] >> 5 & 3]};
    size_t len = size - 1;
    char *bytes = sg_alloc(len); /* exact, so that a read behind it is seen */
    if (len) memcpy(bytes, data + 1, len);
    struct charset *one = charset_new(), *two = charset_new();
    struct charset_answer first, again;
    charset_decode(one, bytes, len, &hints, &first);
    demand(sg_utf8_valid(first.text, first.len) == first.len);
    demand(charset_known(first.name) && first.score >= 0 && first.score <= 1);
    charset_decode(two, bytes, len, &hints, &again);
    demand(strcmp(first.name, again.name) == 0 && strcmp(first.source, again.source) == 0);
    demand(first.len == again.len &&
           (first.len == 0 || memcmp(first.text, again.text, first.len) == 0));
    if (strcmp(first.source, "utf8") == 0)
        demand(first.len == len && (len == 0 || memcmp(first.text, bytes, len) == 0));
    charset_free(one);
    charset_free(two);
    free(bytes);
    return 0;
}
