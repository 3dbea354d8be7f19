#include "folder.h"

#include <stdio.h>
#include <string.h>

static bool plain(unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Appends text coded; returns the new length, or SHARD_FOLDER_MAX + 1 when it does not fit. */
static size_t code(char *out, size_t at, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        size_t need = plain(c) ? 1 : 3;
        if (at + need > SHARD_FOLDER_MAX) return SHARD_FOLDER_MAX + 1;
        if (need == 1) out[at] = (char)c;
        else {
            out[at] = '%';
            out[at + 1] = "0123456789ABCDEF"[c >> 4];
            out[at + 2] = "0123456789ABCDEF"[c & 15];
        }
        at += need;
    }
    return at;
}

bool shard_folder_name(const char *language, size_t language_len, const char *script, size_t script_len,
                       char out[SHARD_FOLDER_MAX + 1]) {
    strcpy(out, SHARD_FOLDER_NONE);
    if (!language || language_len == 0) return true;
    if (!script || script_len == 0) script = "Zyyy", script_len = 4;
    char name[SHARD_FOLDER_MAX];
    size_t len = code(name, 0, language, language_len);
    if (len <= SHARD_FOLDER_MAX) len = code(name, len, "_", 1);
    if (len <= SHARD_FOLDER_MAX) len = code(name, len, script, script_len);
    if (len > SHARD_FOLDER_MAX) return false;
    memcpy(out, name, len);
    out[len] = 0;
    return true;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void decode(const char *text, size_t len, char *out) {
    for (size_t i = 0; i < len; i++) {
        bool coded = text[i] == '%' && i + 2 < len && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
        *out++ = coded ? (char)(digit(text[i + 1]) << 4 | digit(text[i + 2])) : text[i];
        if (coded) i += 2;
    }
    *out = 0;
}

void shard_folder_labels(const char *name, char language[SHARD_FOLDER_MAX + 1], char script[SHARD_FOLDER_MAX + 1]) {
    size_t len = strnlen(name, SHARD_FOLDER_MAX), cut = len;
    for (size_t i = 0; i < len; i++)
        if (name[i] == '_') cut = i;
    decode(name, cut, language);
    decode(name + (cut < len ? cut + 1 : len), len - (cut < len ? cut + 1 : len), script);
}

void shard_folder_path(const char *name, unsigned long index, unsigned long count, char out[SHARD_FOLDER_PATH]) {
    snprintf(out, SHARD_FOLDER_PATH, "%.*s/" SHARD_FOLDER_SPLIT "/part-%06lu-of-%06lu.jsonl.zst", SHARD_FOLDER_MAX, name,
             index, count);
}

bool shard_folder_is_part(const char *file_name) {
    unsigned long index, count;
    int end = 0;
    return sscanf(file_name, "part-%6lu-of-%6lu.jsonl.zst%n", &index, &count, &end) == 2 && end > 0 && file_name[end] == 0;
}
