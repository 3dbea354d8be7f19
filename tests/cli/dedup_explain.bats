#!/usr/bin/env bats
# sangam-dedup explain: the chain from keys to survivor, from a plan's files or from outputs alone.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    python3 - <<'PYTHON'
import json
w = ["w%d" % i for i in range(200)]
def cut(t, at, n): t = list(t); t[at:at + n] = ["e%dx%d" % (at, i) for i in range(n)]; return t
docs = [("first", w + ["longest"]), ("edited", cut(w, 50, 4)), ("again", cut(w, 50, 4)), ("other", ["o%d" % i for i in range(90)]),
        ("short", ["two", "words"])]
with open("a.jsonl", "w") as f:
    for i, t in docs[:2]: f.write(json.dumps({"id": i, "text": " ".join(t)}) + "\n")
with open("b.jsonl", "w") as f:
    for i, t in docs[2:]: f.write(json.dumps({"id": i, "text": " ".join(t)}) + "\n")
    f.write(json.dumps({"id": "häßlich \"1\"", "text": "w0 w1 w2 and nothing else that is known here"}) + "\n")
PYTHON
    sangam-dedup run -q a.jsonl b.jsonl -o out/ --plan plan
}

setup() { cd "$BATS_FILE_TMPDIR"; }

@test "a near copy: keys, component, similarity, leader, survivor" {
    run -0 sangam-dedup explain edited --plan plan
    [[ $output == *"document 2 of 'a.jsonl'"* && $output == *"21 band keys; other documents with its text key: 1"* ]]
    [[ $output == *"component of 3 documents"* && $output == *"goes: near duplicate of 'first', similarity 0."* ]]
    [[ $output == *"cluster "*" of 3 documents"* && $output == *"sketches: "*" of 126 values equal"* ]]
    sangam-dedup explain edited --plan plan --log json >"$BATS_TEST_TMPDIR/json"
    jq -e '.id == "edited" and .verdict == "near" and .survivor_id == "first" and .cluster_size == 3 and .keys == 22
        and .keys_of_both > 5 and .sketch_values == 126 and .sketch_values_equal > 100 and .same_text_key == 1
        and .component_documents == 3 and .deleted == [] and .similarity > 0.85 and .similarity < 1' "$BATS_TEST_TMPDIR/json"
    # what the ledger says, and no other number
    zstd -qdc out/a.dropped.jsonl.zst | jq -c '[.cluster, .survivor_id, .similarity, .method]' |
        cmp - <(jq -c '[.cluster, .survivor_id, .similarity, .method]' "$BATS_TEST_TMPDIR/json")
}

@test "those that stay: a survivor, a document alone, one of too few windows, an id of any characters" {
    run -0 sangam-dedup explain first --plan plan
    [[ $output == *"stays: first in survivor order"*"stands for 3 documents"* ]]
    run -0 sangam-dedup explain other --plan plan
    [[ $output == *"stays, alone"* && $output == *"other documents with its text key: 0"* ]]
    run -0 sangam-dedup explain short --plan plan
    [[ $output == *"too few: compared exactly only"* && $output == *"0 band keys"* ]]
    run -0 sangam-dedup explain 'häßlich "1"' --plan plan
    [[ $output == *"stays, alone"* ]]
    sangam-dedup explain 'häßlich "1"' --plan plan --log json | jq -e '.id == "häßlich \"1\"" and .verdict == "keep"'
    sangam-dedup explain 'häßlich "1"' out | grep -q "stays: in 'out/b.jsonl.zst'"
}

@test "from outputs alone: the ledger's line, the kept line, who went for it" {
    run -0 sangam-dedup explain edited out
    [[ $output == *"went: in the ledger 'out/a.dropped.jsonl.zst'"* && $output == *'reason "near"; survivor "first"'* ]]
    run -0 sangam-dedup explain first out
    [[ $output == *"stays: in 'out/a.jsonl.zst'"*"itself included: 3"* && $output == *"went for it: 2"*'"edited"'* ]]
    run -0 sangam-dedup explain first out/a.jsonl.zst --log json
    jq -e '.verdict == "keep" and .cluster_size == 3 and .removed_for_it == 1' <<<"$output"
    sangam-dedup explain again out --log json | jq -e '.verdict == "drop" and .ledger.survivor_id == "first"'
}

@test "an id that is nowhere: exit 1; what is missing to ask: exit 2" {
    run -1 sangam-dedup explain nobody --plan plan
    [[ $output == *"'nobody' is no id of a document in 'plan'"* ]]
    run -1 sangam-dedup explain nobody out
    run -2 sangam-dedup explain edited
    run -2 sangam-dedup explain edited out --plan plan
    run -2 sangam-dedup explain edited --plan "$BATS_TEST_TMPDIR"
}

@test "files that were deleted or are not made yet: it says so and tells the rest" {
    plan=$BATS_TEST_TMPDIR/plan
    sangam-dedup plan -q a.jsonl b.jsonl -o "$BATS_TEST_TMPDIR/out/" --plan "$plan"
    run -2 sangam-dedup explain edited --plan "$plan"
    [[ $output == *"map has not finished"* ]]
    sangam-dedup map -q --plan "$plan"
    run -0 sangam-dedup explain edited --plan "$plan"
    [[ $output == *"settle has not finished"* && $output == *"windows"* ]]
    for verb in link cluster settle recheck settle; do sangam-dedup $verb -q --plan "$plan" --consume; done
    run -0 sangam-dedup explain edited --plan "$plan"
    [[ $output == *"goes: near duplicate of 'first'"* && $output == *"t*.doc) were deleted"* ]]
    run -0 sangam-dedup explain other --plan "$plan"
    [[ $output == *"stays, alone"* ]]
    sangam-dedup explain other --plan "$plan" --log json | jq -e '.deleted == ["t*.doc", "t*.bnd", "component.cmp"]'
    run -1 sangam-dedup explain nobody --plan "$plan"
}

@test "against an index: the text of theirs that stays for it" {
    sangam-dedup index -q a.jsonl -o "$BATS_TEST_TMPDIR/a.sigx"
    sangam-dedup run -q --mode cross b.jsonl --theirs "$BATS_TEST_TMPDIR/a.sigx" -o "$BATS_TEST_TMPDIR/out/" --plan "$BATS_TEST_TMPDIR/plan"
    run -0 sangam-dedup explain again --plan "$BATS_TEST_TMPDIR/plan"
    [[ $output == *"goes: exact duplicate of their text "* ]]
    key=$(zstd -qdc "$BATS_TEST_TMPDIR/out/b.dropped.jsonl.zst" | jq -r .their_text_key)
    sangam-dedup explain again --plan "$BATS_TEST_TMPDIR/plan" --log json | jq -e --arg key "$key" '.verdict == "cross" and .their_text_key == $key'
    sangam-dedup explain again "$BATS_TEST_TMPDIR/out" | grep -q "their text key \"$key\""
}
