#!/usr/bin/env bats
# sangam from the outside: pipeline files, runs, what is left behind, and the proof.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p in/sub fake
    printf '%s\n' '{"id":"a","text":"one  two\r\nx"}' '{"id":"b","text":"y"}' >in/a.jsonl
    printf '%s\n' '{"id":"c","text":"z"}' | zstd -q >in/sub/b.jsonl.zst
    cat >p.yaml <<'END'
name: tiny
input: [in]
stages:
  - normalize: {profile: web}
  - normalize:
      set: {whitespace: "off"}
END
    PATH=$BATS_TEST_TMPDIR/fake:$PATH
}

# A stage that is a shell script: $1 its name, its body on standard input. $work is the folder it writes.
fake() {
    cat >"fake/sangam-$1" <<'END'
#!/bin/bash
if [ "$1" = --generate ]; then
    version=${FAKE_VERSION:-$(sangam --version | cut -d' ' -f2)}
    echo '{"about":"x","name":"fake","options":[{"name":"mode","type":"choice","value":"near|exact","choices":["near","exact"],"initial":"near","help":"x","letter":"","result":true},{"name":"seed","type":"count","value":"N","initial":"1","help":"x","letter":"","result":true},{"name":"label","type":"list","value":"X","initial":null,"help":"x","letter":"","result":true},{"name":"fast","type":"flag","value":null,"initial":null,"help":"x","letter":"","result":false},{"name":"output","type":"text","value":"OUTPUT","initial":"-","help":"x","letter":"o","result":false}],"program":"sangam-fake","verbs":[],"version":"'"$version"'"}'
    exit 0
fi
work=.
for word; do case $word in --output=*) work=${word#--output=} ;; esac; done
mkdir -p "$work"
END
    cat >>"fake/sangam-$1"
    chmod +x "fake/sangam-$1"
}

# refused MESSAGE: the pipeline on standard input is refused with exit 2 and exactly this message
refused() {
    cat >bad.yaml
    run sangam plan bad.yaml in -o w
    echo "$output"
    [ "$status" -eq 2 ]
    [ "$output" = "sangam: error: $1" ]
}

@test "no arguments: usage and exit 2" {
    run sangam
    [ "$status" -eq 2 ]
    [[ "$output" == "Usage: sangam run PIPELINE"* ]]
    run sangam run
    [ "$status" -eq 2 ]
    [[ "$output" == *"which pipeline?"* ]]
    run sangam run nonesuch in -o w
    [ "$status" -eq 2 ]
    [[ "$output" == *"no pipeline 'nonesuch'"* ]]
    run sangam run nonesuch.yaml in -o w
    [ "$status" -eq 1 ]
}

@test "errors of a pipeline file have file, line, column and the nearest right word" {
    fake fake </dev/null
    refused "bad.yaml:1:1: unknown key 'stage', did you mean 'stages'?" <<<'stage: []'
    refused "bad.yaml:1:1: 'stages' takes a list with at least one stage" <<<'stages: {}'
    refused "bad.yaml:2:5: no stage 'normalise', did you mean 'normalize'?" <<<$'stages:\n  - normalise: {}'
    refused "bad.yaml:1:12: no stage '../x': there is no program sangam-../x beside sangam or in PATH" <<<'stages: [{ "../x": {} }]'
    refused "bad.yaml:2:12: unknown key 'mod', did you mean 'mode'?" <<<$'stages:\n  - fake: {mod: near}'
    refused "bad.yaml:3:13: mode: 'nearly' is none of near, exact" <<<$'stages:\n  - fake:\n      mode: nearly'
    refused "bad.yaml:3:13: seed: '-1' is not a whole number" <<<$'stages:\n  - fake:\n      seed: -1'
    refused "bad.yaml:3:13: fast: 'yes' is not true or false" <<<$'stages:\n  - fake:\n      fast: yes'
    refused "bad.yaml:3:13: seed: takes a single value, not a list" <<<$'stages:\n  - fake:\n      seed: [1]'
    refused "bad.yaml:2:11: fake: takes a mapping of options" <<<$'stages:\n  - fake: 3'
    refused "bad.yaml:2:12: 'output' is not a key of a pipeline: sangam sets it for all stages (-j, --memory, -o)" <<<$'stages:\n  - fake: {output: x}'
    refused "bad.yaml:2:29: key 'max_bad' stands twice ('-' and '_' are equal)" <<<$'stages:\n  - normalize: {max-bad: 1, max_bad: 2}'
    refused "bad.yaml:1:10: an anchor (&name) is not allowed" <<<'stages: [&x fake]'
    refused "bad.yaml:2:1: 'join' is not carried out by this version: leave it out, the shards are the same" <<<$'stages: [fake]\njoin: [a, b]'
    refused "bad.yaml:1:1: no key 'stages': a pipeline is a list of them" <<<'name: x'
}

