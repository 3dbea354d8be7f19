/* cross: options, agreement of parameters, and what the policies mean for survivor order. */
#include "cross.h"

#include <stdlib.h>

#include "base/num.h"
#include "parts.h"
#include "settle.h"
#include "sigx.h"
#include "text/json.h"

/* ---- options ---- */

static enum sg_code check_words(const struct dedup_job *job, bool index, struct sg_err *err) {
    static const char *const of_cross[] = {"theirs", "mine", "policy"}, *const of_both[] = {"key", "blind-ids"},
                      *const of_index[] = {"slim", "merge"};
    const struct sg_opts *opts = job->run->opts;
    for (size_t i = 0; i < 3; i++)
        if (!job->cross.on && sg_opts_given(opts, of_cross[i]))
            return sg_err_set(err, SG_USAGE, "--%s is for --mode cross", of_cross[i]);
    for (size_t i = 0; i < 2; i++)
        if (!job->cross.on && !index && sg_opts_given(opts, of_both[i]))
            return sg_err_set(err, SG_USAGE, "--%s is for 'sangam-dedup index' and --mode cross", of_both[i]);
    for (size_t i = 0; i < 2; i++)
        if (!index && sg_opts_given(opts, of_index[i]))
            return sg_err_set(err, SG_USAGE, "--%s is for 'sangam-dedup index'", of_index[i]);
    if (index && job->cross.on) return sg_err_set(err, SG_USAGE, "an index is of --mode near or exact");
    if (job->cross.on && !sg_opts_text(opts, "theirs"))
        return sg_err_set(err, SG_USAGE, "--mode cross needs --theirs FILE.sigx");
    return SG_OK;
}

static enum dedup_policy policy_of(const char *word) {
    if (strcmp(word, "mine") == 0) return DEDUP_MINE;
    return strcmp(word, "balanced") == 0 ? DEDUP_BALANCED : DEDUP_THEIRS;
}

/* What an index has; its parameters replace those of the one before (fix compares). */
static enum sg_code look_at(struct dedup_cross *cross, const char *path, struct sg_err *err) {
    struct dedup_sigx sigx;
    enum sg_code code = dedup_sigx_open(&sigx, path, err);
    if (code == SG_OK) {
        cross->paths[cross->count] = path;
        cross->content[cross->count] = sigx.content;
        cross->records[cross->count++] = sigx.records;
        cross->slim |= sigx.form.slim;
        cross->near &= sigx.form.bands > 0;
    }
    dedup_sigx_close(&sigx);
    return code;
}

enum sg_code dedup_cross_options(struct dedup_job *job, struct sg_err *err) {
    struct dedup_cross *cross = &job->cross;
    const struct sg_opts *opts = job->run->opts;
    bool index = job->run->verb && strcmp(job->run->verb->name, "index") == 0;
    cross->on = strcmp(sg_opts_text(opts, "mode"), "cross") == 0;
    enum sg_code code = check_words(job, index, err);
    const char *key = sg_opts_text(opts, "key"), *mine = sg_opts_text(opts, "mine");
    job->settings.blind = sg_opts_flag(opts, "blind-ids");
    if (code == SG_OK && key) code = dedup_secret_load(&job->settings.secret, key, err);
    if (code != SG_OK || !cross->on) return code;
    char *const *operands;
    cross->near = true;
    cross->policy = policy_of(sg_opts_text(opts, "policy"));
    cross->report = mine != NULL;
    if (mine && sg_opts_operands(opts, &operands) > 0)
        return sg_err_set(err, SG_USAGE, "--mine stands in place of INPUT: give one of them");
    if (mine && job->run->output_is_folder)
        return sg_err_set(err, SG_USAGE, "with --mine only a report is written: give -o FILE.jsonl, or no -o");
    if (mine) code = look_at(cross, mine, err);
    if (code == SG_OK) code = look_at(cross, sg_opts_text(opts, "theirs"), err);
    if (code == SG_OK && cross->slim && cross->policy == DEDUP_BALANCED)
        code = sg_err_set(err, SG_USAGE,
                          "--policy balanced needs sketches and id keys of both: an index made with --slim has none");
    return code;
}

