/*
 * A JSON value is a walk over tokens with one bit of memory per open container: is it an object? 512 levels fit
 * eight words, so no input can overflow the C stack. After each value the walk closes what ends there, and then
 * stands either behind the whole or where the next value begins.
 *
 * Example: [1,{"a":[]}]    depth 1 value 1 - comma - depth 2 name "a" - depth 3 closed at once - closes 2, closes 1
 *
 * UTF-8 is checked first, over the whole text, because that is fastest; the walk then ends where well-formed UTF-8
 * ends, and so the error that stands first in the text is the one reported.
 *
 * Memory: 64 bytes. Threads: no state.
 */
#include "text/json_scan.h"

#include <string.h>

#include "text/utf8.h"

void sg_json_scan_begin(struct sg_json_scan *scan, const char *text, size_t len, bool check_utf8) {
    const struct sg_kernels *kernels = sg_kernels();
    if (!text) text = ""; /* so that text + 0 is a place */
    *scan = (struct sg_json_scan){
        .start = text,
        .end = text + (check_utf8 ? kernels->valid(text, len) : len),
        .text_end = text + len,
        .kernels = kernels,
    };
}

const char *sg_json_scan_wrong(struct sg_json_scan *scan, const char *p, const char *cause) {
    if (p == scan->end) cause = p < scan->text_end ? "ill-formed UTF-8" : "JSON ends too early";
    scan->cause = cause;
    scan->bad = p;
    return NULL;
}

enum sg_code sg_json_scan_fail(const struct sg_json_scan *scan, struct sg_err *err) {
    enum sg_code code = sg_err_set(err, SG_DATA, "%s", scan->cause);
    sg_err_at(err, NULL, SG_NOWHERE, SG_NOWHERE, (uint64_t)(scan->bad - scan->start));
    return code;
}

/* Value + 1 of each hexadecimal digit, 0 for all other bytes. */
static const unsigned char hex_plus_1[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static unsigned hex(char c) {
    return hex_plus_1[(unsigned char)c];
}

/* p stands on the backslash. */
static const char *escape(struct sg_json_scan *scan, const char *p) {
    switch (sg_json_scan_peek(scan, ++p)) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return p + 1;
    case 'u':
        p++;
        if (scan->end - p >= 4 && hex(p[0]) && hex(p[1]) && hex(p[2]) && hex(p[3])) return p + 4;
        while (p < scan->end && hex(*p)) p++;
        return sg_json_scan_wrong(scan, p, "bad JSON escape");
    default: return sg_json_scan_wrong(scan, p, "bad JSON escape");
    }
}

const char *sg_json_scan_string(struct sg_json_scan *scan, const char *p, bool *escaped) {
    p++;
    for (;;) {
        p += scan->kernels->clean(p, (size_t)(scan->end - p));
        if (p == scan->end) return sg_json_scan_wrong(scan, p, NULL);
        if (*p == '"') return p + 1;
        if (*p != '\\') return sg_json_scan_wrong(scan, p, "control character in a JSON string");
        *escaped = true;
        do p = escape(scan, p); /* often many in a row: \u0939\u093f... */
        while (p && p < scan->end && *p == '\\');
        if (!p) return NULL;
    }
}

const char *sg_json_scan_name(struct sg_json_scan *scan, const char *p, struct sg_json *name,
                              bool *escaped) {
    if (sg_json_scan_peek(scan, p) != '"')
        return sg_json_scan_wrong(scan, p, "expected a member name");
    const char *end = sg_json_scan_string(scan, p, escaped);
    if (!end) return NULL;
    *name = (struct sg_json){p + 1, (size_t)(end - p) - 2};
    p = sg_json_scan_space(scan, end);
    if (sg_json_scan_peek(scan, p) != ':') return sg_json_scan_wrong(scan, p, "expected ':'");
    return sg_json_scan_space(scan, p + 1);
}

static const char *digits(struct sg_json_scan *scan, const char *p) {
    const char *first = p;
    while (p < scan->end && *p >= '0' && *p <= '9') p++;
    return p > first ? p : sg_json_scan_wrong(scan, p, "bad JSON number");
}

static const char *number(struct sg_json_scan *scan, const char *p) {
    if (*p == '-') p++;
    if (sg_json_scan_peek(scan, p) == '0') {
        p++; /* and no digit may follow: what does is refused as "expected ','" */
    } else if (!(p = digits(scan, p))) {
        return NULL;
    }
    if (sg_json_scan_peek(scan, p) == '.' && !(p = digits(scan, p + 1))) return NULL;
    if (sg_json_scan_peek(scan, p) == 'e' || sg_json_scan_peek(scan, p) == 'E') {
        p++;
        if (sg_json_scan_peek(scan, p) == '+' || sg_json_scan_peek(scan, p) == '-') p++;
        return digits(scan, p);
    }
    return p;
}

static const char *word(struct sg_json_scan *scan, const char *p, const char *expected) {
    for (; *expected; expected++, p++)
        if (sg_json_scan_peek(scan, p) != *expected)
            return sg_json_scan_wrong(scan, p, "not a JSON value");
    return p;
}

