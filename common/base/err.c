#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void sg_err_clear(struct sg_err *err) {
    *err = (struct sg_err){0};
}

/* Positions of an empty struct are 0 (= {0}); they begin to mean "not known" when it is filled. */
static bool claim(struct sg_err *err, enum sg_code code) {
    if (!err || err->code != SG_OK) return false;
    err->code = code;
    err->errnum = 0;
    err->frame_offset = err->record = err->byte = SG_NOWHERE;
    err->file[0] = err->text[0] = 0;
    return true;
}

enum sg_code sg_err_set(struct sg_err *err, enum sg_code code, const char *format, ...) {
    if (!claim(err, code)) return code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return code;
}

enum sg_code sg_err_sys(struct sg_err *err, const char *format, ...) {
    int number = errno; /* before anything below can change it */
    if (!claim(err, SG_SYSTEM)) return SG_SYSTEM;
    err->errnum = number;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);

    char reason[128];
    const char *text = strerror_r(number, reason, sizeof reason);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", text);
    errno = number;
    return SG_SYSTEM;
}

enum sg_code sg_err_at(struct sg_err *err, const char *file, uint64_t frame_offset, uint64_t record,
                       uint64_t byte) {
    if (!err) return SG_SYSTEM;
    if (err->code == SG_OK) return SG_OK;
    if (file && err->file[0] == 0) sg_err_quote(file, err->file, sizeof err->file);
    if (err->frame_offset == SG_NOWHERE) err->frame_offset = frame_offset;
    if (err->record == SG_NOWHERE) err->record = record;
    if (err->byte == SG_NOWHERE) err->byte = byte;
    return err->code;
}

/* snprintf behind what stands in out[0..*used); cuts at size. */
static void add(char *out, size_t size, size_t *used, const char *format, ...) SG_PRINTF(4, 5);
static void add(char *out, size_t size, size_t *used, const char *format, ...) {
    if (*used >= size) return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out + *used, size - *used, format, args);
    va_end(args);
    if (n > 0) *used += (size_t)n;
}

static void place(const struct sg_err *err, char *out, size_t size) {
    size_t used = 0;
    out[0] = 0;
    if (err->file[0]) add(out, size, &used, "%s", err->file);
    if (err->record != SG_NOWHERE)
        add(out, size, &used, "%srecord %llu", used ? ", " : "", (unsigned long long)err->record);
    if (err->byte != SG_NOWHERE)
        add(out, size, &used, "%sbyte %llu", used ? ", " : "", (unsigned long long)err->byte);
    if (err->frame_offset != SG_NOWHERE)
        add(out, size, &used, "%sframe at %llu%s", used ? " (" : "",
            (unsigned long long)err->frame_offset, used ? ")" : "");
}

char *sg_err_format(const struct sg_err *err, char *out, size_t size) {
    if (size == 0) return out;
    out[0] = 0;
    if (err->code == SG_OK) return out;
    char where[sizeof err->file + 96];
    place(err, where, sizeof where);
    size_t used = 0;
    if (where[0] == 0)
        add(out, size, &used, "%s", err->text);
    else if (err->errnum) /* "'a/b': cannot open: No such file or directory" */
        add(out, size, &used, "%s: %s", where, err->text);
    else
        add(out, size, &used, "%s %s %s", err->text, where[0] == 'b' ? "at" : "in",
            where); /* "at byte 5" */
    return out;
}

/*
 * Length of the well-formed character at s if a terminal may have it as it is, else 0. Cc is U+0000..1F and
 * U+007F..9F. base/ stands below text/, so it has its own small decoder.
 */
static size_t harmless(const unsigned char *s) {
    if (s[0] < 0x80) return s[0] >= 0x20 && s[0] != 0x7F;
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    uint32_t c = s[0] & (0x7Fu >> len);
    if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
    for (size_t i = 1; i < len; i++) { /* a NUL stops it: it is no continuation byte */
        if ((s[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[5] = {0, 0, 0xA0, 0x800, 0x10000};
    return c >= least[len] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) ? len : 0;
}

/* Printed width in bytes of the character at s; *len is what it takes there. */
static size_t shown(const unsigned char *s, size_t *len) {
    *len = harmless(s);
    if (*len) return *len;
    *len = 1;
    return 4; /* \xNN */
}

char *sg_err_quote(const char *name, char *out, size_t size) {
    const unsigned char *s = (const unsigned char *)name;
    size_t total = 3, len; /* two quotes and NUL */
    for (const unsigned char *p = s; *p; p += len) total += shown(p, &len);
    if (size < 8) { /* no room for anything that helps */
        if (size) out[0] = 0;
        return out;
    }
    char *o = out;
    *o++ = '\'';
    if (total > size) { /* the end of a path says more than its beginning */
        memcpy(o, "...", 3);
        o += 3;
        for (total += 3; total > size; s += len) total -= shown(s, &len);
    }
    for (; *s; s += len) {
        size_t width = shown(s, &len);
        if (width == len)
            memcpy(o, s, len);
        else
            snprintf(o, 5, "\\x%02X", *s);
        o += width;
    }
    *o++ = '\'';
    *o = 0;
    return out;
}
