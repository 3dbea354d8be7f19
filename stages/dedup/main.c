/* sangam-dedup: its verbs and the manual; the options are in options.c, the work is in run.c. */
#include "options.h"
#include "run.h"

/* clang-format off */
static const struct sg_option explain_options[] = {
    {"plan", 0, SG_OPTION_TEXT, "DIR", NULL, "folder of a run with --plan: its files tell most"},
    {0}};

static const struct sg_option verb_options[] = {
    {"plan", 0, SG_OPTION_TEXT, "DIR", NULL, "what 'sangam-dedup plan' made: says what to do, and holds all files between verbs"},
    {"task", 0, SG_OPTION_TEXT, "I/N", "0/1", "this process does part I of N, counted from 0; N may be another for each verb"},
    {"consume", 0, SG_OPTION_FLAG, NULL, NULL, "delete files of DIR that no later verb reads, once this one is done"},
    {0}};

static const char *const manual[] = {
    "Removes documents whose text is in the corpus already. Two documents are exact duplicates when their texts are equal "
    "after NFC and with every run of white space as one space. They are near duplicates when the sets of their windows "
    "(five words, or ten characters in scripts that write no spaces) have a Jaccard similarity of J or more.",
    "Candidates come from MinHash bands and are verified: every removed document is at least J similar to the document that "
    "stays for it, not only to a neighbour. The longest text of a cluster stays. The answer does not depend on the order of "
    "files, on how the corpus is cut into files, on threads or on memory.",
    "Kept documents gain minhash_cluster_size, the number of documents the survivor stands for, itself included, and "
    "minhash_cluster_id, 32 hex digits, empty when it is alone. The ledger beside each output has a line for each document "
    "removed: id, reason (exact or near), cluster, survivor_id, similarity, method (key, sketch, text or band), "
    "cluster_size, bytes.",
    "A preset sets profile, unit, ngram, bands, rows and verification to the published values of a recipe; options that are "
    "given win. The receipt's settings hold the values in force and, as preset_differences, everything that is done otherwise "
    "than in the recipe. A preset has the recipe's recall, never its signatures.",
    "--mode para and --mode line do not compare documents but their paragraphs (what stands between blank lines) or their "
    "lines (between U+000A): footers, menus, notices. The copy in the document that --prefer prefers stays, in one document "
    "the first one; all others are cut out of their texts, and the documents stay. Copies are equal after NFC and with every "
    "run of white space as one space; case, punctuation, digits and marks count. A cut takes the text of the copy and the "
    "white space that parted it from its neighbour; the longer of two separators stays, so that nothing is doubled and "
    "paragraphs do not run together. Lines below 20 characters stay, for short ones repeat for many reasons ('}', 'Yes.', "
    "cells of tables); --min-chars changes that. In a corpus with program code or verse use para, or line with --min-count 10 or "
    "more: a line of code that stands in two documents is no boilerplate, and cutting it leaves a program with holes.",
    "A document of which nothing but white space is left goes as a whole, with reason para or line in the ledger. --min-left N "
    "also removes those with fewer than N characters left, and then a copy that others were cut for may go with them. The "
    "ledger has a line for every document that lost something: reason, survivor_id (for the first cut), bytes (cut), spans "
    "([begin,end] in characters of the text as it was; what stands there is what went) and span_survivors (whose copy stays, "
    "for each). Lines with spans speak of documents that stay: the ledger's lines are dropped plus the counter documents_cut "
    "of the receipt. With --keep-dropped they hold the whole old text. Kept documents have minhash_cluster_size 1 and an empty "
    "minhash_cluster_id.",
    "With --mode substr, whatever stretch of L characters or more stands in the corpus twice is cut out of all texts but the "
    "first, in the order above; inside one text the first place stays. L counts code points, Han and kana twice: 100 letters "
    "or 50 characters of Chinese. A cut never parts a grapheme cluster: an end that falls into one moves inward, and what is "
    "shorter than L then stays. What is left, documents that go as a whole and the ledger are as with para and line. --spans "
    "mark writes this ledger and leaves the texts as they are.",
    "Inputs are read up to three times; standard input is first copied to --tmp.",
    "Two owners who may not show each other their texts swap indexes: 'sangam-dedup index CORPUS -o A.sigx' writes keys and "
    "sketches, no text; each then runs '--mode cross CORPUS --theirs B.sigx'. With --policy theirs (the default) what matches "
    "one of theirs goes, and mine are deduplicated among themselves as ever; with balanced both remove by the same order, so "
    "that each text stays with exactly one of them, and both outputs together are the deduplication of both corpora; with mine "
    "nothing goes and the output is a report, one JSON line for each document that meets one of theirs. --mine A.sigx in place "
    "of INPUT gives the report of what a policy would do. Both need the same parameters: an index of others is refused, with "
    "what differs. Pairs are verified by sketch, for their texts are not here. A ledger line of reason cross names their text "
    "key.",
    "What an index reveals: whoever has it can test whether a text he knows, or one much like it, is in your corpus, how many "
    "documents there are, how long each is, and which of them are alike; with an id he can test for the id. He cannot read "
    "a text out of it. --blind-ids takes the test for ids away from all who have not the whole line. --slim leaves ids and "
    "sketches out; keys of texts and parts of bands remain, so the test for texts does too. --key FILE mixes a secret that "
    "only both owners have into all of it: a third party who finds the file can test nothing without the secret; your partner, "
    "who has it, still can, and so can whoever guesses it: take 32 random bytes. Lengths and counts are not hidden. Keys of "
    "texts and ids go through SHA-256 with the secret; sketches and band keys through hash functions that a secret seed chooses "
    "and that nobody has shown to withstand cryptanalysis. No stronger claim is made.",
    "Runs over the years: deduplicate the first crawl and make its index; each new crawl goes against --theirs all.sigx, the "
    "index of what was kept is added by 'sangam-dedup index --merge all.sigx new.sigx -o all2.sigx'. An index of a corpus is "
    "the same bytes however the corpus is cut into files, and indexes can be merged in any order: index each share on its "
    "own machine.",
    "'sangam-dedup explain ID --plan DIR' tells why a document stayed or went: its keys, who shares them, the component, the "
    "similarity and the survivor, from the files of a run with --plan. 'explain ID OUTPUT' tells what ledger and receipts of "
    "finished outputs know.",
    "On many machines: plan once, then map, link, cluster, settle, recheck, settle and apply, each as any number of tasks, all "
    "tasks of one before the first of the next. A Slurm array job is 'sangam-dedup map --plan DIR --task "
    "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT'. The answer does not depend on how many tasks there were. A task that is "
    "done already returns at once; a file that was cut, damaged or made from other inputs or options is refused by name.",
    NULL};
