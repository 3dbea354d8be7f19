#include "ingest.h"
#include "plan.h"

/* clang-format off */
static const struct sg_option options[] = {
    {"split", 0, SG_OPTION_CHOICE, "document|line|paragraph", "document",
     "one record per text, per line or per paragraph", true},
    {"map", 0, SG_OPTION_TEXT, "text=FIELD,id=FIELD", NULL,
     "which fields of other tools' JSONL are text, id, url, date...", true},
    {"owner", 0, SG_OPTION_TEXT, "NAME", "",
     "who contributes this, where nothing nearer says it", true},
    {"source", 0, SG_OPTION_TEXT, "NAME", "",
     "which collection this is, where nothing nearer says it", true},
    {"license", 0, SG_OPTION_TEXT, "SPDX-ID|URL", "",
     "its terms, where nothing nearer says them", true},
    {"charset", 0, SG_OPTION_TEXT, "NAME", "",
     "the charset of texts that declare none and are no UTF-8", true},
    {"html", 0, SG_OPTION_CHOICE, "skip|raw", "skip",
     "skip: listed as unsupported; raw: markup kept as text", true},
    {"nested", 0, SG_OPTION_COUNT, "N", "1",
     "how many archives inside each other are opened", true},
    {"sidecar", 0, SG_OPTION_CHOICE, "use|ignore", "use",
     "read sangam-source.yaml files; ignore: for deliveries not trusted", true},
    {"max-bad", 0, SG_OPTION_LIMIT, "N|P%", "1%",
     "bad units allowed in the whole run before exit 3; as a percentage never fewer than 10"},
    {0}};
/* clang-format on */

static const char *const manual[] = {
    "Reads archives (tar, zip, 7z, cpio, iso, ar, compressed or not, one in another), web "
    "archives (WARC, WET, ARC), folders of text files and JSONL of other tools, told apart by "
    "their content, and writes records.",
    "A file named sangam-source.yaml in an input folder says where the texts below it come "
    "from: owner, source, license, url, date, charset.",
    "What is not read is never silent: HTML (until its main content is extracted), binary data, "
    "links and the records of a web archive that hold no text are ledger lines with their "
    "reason; what is damaged is a bad unit.",
    NULL};

static const struct sg_stage stage = {
    .name = "ingest",
    .about = "archives, web archives, text files and JSONL become records with their provenance",
    .writes = "id text owner source license url date file_path charset charset_source "
              "charset_score decode_errors",
    .manual = manual,
    .keeps_order = true,
    .repairs_utf8 = true,
    .want = SG_INPUTS_ANY,
    .options = options,
    .run = ingest_run,
    .tell_outputs = plan_tell,
    .lone_default_input = true,
};

int main(int argc, char **argv) { return sg_stage_main(&stage, argc, argv); }