/* ---- the same parameters ---- */

/* What an index carries: two of one fingerprint can be compared. */
static void describe(const struct dedup_job *job, struct sg_buf *out) {
    const struct sg_hash128 files = job->prefer.files;
    char hex[SG_HASH_HEX];
    struct sg_buf keys = {0};
    dedup_parameters_keys_json(&job->parameters, &keys);
    sg_json_open(out, '{');
    if (job->settings.blind) {
        sg_json_name(out, "blind_ids");
        sg_json_put_bool(out, true);
    }
    if (job->settings.secret.on) {
        sg_json_name(out, "key");
        sg_json_put_str(out, sg_hash_hex(job->settings.secret.name, hex));
    }
    sg_json_name(out, "keys");
    sg_json_put_raw(out, (struct sg_json){keys.data, keys.len});
    sg_json_name(out, "prefer");
    sg_json_put_str(out, job->parameters.prefer);
    if (files.lo || files.hi) {
        sg_json_name(out, "prefer_files");
        sg_json_put_str(out, sg_hash_hex(files, hex));
    }
    sg_json_close(out, '}');
    sg_buf_free(&keys);
}

static void list_differences(struct sg_json theirs, struct sg_json ours, struct sg_buf *out);

/* "bands is 14 there and 21 here" */
static void list_member(struct sg_json name, struct sg_json value, struct sg_json ours, struct sg_buf *out) {
    char *word = sg_strndup(name.text, name.len);
    struct sg_json other;
    bool here = sg_json_member(ours, word, &other);
    bool same = here && other.len == value.len && memcmp(other.text, value.text, value.len) == 0;
    if (!same && here && sg_json_type(value) == SG_JSON_OBJECT) list_differences(value, other, out);
    else if (!same)
        sg_buf_printf(out, "%s%s is %.*s there and %.*s here", out->len ? ", " : "", word, (int)value.len, value.text,
                      here ? (int)other.len : 9, here ? other.text : "not given");
    free(word);
}

static void list_differences(struct sg_json theirs, struct sg_json ours, struct sg_buf *out) {
    struct sg_json name, value, other;
    size_t at = 0;
    while (sg_json_each(theirs, &at, &name, &value)) list_member(name, value, ours, out);
    at = 0;
    while (sg_json_each(ours, &at, &name, &value)) {
        char *word = sg_strndup(name.text, name.len);
        if (!sg_json_member(theirs, word, &other))
            sg_buf_printf(out, "%s%s is given here and not there", out->len ? ", " : "", word);
        free(word);
    }
    sg_buf_str(out);
}