/* clang-format on */

static const struct sg_verb verbs[] = {
    {.name = "run",
     .about = "deduplicate a corpus on one machine",
     .usage = "[OPTIONS] INPUT... -o OUTPUT",
     .run = dedup_run},
    {.name = "plan",
     .about = "write down what is to be done, for the verbs below",
     .usage = "[OPTIONS] INPUT... -o OUTPUT --plan DIR",
     .run = dedup_run_plan},
    {.name = "map",
     .about = "read a share of the inputs: keys and sketches",
     .usage = "--plan DIR [--task I/N]",
     .options = verb_options, .run = dedup_run_map, .planned = true},
    {.name = "link",
     .about = "find documents that share a key",
     .usage = "--plan DIR [--task I/N]",
     .options = verb_options, .run = dedup_run_link, .planned = true},
    {.name = "cluster",
     .about = "find what is connected (one task)",
     .usage = "--plan DIR",
     .options = verb_options, .run = dedup_run_cluster, .planned = true},
    {.name = "settle",
     .about = "decide who stays; again after recheck",
     .usage = "--plan DIR [--task I/N]",
     .options = verb_options, .run = dedup_run_settle, .planned = true},
    {.name = "recheck",
     .about = "read the texts that sketches leave in doubt",
     .usage = "--plan DIR [--task I/N]",
     .options = verb_options, .run = dedup_run_recheck, .planned = true},
    {.name = "apply",
     .about = "write a share of the outputs",
     .usage = "--plan DIR [--task I/N]",
     .options = verb_options, .run = dedup_run_apply, .planned = true},
    {.name = "index",
     .about = "write keys and sketches of a corpus, for another owner or a later run; or merge such files",
     .usage = "[OPTIONS] INPUT... -o NAME.sigx",
     .run = dedup_run_index, .output_suffix = ".sigx"},
    {.name = "explain",
     .about = "tell why a document stayed or went",
     .usage = "ID --plan DIR, or ID OUTPUT",
     .options = explain_options, .run = dedup_run_explain, .planned = true},
    {0}};

static const struct sg_stage stage = {
    .name = "dedup",
    .about = "remove exact and near duplicates",
    .reads = "id text language language_script",
    .writes = "minhash_cluster_size minhash_cluster_id dedup_component dedup_exact dedup_near dedup_sources dedup_first_date "
              "dedup_last_date",
    .manual = manual,
    .keeps_order = true,
    .want = SG_INPUTS_CHAIN,
    .options = dedup_options,
    .verbs = verbs,
    .lone_default_input = true,
};

int main(int argc, char **argv) { return sg_stage_main(&stage, argc, argv); }
