#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool sg_num_parse_u64(const char *text, uint64_t *out) {
    uint64_t value = 0;
    if (!digit(*text)) return false;
    for (; digit(*text); text++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return false;
    if (*text) return false;
    *out = value;
    return true;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point, then NUL. */
static bool decimal(const char *p) {
    if (*p == '+' || *p == '-') p++;
    size_t digits = 0;
    for (; digit(*p); p++) digits++;
    if (*p == '.')
        for (p++; digit(*p); p++) digits++;
    if (digits == 0) return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-') p++;
        if (!digit(*p)) return false;
        while (digit(*p)) p++;
    }
    return *p == 0;
}

/* strtod rounds correctly, but reads the point of the process's locale: give it that one. */
bool sg_num_parse_double(const char *text, double *out) {
    if (!decimal(text)) return false;
    const char *point = localeconv()->decimal_point, *at = strchr(text, '.');
    double value;
    if (!at || strcmp(point, ".") == 0) {
        value = strtod(text, NULL);
    } else {
        char *copy = sg_printf_dup("%.*s%s%s", (int)(at - text), text, point, at + 1);
        value = strtod(copy, NULL);
        free(copy);
    }
    if (isinf(value)) return false;
    *out = value;
    return true;
}

/* "", "B": 1 - "K", "KiB": 1024 - "kB": 1000 - and so on for M, G, T. 0 when it is none of these. */
static uint64_t unit_of(const char *suffix) {
    if (strcmp(suffix, "") == 0 || strcmp(suffix, "B") == 0) return 1;
    static const char letters[] = "kKmMgGtT";
    const char *letter = strchr(letters, *suffix);
    if (!letter) return 0;
    uint64_t base;
    if (suffix[1] == 0 || strcmp(suffix + 1, "iB") == 0)
        base = 1024;
    else if (strcmp(suffix + 1, "B") == 0)
        base = 1000;
    else
        return 0;
    uint64_t unit = base;
    for (long i = (letter - letters) / 2; i > 0; i--) unit *= base;
    return unit;
}

bool sg_num_parse_bytes(const char *text, uint64_t *out) {
    unsigned __int128 whole = 0, part = 0, scale = 1; /* value = (whole + part / scale) * unit */
    if (!digit(*text)) return false;
    for (; digit(*text); text++) {
        whole = whole * 10 + (unsigned)(*text - '0');
        if (whole > UINT64_MAX) return false;
    }
    if (*text == '.') {
        text++;
        if (!digit(*text)) return false;
        for (; digit(*text); text++) {
            if (scale >= 1000000000000000000u) continue; /* below a millionth of a byte */
            part = part * 10 + (unsigned)(*text - '0');
            scale *= 10;
        }
    }
    uint64_t unit = unit_of(text);
    if (unit == 0) return false;
    unsigned __int128 value = whole * unit + part * unit / scale;
    if (value > UINT64_MAX) return false;
    *out = (uint64_t)value;
    return true;
}

char *sg_num_bytes(uint64_t bytes, char out[SG_NUM_TEXT]) {
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t name = 0;
    uint64_t unit = 1, tenths;
    for (;; name++, unit <<= 10) { /* 1023.96 KiB rounds to 1 MiB, not to 1024 KiB */
        tenths = (uint64_t)(((unsigned __int128)bytes * 10 + unit / 2) / unit);
        if (name == 6 || tenths < (unit == 1 ? 10240u : 10235u)) break;
    }
    if (tenths < 100 && tenths % 10)
        snprintf(out, SG_NUM_TEXT, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
                 names[name]);
    else
        snprintf(out, SG_NUM_TEXT, "%llu %s", (unsigned long long)((tenths + 5) / 10), names[name]);
    return out;
}

char *sg_num_count(uint64_t count, char out[SG_NUM_TEXT]) {
    char plain[24];
    int digits = snprintf(plain, sizeof plain, "%llu", (unsigned long long)count);
    char *o = out;
    for (int i = 0; i < digits; i++) {
        if (i && (digits - i) % 3 == 0) *o++ = ',';
        *o++ = plain[i];
    }
    *o = 0;
    return out;
}
