#!/usr/bin/env bats
# sangam-normalize from the outside; what all chain stages share is tested here too, on the stage that needs least.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    printf '%s\n' '{"id":"a","text":"x\u00a0 y\r\n"}' '{"id":"b","text":"plain"}' '{"id":"c","text":"e\u0301"}' >in.jsonl
}

@test "a pipe: plain JSONL in and out, one line of counters on standard error" {
    run --separate-stderr sangam-normalize <in.jsonl
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = '{"id":"a","text":"x y","norm":"web changed=2"}' ]
    [ "${lines[1]}" = '{"id":"b","text":"plain","norm":"web"}' ]
    [ "${lines[2]}" = '{"id":"c","text":"é","norm":"web changed=1"}' ]
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    [[ "$stderr" == *"3 documents in, 3 out, 0 dropped, 0 bad"* ]]
    run --separate-stderr sangam-normalize -q <in.jsonl
    [ -z "$stderr" ]
}

@test "every compression is read by its content, whatever its name" {
    sangam-normalize -q <in.jsonl >want
    for pack in "gzip -c" "xz -c" "bzip2 -c" "zstd -qc" "zstd -qc --long=27"; do
        $pack in.jsonl >packed.jsonl
        sangam-normalize -q packed.jsonl >got
        cmp want got
        sangam-normalize -q <packed.jsonl >got
        cmp want got
    done
}

@test "a file: frames, a seek table, a receipt; zstd and jq read it" {
    sangam-normalize -q in.jsonl -o out.jsonl.zst
    zstd -qdc out.jsonl.zst | jq -e -s 'length == 3' >/dev/null
    jq -e '.records_in == 3 and .records_out == 3 and .dropped == 0 and .bad == 0 and .outputs[0].path == "out.jsonl.zst"' out.receipt.json
    [ ! -e out.dropped.jsonl.zst ] && [ ! -e out.bad.zst ]
    sangam-normalize -q in.jsonl -o out.jsonl.gz
    [ "$(gzip -dc out.jsonl.gz | wc -l)" -eq 3 ]
    sangam-normalize -q in.jsonl -o out.jsonl
    [ "$(wc -l <out.jsonl)" -eq 3 ]
}

@test "a rerun does nothing; other settings or another input do it again" {
    sangam-normalize -q in.jsonl -o out/
    stamp=$(stat -c %Y.%i out/in.jsonl.zst)
    run sangam-normalize -v in.jsonl -o out/
    [[ "$output" == *"is done"* ]]
    [ "$stamp" = "$(stat -c %Y.%i out/in.jsonl.zst)" ]
    touch in.jsonl
    run sangam-normalize -v in.jsonl -o out/
    [[ "$output" == *"is done"* ]]
    sangam-normalize -q --profile conservative in.jsonl -o out/
    [ "$(zstd -qdc out/in.jsonl.zst | jq -r .norm | head -1)" = "conservative changed=2" ]
    echo '{"id":"d","text":"more"}' >>in.jsonl
    sangam-normalize -q --profile conservative in.jsonl -o out/
    [ "$(zstd -qdc out/in.jsonl.zst | wc -l)" -eq 4 ]
}

@test "folders keep their paths; two inputs for one output are refused; globs and lists" {
    mkdir -p tree/sub && cp in.jsonl tree/a.jsonl && gzip -c in.jsonl >tree/sub/b.jsonl.gz && cp in.jsonl tree/.hidden.jsonl && echo x >tree/notes.txt
    sangam-normalize -q tree -o out/
    [ "$(cd out && find . -name '*.jsonl.zst' | sort | tr '\n' ' ')" = "./a.jsonl.zst ./sub/b.jsonl.zst " ]
    sangam-normalize -q out -o again/
    [ -e again/sub/b.jsonl.zst ]
    mkdir other && cp in.jsonl other/a.jsonl
    run sangam-normalize -q tree/a.jsonl other/a.jsonl -o both/
    [ "$status" -eq 2 ]
    [[ "$output" == *"tree/a.jsonl"* && "$output" == *"other/a.jsonl"* && "$output" == *"common parent"* ]]
    sangam-normalize -q 'tree/*.jsonl' -o glob/
    [ -e glob/a.jsonl.zst ]
    printf 'tree/a.jsonl\n' >list.txt
    sangam-normalize -q @list.txt -o list/
    [ -e list/a.jsonl.zst ]
    run sangam-normalize -q 'nothing*.jsonl' -o x/
    [ "$status" -eq 1 ]
    [[ "$output" == *"nothing*.jsonl"* ]]
    run sangam-normalize -q in.jsonl -o newname
    [ "$status" -eq 2 ]
    [[ "$output" == *"newname/"* ]]
}