@test "no input, no folder to work in: exit 2" {
    echo 'stages: [normalize]' >q.yaml
    run sangam run q.yaml in
    [ "$status" -eq 2 ]
    [[ "$output" == *"give -o WORK"* ]]
    run sangam run q.yaml -o w
    [ "$status" -eq 2 ]
    [[ "$output" == *"no input"* ]]
    run sangam run q.yaml missing -o w
    [ "$status" -eq 1 ]
    [ ! -e w ]
}

@test "a stage of another version is refused" {
    fake fake </dev/null
    echo 'stages: [fake]' >q.yaml
    FAKE_VERSION=0.0.9 run sangam run q.yaml in -o w
    [ "$status" -eq 2 ]
    [[ "$output" == *"is of version '0.0.9', sangam is "* ]]
}

@test "plan says what would be done and does nothing" {
    run sangam plan p.yaml -o w --set 2-normalize.only=nfc
    [ "$status" -eq 0 ]
    [[ "$output" == *"2 files, "* ]]
    [[ "$output" == *"2-normalize"*"reads    w/1-normalize"*"writes   w/2-normalize"* ]]
    [[ "$output" == *"set = 'whitespace=off'"*"only = 'nfc'"* ]]
    [[ "$output" != *"profile = "* ]] # it is the default
    [ ! -e w ]
    sangam plan p.yaml -o w >a
    sangam run --dry-run p.yaml -o w >b
    cmp a b
    [ ! -e w ]
}

@test "--set beats the file; lists are replaced, then grow; a stage that occurs twice is named by its folder" {
    fake fake <<<'printf "%s\n" "$@" >args'
    printf 'stages:\n  - fake:\n      label: [x, y]\n      seed: 5\n      fast: true\n' >q.yaml
    sangam -q run q.yaml in -o w 2>/dev/null || sangam run -q q.yaml in -o w
    grep -qx -- --label=x args && grep -qx -- --label=y args && grep -qx -- --seed=5 args && grep -qx -- --fast args
    sangam run -q q.yaml in -o w --set fake.label=1 --set fake.label=2 --set fake.seed=6 --set fake.fast=false
    [ "$(grep -c -- --label args)" -eq 2 ]
    grep -qx -- --label=1 args && grep -qx -- --label=2 args && grep -qx -- --seed=6 args
    run ! grep -q -- --fast args
    run sangam plan p.yaml -o w --set normalize.only=nfc
    [ "$status" -eq 2 ]
    [[ "$output" == *"occurs twice, write 1-normalize.KEY or 2-normalize.KEY"* ]]
    for set in "normalise.only=nfc" "only=nfc" "1-normalize.only" "1-normalize.onyl=nfc" "1-normalize.profile=wbe"; do
        run sangam plan p.yaml -o w --set "$set"
        [ "$status" -eq 2 ]
        [[ "$output" == *"--set '$set'"* ]]
    done
}

