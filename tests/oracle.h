/*
 * oracle: what jansson says about a JSON text, and whether it reads the same in it as we do.
 *
 * Shape   ORACLE_UNSURE where jansson's own limits decide (a number past double, a lone surrogate escape, NUL in a
 *         name or between tokens, its nesting limit): there only our own tests speak.
 * Owns    *value is the caller's: json_decref.
 */
#ifndef SANGAM_TESTS_ORACLE_H
#define SANGAM_TESTS_ORACLE_H

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "text/json.h"

enum oracle { ORACLE_REJECTS, ORACLE_ACCEPTS, ORACLE_UNSURE };

static inline enum oracle oracle_ask(const char *text, size_t len, json_t **value) {
    json_error_t error;
    *value =
        json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (*value && memchr(text, 0, len)) { /* it takes a NUL between tokens for the end */
        json_decref(*value);
        *value = NULL;
        return ORACLE_UNSURE;
    }
    if (*value) return ORACLE_ACCEPTS;
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_stack_overflow: return ORACLE_UNSURE;
    default:
        return strncmp(error.text, "invalid Unicode", 15) == 0 ? ORACLE_UNSURE : ORACLE_REJECTS;
    }
}

static inline bool oracle_same(struct sg_json ours, const json_t *theirs);

static inline bool oracle_same_string(struct sg_json ours, const json_t *theirs) {
    struct sg_buf text = {0};
    size_t lone = 0;
    bool same = sg_json_string(ours, &text, &lone) && lone == 0 &&
                text.len == json_string_length(theirs) &&
                memcmp(text.data, json_string_value(theirs), text.len) == 0;
    sg_buf_free(&text);
    return same;
}

static inline bool oracle_same_array(struct sg_json ours, const json_t *theirs) {
    struct sg_json value;
    size_t at = 0, i = 0;
    for (; sg_json_each(ours, &at, NULL, &value); i++)
        if (i == json_array_size(theirs) || !oracle_same(value, json_array_get(theirs, i)))
            return false;
    return i == json_array_size(theirs);
}

/* jansson, too, keeps the last of equal names. */
static inline bool oracle_same_object(struct sg_json ours, json_t *theirs) {
    struct sg_json name, value;
    size_t members = 0;
    for (size_t at = 0; sg_json_each(ours, &at, &name, &value);) members++;
    if (members < json_object_size(theirs)) return false;
    const char *key;
    json_t *their_value;
    json_object_foreach(theirs, key, their_value) {
        if (!sg_json_member(ours, key, &value) || !oracle_same(value, their_value)) return false;
    }
    return true;
}

static inline bool oracle_same(struct sg_json ours, const json_t *theirs) {
    double number;
    bool truth;
    switch (sg_json_type(ours)) {
    case SG_JSON_OBJECT:
        return json_is_object(theirs) && oracle_same_object(ours, (json_t *)theirs);
    case SG_JSON_ARRAY: return json_is_array(theirs) && oracle_same_array(ours, theirs);
    case SG_JSON_STRING: return json_is_string(theirs) && oracle_same_string(ours, theirs);
    case SG_JSON_NUMBER:
        return json_is_real(theirs) && sg_json_double(ours, &number) &&
               number == json_real_value(theirs);
    case SG_JSON_BOOL:
        return json_is_boolean(theirs) && sg_json_bool(ours, &truth) &&
               truth == json_is_true(theirs);
    case SG_JSON_NULL: return json_is_null(theirs);
    case SG_JSON_NONE: break;
    }
    return false;
}

#endif
