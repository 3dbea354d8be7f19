/*
 * Any bytes as a line: we and jansson agree on whether it is a record and on what it says; untouched it is written
 * byte for byte; with a member set it is a record that says the same but for that member.
 */
#include <stdint.h>
#include <stdlib.h>

#include "oracle.h"
#include "text/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth) {
    if (!truth) abort();
}

/* In an allocation of the exact size, so that a read past the end is seen. */
static char *exact(const void *bytes, size_t len) {
    char *copy = sg_alloc(len);
    if (len) memcpy(copy, bytes, len);
    return copy;
}

static void compare(struct sg_record *record, const char *line, size_t len, enum sg_code code,
                    const struct sg_err *err) {
    size_t bom = len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    json_t *theirs;
    enum oracle oracle = oracle_ask(line + bom, len - bom, &theirs);
    bool ours = code == SG_OK;
    bool too_deep = !ours && strcmp(err->text, "JSON depth over 512") == 0;
    if (oracle == ORACLE_REJECTS) demand(!ours);
    if (oracle == ORACLE_ACCEPTS && !too_deep) demand(ours == json_is_object(theirs));
    if (oracle == ORACLE_ACCEPTS && ours) {
        struct sg_json object;
        demand(sg_json_check(line + bom, len - bom, &object, NULL) == SG_OK);
        demand(oracle_same(object, theirs));
        demand(record->count - record->duplicate_names == json_object_size(theirs));
    }
    json_decref(theirs);
}

static void write_and_change(struct sg_record *record, const char *line, size_t len) {
    struct sg_buf out = {0}, text = {0}, again = {0};
    size_t bom = record->bom ? 3 : 0, text_len, lone = 0;
    sg_record_write(record, &out);
    demand(out.len == len - bom && memcmp(out.data, line + bom, out.len) == 0);

    size_t count = record->count, duplicates = record->duplicate_names;
    const char *old = sg_record_string(record, "text", &text, &text_len, &lone);
    char *copy = old ? exact(old, text_len) : NULL;
    bool fresh = !sg_record_find(record, "text");
    sg_record_set_string(record, "text", copy ? copy : "\"\n", copy ? text_len : 2);
    sg_record_set(record, "a\"b", "[1.0]", 5);
    out.len = 0;
    sg_record_write(record, &out);
    bool second = record->count == count + fresh; /* "a\"b" was there already */
    demand(sg_record_scan(record, out.data, out.len, NULL) == SG_OK);
    demand(record->count == count + fresh + !second && record->duplicate_names == duplicates);
    const char *now = sg_record_string(record, "text", &again, &text_len, NULL);
    demand(now && (!copy || memcmp(now, copy, text_len) == 0));
    free(copy);
    sg_buf_free(&out);
    sg_buf_free(&text);
    sg_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sg_record record = {0};
    struct sg_err err = {0};
    char *line = exact(data, size);
    enum sg_code code = sg_record_scan(&record, line, size, &err);
    demand(code == SG_OK || (code == SG_DATA && err.byte <= size && err.text[0]));
    compare(&record, line, size, code, &err);
    if (code == SG_OK) write_and_change(&record, line, size);
    sg_record_free(&record);
    free(line);
    return 0;
}