@test "-j and --memory go to the stages" {
    fake fake <<<'printf "%s\n" "$@" >args'
    echo 'stages: [fake]' >q.yaml
    sangam run -q -j3 --memory 256M q.yaml in -o w/
    [ "$(paste -sd' ' args)" = "--threads=3 --memory=268435456 --progress=auto --quiet --output=w/1-fake/ -- in" ]
}

@test "a run: funnel, logs, record; a second one does nothing; verify proves it" {
    run --separate-stderr sangam run p.yaml -o w
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "stage            documents in          out      dropped      bad           size" ]
    [[ "${lines[1]}" == "1-normalize                 3            3            0        0"* ]]
    [[ "${lines[2]}" == "2-normalize                 3            3            0        0"* ]]
    [ "$(zstd -qdc w/2-normalize/a.jsonl.zst | head -n1 | jq -r .text)" = $'one two\nx' ]
    grep -q "3 documents in" w/logs/1-normalize.log
    jq -e '.state == "done" and (.stages | length) == 2' w/run.json
    find w/?-normalize -type f -exec stat -c '%n %Y %i' {} + | sort >before
    sangam run -q p.yaml -o w >/dev/null
    find w/?-normalize -type f -exec stat -c '%n %Y %i' {} + | sort | cmp before -
    run sangam status w
    [ "$status" -eq 0 ]
    [[ "$output" == *"p.yaml: done"*"1-normalize               2 of 2                       3"* ]]
    run sangam verify w
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "1-normalize    2 receipts: 3 in = 3 out + 0 dropped + 0 bad: proved" ]
    [[ "${lines[2]}" == "verified: "* ]]
}

@test "WORK can be moved and looked at from elsewhere" {
    sangam run -q p.yaml -o w >/dev/null
    mkdir far && mv w far/ && cd far
    sangam status w
    run ! sangam verify w # the receipts name the inputs by their place
    mv w ..
    cd /
    sangam verify "$BATS_TEST_TMPDIR/w"
}

# broken CAUSE COMMAND...: after the command, verify ends with 3 and a line that holds CAUSE
broken() {
    rm -rf w in/new.jsonl
    sangam run -q p.yaml -o w >/dev/null
    "${@:2}"
    run sangam verify w
    echo "$output"
    [ "$status" -eq 3 ]
    grep -q "^problem: .*$1" <<<"$output"
    [[ "$output" == *"error: not verified: "* ]]
}

@test "verify finds whatever was changed" {
    flip() { printf 'X' | dd of="$1" bs=1 seek=20 conv=notrunc status=none; }
    broken "'w/1-normalize/a.jsonl.zst': its content is not what its receipt says" flip w/1-normalize/a.jsonl.zst
    broken "'w/2-normalize/a.receipt.json': " sed -i 's/"records_in":2/"records_in":3/' w/2-normalize/a.receipt.json
    broken "'w/2-normalize/a.jsonl.zst': " rm w/2-normalize/a.jsonl.zst
    broken "1-normalize/a.jsonl.zst': was not read by 2-normalize" rm w/2-normalize/a.receipt.json
    broken "a.jsonl.zst': no receipt speaks of it" rm w/2-normalize/a.receipt.json
    broken "extra.jsonl': no receipt speaks of it" cp in/a.jsonl w/1-normalize/extra.jsonl
    broken "in/new.jsonl': was not read by 1-normalize" cp in/a.jsonl in/new.jsonl
    rm in/new.jsonl
    broken "no receipts: this stage has not run" rm -r w/2-normalize
    swap() { # a stage's output made again from other text, with a sound receipt of its own
        rm w/1-normalize/a.*
        sed 's/one/eins/' in/a.jsonl >other.jsonl
        sangam-normalize -q other.jsonl -o w/1-normalize/a.jsonl.zst
    }
    broken "2-normalize read another content than the stage before it wrote" swap
    cp in/a.jsonl keep
    broken "in/a.jsonl': its content is not" sed -i 's/one/ONE/' in/a.jsonl
    cp keep in/a.jsonl
    broken "has .* bytes, its receipt says" sh -c 'echo >>in/a.jsonl'
    cp keep in/a.jsonl
    broken "in/a.jsonl': " rm in/a.jsonl
}

