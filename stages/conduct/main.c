/* sangam: carries out a pipeline, shows how far it is, and proves what it made. */
#include "conduct.h"

/* clang-format off */
static const struct sg_option run_options[] = {
    {"output",   'o', SG_OPTION_TEXT,   "WORK",      NULL,
     "folder to work in; it holds all stages' output, logs and shards"},
    {"threads",  'j', SG_OPTION_COUNT,  "N",         NULL,
     "cores for all stages together (default: those this process may use)"},
    {"memory",   0,   SG_OPTION_BYTES,  "SIZE",      NULL,
     "limit for all processes together, such as 4G (default: three quarters of what there is)"},
    {"tmp",      0,   SG_OPTION_TEXT,   "DIR",       NULL,    "folder for intermediate files (default: inside WORK)"},
    {"set",      0,   SG_OPTION_LIST,   "STAGE.KEY=VALUE", NULL,
     "one key of one stage, such as dedup.mode=exact; beats the file; may be repeated"},
    {"executor", 0,   SG_OPTION_CHOICE, "local",     "local", "who runs the stages: this machine"},
    {"progress", 0,   SG_OPTION_CHOICE, "auto|always|never", "auto", "the live line; auto: on a terminal"},
    {"dry-run",  0,   SG_OPTION_FLAG,   NULL,        NULL,    "print the plan and stop"},
    {0}};

static const struct sg_option plan_options[] = {
    {"output",   'o', SG_OPTION_TEXT,   "WORK",      NULL,    "folder to work in"},
    {"threads",  'j', SG_OPTION_COUNT,  "N",         NULL,    "cores for all stages together"},
    {"memory",   0,   SG_OPTION_BYTES,  "SIZE",      NULL,    "limit for all processes together"},
    {"set",      0,   SG_OPTION_LIST,   "STAGE.KEY=VALUE", NULL, "one key of one stage; beats the file; may be repeated"},
    {0}};

static const struct sg_option no_options[] = {{0}};

static const struct sg_verb verbs[] = {
    {"run",    "carry out a pipeline; what is done already stays done",
     "PIPELINE [INPUT...] [-o WORK] [-j N] [--memory SIZE] [--set STAGE.KEY=VALUE]", run_options, conduct_run, true},
    {"plan",   "say what a run would do, and do nothing",
     "PIPELINE [INPUT...] [-o WORK] [--set STAGE.KEY=VALUE]", plan_options, conduct_plan, true},
    {"status", "say how far a run is", "WORK", no_options, conduct_status, true},
    {"verify", "prove that every document went where the receipts say", "WORK|RELEASE", no_options, conduct_verify, true},
    {0}};
/* clang-format on */

static const char *const manual[] = {
    "A pipeline is a YAML file: a list of stages with their options. PIPELINE is such a file, or "
    "the name of one that comes with "
    "sangam: web, regional. The stages run one after the other, each reading the folder that the "
    "one before it wrote.",
    "WORK holds one folder a stage (1-ingest, 2-normalize, ...), shards, logs and run.json. Beside "
    "each output stands its receipt; "
    "files whose receipt is valid are not made again, so a run that was stopped, by whatever "
    "means, goes on when the same command "
    "is given again.",
    "Keys of a stage are its long options. A key that the stage does not know, or a value of the "
    "wrong type, is an error with file, "
    "line, column and the nearest key that exists; nothing is started then.",
    "verify reads everything again: each receipt's own sum; that documents in are documents out, "
    "dropped and bad; that ledgers hold "
    "the lines they promise; that each stage read exactly what the one before it wrote; and the "
    "sums of the input files and shards.",
    NULL};

int main(int argc, char **argv) {
    static const struct sg_stage stage = {
        .name = "",
        .about = "carry out a pipeline from raw text to verified shards",
        .example = "sangam run web corpus/ -o work/",
        .manual = manual,
        .options = no_options,
        .verbs = verbs,
    };
    return sg_stage_main(&stage, argc, argv);
}