static const char *scalar(struct sg_json_scan *scan, const char *p) {
    bool escaped;
    switch (sg_json_scan_peek(scan, p)) {
    case '"': return sg_json_scan_string(scan, p, &escaped);
    case 't': return word(scan, p, "true");
    case 'f': return word(scan, p, "false");
    case 'n': return word(scan, p, "null");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return number(scan, p);
    default: return sg_json_scan_wrong(scan, p, "not a JSON value");
    }
}

/* Which of the open containers are objects; bit depth-1 is the innermost. */
struct nest {
    uint64_t objects[SG_JSON_DEPTH / 64];
    int depth, base;
};

static void push(struct nest *nest, bool object) {
    uint64_t bit = (uint64_t)1 << (nest->depth % 64), *word = &nest->objects[nest->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    nest->depth++;
}

static bool in_object(const struct nest *nest) {
    int top = nest->depth - 1;
    return nest->objects[top / 64] >> (top % 64) & 1;
}

/* Behind a value or an opening bracket's content: close all that ends here; then either everything is closed, or
 * the next value begins at the place returned. */
static const char *close_up(struct sg_json_scan *scan, const char *p, struct nest *nest) {
    struct sg_json name;
    bool escaped;
    while (nest->depth > nest->base) {
        bool object = in_object(nest);
        p = sg_json_scan_space(scan, p);
        char c = sg_json_scan_peek(scan, p);
        if (c == ',') {
            p = sg_json_scan_space(scan, p + 1);
            return object ? sg_json_scan_name(scan, p, &name, &escaped) : p;
        }
        if (c != (object ? '}' : ']'))
            return sg_json_scan_wrong(scan, p,
                                      object ? "expected ',' or '}'" : "expected ',' or ']'");
        p++;
        nest->depth--;
    }
    return p;
}

/* At '{' or '[': step in, up to the first value or to the bracket that closes it at once. */
static const char *open_up(struct sg_json_scan *scan, const char *p, struct nest *nest,
                           bool *empty) {
    struct sg_json name;
    bool object = *p == '{', escaped;
    if (nest->depth == SG_JSON_DEPTH) return sg_json_scan_wrong(scan, p, "JSON depth over 512");
    push(nest, object);
    p = sg_json_scan_space(scan, p + 1);
    *empty = sg_json_scan_peek(scan, p) == (object ? '}' : ']');
    return *empty || !object ? p : sg_json_scan_name(scan, p, &name, &escaped);
}

static const char *container(struct sg_json_scan *scan, const char *p, int depth) {
    struct nest nest; /* its bits are written when a level is opened */
    nest.depth = nest.base = depth;
    do {
        char c = sg_json_scan_peek(scan, p);
        if (c == '{' || c == '[') {
            bool empty;
            p = open_up(scan, p, &nest, &empty);
            if (!p) return NULL;
            if (!empty) continue;
        } else {
            p = scalar(scan, p);
            if (!p) return NULL;
        }
        p = close_up(scan, p, &nest);
    } while (p && nest.depth > nest.base);
    return p;
}

const char *sg_json_scan_value(struct sg_json_scan *scan, const char *p, int depth) {
    char first = sg_json_scan_peek(scan, p);
    return first == '{' || first == '[' ? container(scan, p, depth) : scalar(scan, p);
}

static uint32_t hex4(const char *p) {
    return (hex(p[0]) - 1) << 12 | (hex(p[1]) - 1) << 8 | (hex(p[2]) - 1) << 4 | (hex(p[3]) - 1);
}

size_t sg_json_unescape(const char **p, const char *end, char out[4], size_t *lone_surrogates) {
    const char *s = *p + 2;
    uint32_t c;
    switch (s[-1]) {
    case 'b': c = '\b'; break;
    case 'f': c = '\f'; break;
    case 'n': c = '\n'; break;
    case 'r': c = '\r'; break;
    case 't': c = '\t'; break;
    case 'u':
        c = hex4(s);
        s += 4;
        break;
    default: c = (unsigned char)s[-1];
    }
    if (c >= 0xD800 && c <= 0xDFFF) {
        uint32_t low = c < 0xDC00 && end - s >= 6 && s[0] == '\\' && s[1] == 'u' ? hex4(s + 2) : 0;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
            s += 6;
        } else {
            c = 0xFFFD;
            if (lone_surrogates) ++*lone_surrogates;
        }
    }
    *p = s;
    return sg_utf8_encode(c, out);
}

/* Yields the UTF-8 bytes of a text between quotes. */
struct reader {
    const char *p, *end;
    bool escaped;
    char decoded[4];
    size_t at, count; /* in decoded */
};

static int next_byte(struct reader *r) {
    if (r->at < r->count) return (unsigned char)r->decoded[r->at++];
    if (r->p == r->end) return -1;
    if (*r->p != '\\' || !r->escaped) return (unsigned char)*r->p++;
    r->count = sg_json_unescape(&r->p, r->end, r->decoded, NULL);
    r->at = 1;
    return (unsigned char)r->decoded[0];
}

int sg_json_chars_compare(struct sg_json_chars a, struct sg_json_chars b) {
    struct reader x = {.p = a.text, .end = a.text + a.len, .escaped = a.escaped};
    struct reader y = {.p = b.text, .end = b.text + b.len, .escaped = b.escaped};
    for (;;) {
        int i = next_byte(&x), j = next_byte(&y);
        if (i != j) return i < j ? -1 : 1;
        if (i < 0) return 0;
    }
}