@test "a ledger that lies is found" {
    fake fake <<'END'
echo '{"id":"a"}' | zstd -q >$work/a.jsonl.zst
echo '{"id":"b","reason":"x"}' | zstd -q >$work/a.dropped.jsonl.zst
END
    echo 'stages: [fake]' >q.yaml
    run sangam run -q q.yaml in -o w
    [ "$status" -eq 2 ] # a file without a receipt
    [[ "$output" == *"'w/1-fake/a.jsonl.zst' has no receipt"* ]]
    run sangam verify w
    [ "$status" -eq 3 ]
    [[ "$output" == *"a.dropped.jsonl.zst': no receipt speaks of it"* ]]
}

@test "a failing stage: its exit code, its name, its log; status shows the last error" {
    fake fake <<<'echo "sangam-fake: error: too small" >&2; exit 4'
    printf 'stages: [normalize, fake, normalize]\n' >q.yaml
    run sangam run q.yaml in -o w
    [ "$status" -eq 4 ]
    [[ "$output" == *"stage 2-fake ended with exit code 4, see above or w/logs/2-fake.log; what is done stays done when you run again"* ]]
    [ "$(cat w/logs/2-fake.log)" = "sangam-fake: error: too small" ]
    [ ! -e w/3-normalize ]
    run sangam status w
    [[ "$output" == *"failed"*"2-fake"*"sangam-fake: error: too small"* ]]
    fake fake <<<'kill -9 $$'
    run sangam run q.yaml in -o w
    [ "$status" -eq 1 ]
    [[ "$output" == *"stage 2-fake was killed by SIGKILL"* ]]
}

@test "the live line is shown and left out of the log" {
    fake fake <<<'printf "\r\033[Kmap: 1 MiB\r\033[Kmap: 2 MiB\r\033[Ksangam-fake: info: done\n" >&2; printf "no end" >&2'
    echo 'stages: [fake]' >q.yaml
    sangam run q.yaml in -o w 2>seen
    grep -q 'map: 2 MiB' seen
    [ "$(cat w/logs/1-fake.log)" = $'sangam-fake: info: done\nno end' ]
}

until_file() { for _ in $(seq 100); do [ -e "$1" ] && return; sleep 0.05; done; return 1; }

@test "a signal reaches the stage, and the caller sees it" {
    fake fake <<<'trap "kill %1; echo stopped >stopped; exit 1" TERM; sleep 60 & echo $$ >pid; wait'
    echo 'stages: [fake]' >q.yaml
    sangam run -q q.yaml in -o w 2>said &
    sangam=$!
    until_file pid
    kill -TERM $sangam
    status=0
    wait $sangam || status=$?
    [ "$status" -eq 143 ]
    [ -e stopped ]
    grep -q "stopped by SIGTERM" said
}

@test "stages die with sangam, and the next run waits for that" {
    fake fake <<<'[ -e pid ] && exit 0; trap "kill %1; sleep 0.5; exit 1" TERM; sleep 60 & echo $$ >pid; wait'
    echo 'stages: [fake]' >q.yaml
    sangam run -q q.yaml in -o w 2>/dev/null &
    sangam=$!
    until_file pid
    kill -KILL $sangam
    wait $sangam || true
    run sangam status w
    [[ "$output" == *"stopped; give the same 'sangam run' again"* || "$output" == *"running"* ]]
    sangam run -q q.yaml in -o w
    [ ! -d "/proc/$(cat pid)" ] || grep -q '^State:.Z' "/proc/$(cat pid)/status" # gone, or nobody has fetched its end yet
}

