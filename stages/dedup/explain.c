#include "run.h"
enum sg_code dedup_run_explain(struct sg_run *run, struct sg_err *err) { (void)run; return sg_err_set(err, SG_USAGE, "soon"); }