static enum sg_code same_parameters(const struct dedup_job *job, const char *path, struct sg_err *err) {
    struct dedup_sigx sigx;
    struct sg_json theirs, ours;
    struct sg_buf list = {0};
    const struct sg_buf *json = &job->cross.parameters;
    enum sg_code code = dedup_sigx_open(&sigx, path, err);
    if (code == SG_OK && sg_hash_compare(sigx.fingerprint, sg_hash128(json->data, json->len, 0)) != 0) {
        if (sg_json_check(sigx.json.data, sigx.json.len, &theirs, err) == SG_OK &&
            sg_json_check(json->data, json->len, &ours, err) == SG_OK)
            list_differences(theirs, ours, &list);
        sg_err_clear(err);
        sg_err_set(err, SG_DATA, "index of signatures: made with other parameters: %.350s",
                   list.len ? list.data : "its list of them is damaged");
        code = sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    sg_buf_free(&list);
    dedup_sigx_close(&sigx);
    return code;
}

static void use_bands(struct dedup_job *job) {
    struct dedup_minhash *minhash = &job->settings.minhash;
    unsigned bytes = DEDUP_SKETCH / minhash->bands;
    bytes = bytes > 4 ? 4 : bytes < 1 ? 1 : bytes;
    unsigned bands = minhash->bands * bytes <= DEDUP_SKETCH ? minhash->bands : DEDUP_SKETCH;
    job->settings.slim_bytes = bytes;
    minhash->sketch_bytes = bands * bytes;
    if (job->verify != DEDUP_NONE) job->rule = dedup_rule_of_bands(job->tau, bands, minhash->rows, bytes);
    else job->rule.bytes = minhash->sketch_bytes;
}

/* Files between verbs, and receipts, belong to these indexes. */
static void bind(struct dedup_job *job) {
    static const char *const policies[] = {"theirs", "mine", "balanced"};
    struct sg_run *run = job->run;
    struct sg_buf json = {0};
    char hex[SG_HASH_HEX];
    sg_json_open(&json, '{');
    sg_json_name(&json, "content");
    sg_json_open(&json, '[');
    for (size_t i = 0; i < job->cross.count; i++) sg_json_put_str(&json, sg_hash_hex(job->cross.content[i], hex));
    sg_json_close(&json, ']');
    sg_json_name(&json, "policy");
    sg_json_put_str(&json, policies[job->cross.policy]);
    sg_json_name(&json, "their_documents");
    sg_json_put_u64(&json, job->cross.records[job->cross.count - 1]);
    sg_json_name(&json, "verified_by");
    sg_json_put_str(&json, job->verify == DEDUP_NONE || job->cross.slim ? "band" : "sketch");
    sg_json_close(&json, '}');
    sg_buf_str(&json);
    const struct sg_hash128 files = job->prefer.files; /* as without an index */
    sg_buf_str(&job->about.json);
    char *parameters = sg_buf_take(&job->about.json);
    sg_buf_printf(&job->about.json, "{\"cross\":%s,\"index\":%.*s,\"parameters\":%s}", json.data,
                  (int)job->cross.parameters.len, job->cross.parameters.data, parameters);
    job->about.fingerprint = sg_hash_sum(sg_hash128(job->about.json.data, job->about.json.len, 0), files);
    free(parameters);
    if (run->settings.len > 1) {
        run->settings.len--;
        sg_buf_printf(&run->settings, ",\"cross\":%s}", json.data);
    }
    struct sg_hash_state *state = sg_hash_new();
    sg_hash_add(state, sg_hash_hex(run->settings_hash, hex), SG_HASH_HEX - 1);
    sg_hash_add_sized(state, job->about.json.data, job->about.json.len);
    run->settings_hash = sg_hash_digest(state);
    sg_hash_free(state);
    sg_buf_free(&json);
}

/* A secret seed for the functions of the sketch. */
static void mix_seed(struct dedup_job *job) {
    struct dedup_minhash *minhash = &job->settings.minhash;
    uint64_t band_seed = minhash->band_seed;
    if (!job->settings.secret.on) return;
    dedup_minhash_init(minhash, minhash->bands, minhash->rows, job->seed ^ job->settings.secret.seed);
    minhash->band_seed = band_seed;
}

enum sg_code dedup_cross_fix(struct dedup_job *job, struct sg_err *err) {
    struct dedup_cross *cross = &job->cross;
    enum sg_code code = SG_OK;
    describe(job, &cross->parameters);
    mix_seed(job);
    if (!cross->on) return SG_OK;
    job->settings.near = cross->near;
    if (!cross->near) job->rule = dedup_rule_of(job->verify, job->tau, 1);
    for (size_t i = 0; code == SG_OK && i < cross->count; i++) code = same_parameters(job, cross->paths[i], err);
    if (code != SG_OK) return code;
    if (cross->near && job->verify <= DEDUP_TEXT) {
        bool again = job->run->verb && job->run->verb->planned; /* plan has said it */
        sg_log_line(job->run->progress, again ? SG_LOG_DETAIL : SG_LOG_INFO,
                    "their texts are not here: pairs are verified by %s, not by text",
                    cross->slim ? "the band keys that agree" : "sketch");
        job->verify = DEDUP_SKETCH_ONLY;
        job->rule = dedup_rule_of(job->verify, job->tau, job->settings.minhash.sketch_bytes);
    }
    if (cross->near && cross->slim) use_bands(job);
    bind(job);
    return SG_OK;
}

/* ---- survivor order ---- */

static size_t part_of_theirs(const struct dedup_job *job) {
    return job->part_count - 1;
}

bool dedup_cross_theirs(const struct dedup_job *job, uint64_t place) {
    return job->cross.on && place >> DEDUP_PLACE_BITS == part_of_theirs(job);
}

enum dedup_role dedup_cross_role(const struct dedup_job *job, uint64_t document) {
    bool theirs = document >= job->parts[part_of_theirs(job)].first;
    if (job->cross.policy == DEDUP_BALANCED) return DEDUP_ANY;
    if (theirs) return DEDUP_ONLY_LEADS;
    return job->cross.policy == DEDUP_MINE ? DEDUP_ONLY_FOLLOWS : DEDUP_ANY;
}

static void blind(const struct dedup_job *job, size_t part, struct dedup_doc *doc) {
    bool from_text = part < job->part_count - job->cross.count;
    if (from_text && job->settings.blind) doc->id_key = dedup_blind_id(&job->settings, doc);
}

void dedup_cross_doc(const struct dedup_job *job, size_t part, struct dedup_doc *doc) {
    bool theirs = part == part_of_theirs(job);
    blind(job, part, doc);
    if (job->cross.policy != DEDUP_BALANCED) doc->priority = theirs ? 0 : doc->priority + (doc->priority == 0);
    else if (theirs) doc->line_low = job->cross.theirs_first ? 0 : UINT64_MAX;
}

/* The content sum of my documents, as my index would have it: every pair of keys once. */
static enum sg_code sum_of_mine(const struct dedup_job *job, struct sg_hash128 *sum, struct sg_err *err) {
    struct dedup_parts_rows docs = {.job = job, .kind = dedup_doc_kind(job), .suffix = ".doc"};
    struct sg_extsort *keys = NULL;
    char last[DEDUP_SIGX_KEYS] = {0};
    const void *row;
    bool any = false;
    enum sg_code code = dedup_sort_new(job, DEDUP_SIGX_KEYS, 16, &keys, err);
    while (code == SG_OK && (code = dedup_parts_next(&docs, &row, err)) == SG_OK && docs.part < part_of_theirs(job)) {
        struct dedup_doc doc;
        char key[DEDUP_SIGX_KEYS];
        dedup_doc_get(row, &doc);
        blind(job, docs.part, &doc);
        const uint64_t words[] = {doc.text_key.hi, doc.text_key.lo, doc.id_key.hi, doc.id_key.lo};
        for (int i = 0; i < 4; i++) dedup_put_word(key + 8 * i, words[i]);
        code = sg_extsort_put(keys, key, err);
    }
    dedup_parts_close(&docs);
    if (code == SG_END || code == SG_OK) code = sg_extsort_sort(keys, err);
    while (code == SG_OK && (code = sg_extsort_next(keys, &row, err)) == SG_OK) {
        if (!any || memcmp(row, last, sizeof last) != 0) *sum = sg_hash_sum(*sum, sg_hash128(row, sizeof last, 0));
        memcpy(last, row, sizeof last);
        any = true;
    }
    sg_extsort_free(keys);
    return code == SG_END ? SG_OK : code;
}

enum sg_code dedup_cross_sides(struct dedup_job *job, struct sg_err *err) {
    struct dedup_cross *cross = &job->cross;
    struct sg_hash128 mine = {0};
    if (!cross->on || cross->policy != DEDUP_BALANCED) return SG_OK;
    enum sg_code code = sum_of_mine(job, &mine, err);
    int order = sg_hash_compare(cross->content[cross->count - 1], mine);
    if (code == SG_OK && order == 0 && cross->records[cross->count - 1] > 0)
        code = sg_err_set(err, SG_USAGE,
                          "their index has just my documents: nothing tells whose are to stay; one owner takes --policy "
                          "theirs, the other nothing");
    cross->theirs_first = order < 0;
    return code;
}
