#include "measure.h"

#include <stdlib.h>

#include "calibrate.h"
#include "evaluate.h"
#include "io/file.h"
#include "io/publish.h"
#include "langtag.h"
#include "sparse.h"

#define PRIORS_MAX ((size_t)1 << 20)

enum sg_code measure_priors(struct sg_buf *bytes, const char *path, struct sg_err *err) {
    struct langtag_settings settings = {.model = bytes->data, .model_len = bytes->len, .top = 1};
    struct langtag *langtag = NULL;
    struct sparse_model *model = NULL;
    struct sg_buf text = {0};
    enum sg_code code = sg_file_load(path, PRIORS_MAX, &text, err);
    if (code == SG_OK) code = langtag_new(&langtag, &settings, err);
    if (code == SG_OK) code = sparse_load(&model, bytes->data, bytes->len, err);
    if (code == SG_OK) {
        float *priors = sg_zalloc(model->label_count, sizeof *priors);
        sg_buf_str(&text);
        code = langtag_priors(langtag, text.data, priors, err);
        for (size_t i = 0; i < model->label_count; i++) model->labels[i].prior = priors[i];
        free(priors);
    }
    bytes->len = code == SG_OK ? 0 : bytes->len;
    if (code == SG_OK) code = sparse_save(model, bytes, err);
    sparse_free(model);
    langtag_free(langtag);
    sg_buf_free(&text);
    return code;
}

enum sg_code measure_model(struct sg_buf *bytes, const char *folder, bool fit, struct sg_err *err) {
    struct langtag_settings settings = {.model = bytes->data, .model_len = bytes->len, .top = 1};
    struct langtag *langtag = NULL;
    struct sparse_model *model = NULL;
    struct evaluation e = {0};
    struct sg_buf report = {0};
    enum sg_code code = langtag_new(&langtag, &settings, err);
    if (code == SG_OK) code = evaluate_folder(langtag, folder, &e, err);
    if (code == SG_OK && sparse_is_model(bytes->data, bytes->len))
        code = sparse_load(&model, bytes->data, bytes->len, err);
    if (code == SG_OK && fit && !model)
        code = sg_err_set(err, SG_USAGE, "a fastText model cannot be calibrated: no -o here");
    if (code == SG_OK && fit) {
        calibrate_fit(model, e.cases, e.case_count);
        bytes->len = 0;
        code = sparse_save(model, bytes, err);
    }
    if (code == SG_OK) {
        evaluate_report(&e, model, &report);
        code = sg_publish_bytes("-", report.data, report.len, err);
    }
    sg_buf_free(&report);
    evaluate_free(&e);
    sparse_free(model);
    langtag_free(langtag);
    return code;
}