@test "one run at a time in a folder" {
    fake fake <<<'trap "kill %1; exit 1" TERM; sleep 60 & echo $$ >pid; wait'
    echo 'stages: [fake]' >q.yaml
    sangam run -q q.yaml in -o w 2>/dev/null &
    sangam=$!
    until_file pid
    run sangam run q.yaml in -o w
    [ "$status" -eq 1 ]
    [[ "$output" == *"another run is at work in 'w' (host "*", process $sangam)"* ]]
    run sangam status w
    [[ "$output" == *"running (host "*", process $sangam)"* ]]
    run sangam verify w
    [ "$status" -eq 1 ]
    kill $sangam
    wait $sangam || true
}

@test "WORK inside INPUT is refused" {
    for work in in/w in/sub/w/deep in; do
        run sangam run p.yaml -o $work
        [ "$status" -eq 2 ]
        [[ "$output" == *"lies inside the input"* ]]
    done
    [ ! -e in/w ]
}

@test "what an earlier run left behind is not mixed in" {
    sangam run -q p.yaml -o w >/dev/null
    mv in/a.jsonl in/z.jsonl
    run sangam run -q p.yaml -o w
    [ "$status" -eq 2 ]
    [[ "$output" == *"'w/1-normalize/a.receipt.json' was made from a file that is not part of this run: remove it"* ]]
    rm w/*/a.*
    sangam run -q p.yaml -o w >/dev/null
    sangam verify w
}

@test "standard input as input" {
    echo 'stages: [normalize, normalize]' >q.yaml
    sangam run -q q.yaml - -o w <in/a.jsonl >/dev/null
    [ "$(zstd -qdc w/2-normalize/stdin.jsonl.zst | wc -l)" -eq 2 ]
    sangam verify w
}

@test "a list that can be read only once" {
    echo 'stages: [normalize]' >q.yaml
    for way in pipe stdin; do
        rm -rf w
        if [ $way = pipe ]; then sangam run -q q.yaml @<(find in -type f | sort -r) -o w >/dev/null
        else find in -type f | sangam run -q q.yaml @- -o w >/dev/null; fi
        [ "$(find w/1-normalize -name '*.jsonl.zst' | wc -l)" -eq 2 ]
        [ "$(wc -l <w/input-1.list)" -eq 2 ]
        sangam status w | grep -q '2 of 2'
        sangam verify w
    done
}

@test "a bare name is a pipeline that comes with sangam" {
    mkdir -p usr/bin usr/share/sangam/pipelines
    cp "$(command -v sangam)" "$(command -v sangam-normalize)" usr/bin/
    echo 'stages: [normalize]' >usr/share/sangam/pipelines/web.yaml
    usr/bin/sangam run -q web in -o w >/dev/null
    jq -e '.pipeline | endswith("/share/sangam/pipelines/web.yaml")' w/run.json
    run usr/bin/sangam run webb in -o w
    [ "$status" -eq 2 ]
    [[ "$output" == *"no pipeline 'webb'"*"(web)"* ]]
}

@test "to shards: the funnel names languages, verify walks on into the manifest" {
    printf '%s\n' '{"id":"a","text":"x","language":"hin","language_script":"Deva"}' '{"id":"b","text":"y","language":"tam","language_script":"Taml"}' >in/a.jsonl
    printf 'stages:\n  - normalize\n  - shard: {target: docs=1, seed: 7}\n' >q.yaml
    run --separate-stderr sangam run -q q.yaml in -o w
    [ "$status" -eq 0 ]
    [[ "$output" == *"2-shard                     3            3            0        0"* ]]
    [[ "$output" == *"3 languages in 3 shards:"*"hin_Deva 1"*"tam_Taml 1"*"und_Zyyy 1"* ]]
    [ -e w/shards/manifest.json ]
    sangam status w
    run sangam verify w
    echo "$output"
    [ "$status" -eq 0 ]
    sangam verify w/shards
    shard=$(find w/shards -name '*.jsonl.zst' | head -n1)
    printf 'X' | dd of="$shard" bs=1 seek=20 conv=notrunc status=none
    run sangam verify w
    [ "$status" -eq 3 ]
    run sangam verify w/shards
    [ "$status" -eq 3 ]
}
