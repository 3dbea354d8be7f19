#include "text/identity.h"

#include "base/hash.h"

bool sg_identity_fix(struct sg_record *record, const char *owner, size_t owner_len,
                     const char *source, size_t source_len) {
    const struct sg_member *member = sg_record_find(record, "id");
    struct sg_json value = {0};
    if (member) value = sg_record_value(record, member);
    if (member && sg_json_type(value) == SG_JSON_STRING && value.len > 2) return false;
    if (member && sg_json_type(value) == SG_JSON_NUMBER) {
        struct sg_buf digits = {
            0}; /* copied first: the value may lie in the buffer that set appends to */
        sg_buf_put(&digits, value.text, value.len);
        sg_record_set_string(record, "id", digits.data, digits.len);
        sg_buf_free(&digits);
        return true;
    }
    char hex[SG_HASH_HEX];
    struct sg_hash_state *state = sg_hash_new();
    sg_hash_add_sized(state, owner, owner_len);
    sg_hash_add_sized(state, source, source_len);
    sg_hash_add_sized(state, record->line, record->len);
    sg_record_set_string(record, "id", sg_hash_hex(sg_hash_digest(state), hex), SG_HASH_HEX - 1);
    sg_hash_free(state);
    return true;
}