@test "bad records: stop at once with file, record and byte; or kept aside up to --max-bad" {
    printf '%s\n' '{"id":"a","text":"1"}' '{"id":"b","text":nope}' '' '{"id":"c","text":"3"}' >bad.jsonl
    run sangam-normalize -q bad.jsonl -o out.jsonl.zst
    [ "$status" -eq 3 ]
    [[ "$output" == *"'bad.jsonl', record 2, byte 18"* ]]
    [ ! -e out.jsonl.zst ] && [ ! -e out.receipt.json ]
    sangam-normalize -q --max-bad 1 bad.jsonl -o out.jsonl.zst
    [ "$(zstd -qdc out.jsonl.zst | wc -l)" -eq 2 ]
    zstd -qdc out.bad.zst | head -1 | jq -e '.record == 2 and .byte == 18 and .bytes == 22' >/dev/null
    [ "$(zstd -qdc out.bad.zst | sed -n 2p)" = '{"id":"b","text":nope}' ]
    jq -e '.bad == 1 and .records_in == 3 and .counters.blank_lines == 1' out.receipt.json
    run sangam-normalize -q --max-bad 10% bad.jsonl -o ten.jsonl.zst
    [ "$status" -eq 3 ]
}

@test "a cut or changed chain file is refused by its receipt" {
    sangam-normalize -q in.jsonl -o out.jsonl.zst
    head -c -30 out.jsonl.zst >cut && cp cut out.jsonl.zst
    run sangam-normalize -q out.jsonl.zst
    [ "$status" -eq 3 ]
    [[ "$output" == *"receipt says"* ]]
    rm out.receipt.json
    run sangam-normalize -q out.jsonl.zst
    [ "$status" -eq 3 ]
}

@test "the doors repair ill-formed UTF-8; members that no stage owns pass byte for byte" {
    printf '{"id":"a","text":"x\xffy","n":1.0e+05,"big":12345678901234567890,"k":"\\u00e9","s":"\\ud83d"}\n' >odd.jsonl
    run sangam-normalize -q odd.jsonl
    [ "$output" = '{"id":"a","text":"x�y","n":1.0e+05,"big":12345678901234567890,"k":"\u00e9","s":"\ud83d","norm":"web fffd=1"}' ]
}

@test "ids: kept, made from a number, derived when missing, the same each time" {
    printf '%s\n' '{"id":17,"text":"a"}' '{"text":"b"}' '{"id":"","text":"c"}' >ids.jsonl
    sangam-normalize -q ids.jsonl | jq -r .id >one
    sangam-normalize -q -j2 ids.jsonl | jq -r .id >two
    cmp one two
    [ "$(sed -n 1p one)" = 17 ]
    grep -cE '^[0-9a-f]{32}$' one | grep -qx 2
}

@test "the same bytes for any number of threads" {
    for i in $(seq 4000); do echo "{\"id\":\"$i\",\"text\":\"line $i  with  spaces$(printf '%*s' $((i % 700)) x)\"}"; done >many.jsonl
    sangam-normalize -q -j1 many.jsonl -o one.jsonl.zst
    for j in 2 7; do
        sangam-normalize -q -j$j --memory 512M many.jsonl -o other.jsonl.zst
        cmp one.jsonl.zst other.jsonl.zst
        rm other.*
    done
    zstd -lv one.jsonl.zst | grep -q 'Number of Frames\|Frames' 
}

@test "usage errors: exit 2 and the nearest right word" {
    run sangam-normalize --treads 2 in.jsonl
    [ "$status" -eq 2 ]
    [[ "$output" == *"--threads"* ]]
    run sangam-normalize --profile wep in.jsonl
    [ "$status" -eq 2 ]
    run sangam-normalize --set zalgo=on in.jsonl
    [ "$status" -eq 2 ]
    run sangam-normalize nothere.jsonl
    [ "$status" -eq 1 ]
    [[ "$output" == *"nothere.jsonl"* ]]
}

@test "--dry-run prints and writes nothing" {
    run sangam-normalize --dry-run in.jsonl -o out/
    [ "$status" -eq 0 ]
    [[ "$output" == *"in.jsonl"*"out/in.jsonl.zst"* ]]
    [ ! -e out ]
}
