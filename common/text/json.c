#include "text/json.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "text/json_scan.h"

enum sg_code sg_json_check(const char *text, size_t len, struct sg_json *out, struct sg_err *err) {
    struct sg_json_scan scan;
    sg_json_scan_begin(&scan, text, len, true);
    const char *from = sg_json_scan_space(&scan, scan.start);
    const char *to = sg_json_scan_value(&scan, from, 0);
    if (!to) return sg_json_scan_fail(&scan, err);
    const char *rest = sg_json_scan_space(&scan, to);
    if (rest < scan.text_end) {
        sg_json_scan_wrong(&scan, rest, "more than one JSON value");
        return sg_json_scan_fail(&scan, err);
    }
    if (out) *out = (struct sg_json){from, (size_t)(to - from)};
    return SG_OK;
}

enum sg_json_type sg_json_type(struct sg_json value) {
    if (value.len == 0) return SG_JSON_NONE;
    switch (*value.text) {
    case '{': return SG_JSON_OBJECT;
    case '[': return SG_JSON_ARRAY;
    case '"': return SG_JSON_STRING;
    case 't':
    case 'f': return SG_JSON_BOOL;
    case 'n': return SG_JSON_NULL;
    default: return SG_JSON_NUMBER;
    }
}

bool sg_json_each(struct sg_json container, size_t *at, struct sg_json *name,
                  struct sg_json *value) {
    enum sg_json_type type = sg_json_type(container);
    if (type != SG_JSON_OBJECT && type != SG_JSON_ARRAY) return false;
    struct sg_json_scan scan;
    sg_json_scan_begin(&scan, container.text, container.len, false);
    const char *p = sg_json_scan_space(&scan, scan.start + (*at ? *at : 1));
    if (*p == ']' || *p == '}') return false;
    if (*p == ',') p = sg_json_scan_space(&scan, p + 1);
    if (type == SG_JSON_OBJECT) {
        struct sg_json ignored;
        bool escaped;
        p = sg_json_scan_name(&scan, p, name ? name : &ignored, &escaped);
    }
    const char *end = sg_json_scan_value(&scan, p, 1);
    *value = (struct sg_json){p, (size_t)(end - p)};
    *at = (size_t)(end - scan.start);
    return true;
}

bool sg_json_member(struct sg_json object, const char *name, struct sg_json *out) {
    if (sg_json_type(object) != SG_JSON_OBJECT) return false;
    struct sg_json_chars wanted = {name, strlen(name), false};
    struct sg_json found, value;
    bool any = false;
    for (size_t at = 0; sg_json_each(object, &at, &found, &value);) {
        struct sg_json_chars chars = {found.text, found.len, true};
        if (sg_json_chars_compare(chars, wanted) != 0) continue;
        *out = value;
        any = true;
    }
    return any;
}

bool sg_json_u64(struct sg_json value, uint64_t *out) {
    uint64_t number = 0;
    if (value.len == 0) return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.text[i];
        if (c < '0' || c > '9') return false;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
            return false;
    }
    *out = number;
    return true;
}

bool sg_json_double(struct sg_json value, double *out) {
    if (sg_json_type(value) != SG_JSON_NUMBER) return false;
    char small[64], *text = value.len < sizeof small ? small : sg_alloc(value.len + 1);
    memcpy(text, value.text, value.len);
    text[value.len] = 0;
    bool fits = sg_num_parse_double(text, out);
    if (text != small) free(text);
    return fits;
}

bool sg_json_bool(struct sg_json value, bool *out) {
    if (sg_json_type(value) != SG_JSON_BOOL) return false;
    *out = *value.text == 't';
    return true;
}

bool sg_json_string(struct sg_json value, struct sg_buf *out, size_t *lone_surrogates) {
    if (sg_json_type(value) != SG_JSON_STRING) return false;
    const struct sg_kernels *kernels = sg_kernels();
    const char *p = value.text + 1, *end = value.text + value.len - 1;
    char *to = sg_buf_room(out, value.len); /* no escape is shorter than what it means */
    for (;;) {
        size_t run = kernels->copy_clean(to, p, (size_t)(end - p));
        p += run;
        to += run;
        if (p == end) break;
        do {
            char spelled[4];
            size_t len = sg_json_unescape(&p, end, spelled, lone_surrogates);
            for (size_t i = 0; i < len; i++) *to++ = spelled[i];
        } while (p < end && *p == '\\');
    }
    out->len = (size_t)(to - out->data);
    return true;
}

char *sg_json_strdup(struct sg_json value) {
    struct sg_buf text = {0};
    if (!sg_json_string(value, &text, NULL)) return NULL;
    return sg_buf_take(&text);
}

/* Behind '\': the letter of a short escape, 'u' for the long one. */
static char escape_letter(unsigned char c) {
    switch (c) {
    case '"':
    case '\\': return (char)c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 'u';
    }
}

void sg_json_quote(struct sg_buf *out, const char *utf8, size_t len) {
    const struct sg_kernels *kernels = sg_kernels();
    sg_buf_room(out, len + 2);
    sg_buf_putc(out, '"');
    for (size_t i = 0; i < len;) {
        size_t run = kernels->copy_clean(sg_buf_room(out, len - i), utf8 + i, len - i);
        out->len += run;
        i += run;
        if (i == len) break;
        unsigned char c = (unsigned char)utf8[i++];
        char letter = escape_letter(c);
        char spelled[6] = {
            '\\', letter, '0', '0', (char)('0' + (c >> 4)), "0123456789abcdef"[c & 15]};
        sg_buf_put(out, spelled, letter == 'u' ? 6 : 2);
    }
    sg_buf_putc(out, '"');
}

/* The writer needs no state: what stands last in out tells whether a comma is due. */
static void comma(struct sg_buf *out) {
    if (out->len == 0) return;
    char last = out->data[out->len - 1];
    bool value_ended = last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') ||
                       last == 'e' ||
                       last == 'l'; /* a string, a container, a number, true or false, null */
    if (value_ended) sg_buf_putc(out, ',');
}

void sg_json_open(struct sg_buf *out, char bracket) {
    comma(out);
    sg_buf_putc(out, bracket);
}

void sg_json_close(struct sg_buf *out, char bracket) {
    sg_buf_putc(out, bracket);
}

void sg_json_name(struct sg_buf *out, const char *name) {
    comma(out);
    sg_json_quote(out, name, strlen(name));
    sg_buf_putc(out, ':');
}

void sg_json_put_str(struct sg_buf *out, const char *utf8) {
    sg_json_put_strn(out, utf8, strlen(utf8));
}

void sg_json_put_strn(struct sg_buf *out, const char *utf8, size_t len) {
    comma(out);
    sg_json_quote(out, utf8, len);
}

void sg_json_put_u64(struct sg_buf *out, uint64_t value) {
    char digits[20], *p = digits + sizeof digits;
    do *--p = (char)('0' + value % 10);
    while (value /= 10);
    comma(out);
    sg_buf_put(out, p, (size_t)(digits + sizeof digits - p));
}

void sg_json_put_double(struct sg_buf *out, double value) {
    assert(isfinite(value)); /* JSON has no other numbers */
    char text[SG_NUM_TEXT];
    comma(out);
    sg_buf_puts(out, sg_num_double(value, text));
}

void sg_json_put_bool(struct sg_buf *out, bool value) {
    comma(out);
    sg_buf_puts(out, value ? "true" : "false");
}

void sg_json_put_raw(struct sg_buf *out, struct sg_json value) {
    comma(out);
    sg_buf_put(out, value.text, value.len);
}
