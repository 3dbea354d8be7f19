/* sangam-shard: the option table; what it does is in shard.c and verify.c. */
#include "run/stage.h"
#include "shard.h"
#include "verify.h"

/* clang-format off */
static const struct sg_option run_options[] = {
    {"target", 0, SG_OPTION_TEXT, "UNIT=N", "zbytes=256MiB",
     "size of a shard: bytes=SIZE (uncompressed), zbytes=SIZE (compressed), docs=N or tokens=N (estimated)", true},
    {"seed", 0, SG_OPTION_COUNT, "N", "1", "seed of the shuffle", true},
    {"duplicate-ids", 0, SG_OPTION_CHOICE, "stop|keep", "stop",
     "two different lines with one id: stop with exit 3, or keep both and go by id and text", true},
    {"schema", 0, SG_OPTION_CHOICE, "keep", "keep", "keep: lines pass byte for byte", true},
    {"name", 0, SG_OPTION_TEXT, "NAME", "corpus", "name of the release, for its manifest and card", true},
    {"release", 0, SG_OPTION_TEXT, "TEXT", "1", "version of the release, for its manifest and card", true},
    {"level", 0, SG_OPTION_COUNT, "N", "3", "zstd level of the shards", true},
    {0}};

static const struct sg_option verify_options[] = {
    {"shallow", 0, SG_OPTION_FLAG, NULL, NULL, "names, sizes and the manifest's own sums only"},
    {"deep", 0, SG_OPTION_FLAG, NULL, NULL, "read every shard (the default)"},
    {"threads", 'j', SG_OPTION_COUNT, "N", NULL, "shards read at a time (default: the CPUs this process may use)"},
    {0}};
/* clang-format on */

static const struct sg_verb verbs[] = {
    {.name = "run", .about = "shuffle a corpus and write it as shards", .usage = "[OPTIONS] INPUT... -o FOLDER/",
     .options = run_options, .run = shard_run},
    {.name = "verify", .about = "check a release against its manifest", .usage = "FOLDER [--shallow|--deep]",
     .options = verify_options, .run = shard_verify, .bare = true},
    {0}};

static const char *const manual[] = {
    "Writes a corpus as shards in a folder for each language, in an order that is random but repeatable: where a document "
    "stands depends on its id and the seed, never on files, threads, memory or interruptions. Lines pass byte for byte.",
    "The folder is named by the members language and language_script (hin_Deva; und_Zyyy without them). A shard is one zstd "
    "frame that tells its size, for many readers take nothing else whole. manifest.json describes every shard and is written "
    "last: a folder without it is no release. README.md and SHA256SUMS are for people, run.json tells what was read.",
    "FOLDER must be empty or hold what this program wrote. A run that was interrupted is run again with the same command.",
    "verify reads a release and prints one line for each thing that is not as the manifest says, then ends with exit 3.",
    NULL};

static const struct sg_stage stage = {
    .name = "shard",
    .about = "write the corpus as shuffled shards with a manifest",
    .reads = "id text language language_script owner source license",
    .writes = "",
    .manual = manual,
    .want = SG_INPUTS_CHAIN,
    .verbs = verbs,
    .output_is_folder = true,
    .lone_default_input = true,
};

int main(int argc, char **argv) { return sg_stage_main(&stage, argc, argv); }
