#!/usr/bin/env bats
# sangam-shard from the outside: the same release whatever the way to it, a release that is proved, and one that is damaged.

bats_require_minimum_version 1.5.0

# 6,000 documents in five languages, one hostile label, one too long, some without; members that must pass byte for byte.
setup_file() {
    cd "$BATS_FILE_TMPDIR"
    awk 'BEGIN {
        srand(7)
        split("hin_Deva eng_Latn tam_Taml ../x_Latn none", labels, " ")
        words["hin"] = "नमस्ते दुनिया "; words["tam"] = "வணக்கம் "; words["eng"] = "hello world "; words["../x"] = "x y "; words["none"] = "z "
        for (i = 0; i < 6000; i++) {
            label = labels[1 + int(rand() * rand() * 5)]; split(label, p, "_"); text = ""
            for (k = int(rand() * 40); k >= 0; k--) text = text words[p[1]] int(rand() * 1000) " "
            member = label == "none" ? "" : ",\"language\":\"" p[1] "\",\"language_script\":\"" p[2] "\""
            if (i % 1000 == 5) member = ",\"language\":\"averyveryveryveryverylonglabelthatisnone\""
            source = i % 3 ? "" : ",\"source\":\"s" i % 4 "\",\"owner\":\"o\""
            extra = i % 7 ? "" : ",\"n\":1.0e+05,\"big\":12345678901234567890,\"k\":\"\\u00e9\""
            print "{\"id\":\"doc" i "\",\"text\":\"" text "\"" member source extra "}"
        }
    }' >all.jsonl
    sangam-shard -q all.jsonl -o release/ --target zbytes=4K
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    all=$BATS_FILE_TMPDIR/all.jsonl
    release=$BATS_FILE_TMPDIR/release
}

# Every byte that the contract promises: all of a release but run.json.
tree() { (cd "$1" && find . -name '.*' -prune -o -type f ! -name 'run.*' -print0 | sort -z | xargs -0 sha256sum); }
contents() { find "$1" -name 'part-*.zst' -print0 | sort -z | xargs -0 zstd -qdc; }

@test "every line comes out once, byte for byte" {
    cmp <(sort "$all") <(contents "$release" | sort)
    contents "$release" | grep -qF '"n":1.0e+05,"big":12345678901234567890,"k":"\u00e9"}'
}

@test "folders: labels are coded, missing and too long ones are und_Zyyy" {
    run ls "$release"
    [ "$output" = "$(printf '%s\n' %2E%2E%2Fx_Latn README.md SHA256SUMS eng_Latn hin_Deva manifest.json run.json tam_Taml und_Zyyy)" ]
    [ "$(jq .counters.labels_too_long "$release/run.json")" = 6 ]
    [ "$(zstd -qdc "$release"/und_Zyyy/train/*.zst | grep -c averyvery)" = 6 ]
    [ "$(ls -a "$release" | grep -c '^\.sangam')" = 0 ]
}

@test "one frame a shard, with its size and a checksum" {
    for f in "$release"/*/train/*.zst; do
        zstd -lv "$f" >list
        grep -q '^# Zstandard Frames: 1$' list
        grep -q "(.*$(zstd -qdc "$f" | wc -c) B)" list
        grep -q '^Check: XXH64' list
        [ "$(zstd -qdc "$f" | tail -c1 | od -An -tx1 | tr -d " ")" = 0a ]
    done
}

@test "python zstandard's decompress reads every shard whole" {
    python=$(PATH=/usr/bin:$PATH command -v python3) # Debian's packages belong to Debian's python
    "$python" -c 'import zstandard' 2>/dev/null || skip "skipped: no python3-zstandard"
    "$python" - "$release" <<'END'
import glob, json, sys, zstandard
root = sys.argv[1]
manifest = json.load(open(root + "/manifest.json"))
assert len(manifest["shards"]) > 5
for shard in manifest["shards"]:
    lines = zstandard.ZstdDecompressor().decompress(open(root + "/" + shard["path"], "rb").read()).splitlines()
    assert len(lines) == shard["documents"], shard["path"]
    for line in lines: json.loads(line)
END
}

@test "sha256sum -c, verify, and the numbers of the manifest agree" {
    (cd "$release" && sha256sum --quiet -c SHA256SUMS)
    sangam-shard verify "$release" -q
    sangam-shard verify "$release" -q --shallow
    jq -e '.totals[0].documents == 6000 and .input.documents == 6000 and .input.fingerprint == .totals[0].fingerprint
           and ([.shards[].documents] | add) == 6000 and ([.shards[].raw_bytes] | add) == .input.bytes
           and .seeds.shuffle == 1 and .plan.target == "zbytes=4K" and .dropped == {} and .totals[0].sources[0].name == "s0"' \
        "$release/manifest.json"
    [ "$(jq .input.bytes "$release/manifest.json")" = "$(wc -c <"$all")" ]
    cmp "$release/manifest.json" <(jq -Sc . "$release/manifest.json")
    jq -e '.records_in == 6000 and .records_out == 6000 and (.outputs | length) > 5' "$release/run.json"
}

@test "order of inputs, cuts, compressions, threads and memory change no byte" {
    shuf --random-source=<(yes) "$all" >mixed.jsonl
    mkdir cut
    split -n l/5 --additional-suffix=.jsonl mixed.jsonl cut/p
    gzip cut/paa.jsonl
    zstd -q --rm cut/pab.jsonl
    xz cut/pac.jsonl
    for target in zbytes=4K bytes=50K docs=77 tokens=9000; do
        sangam-shard -q "$all" -o one/ --target $target -j1
        sangam-shard -q cut -o two/ --target $target -j2 --memory 256M
        sangam-shard -q $(ls -r cut/*) -o seven/ --target $target -j7 --memory 4G
        [ "$(tree one)" = "$(tree two)" ]
        [ "$(tree one)" = "$(tree seven)" ]
        sangam-shard verify one -q
        rm -r one two seven
    done
    sangam-shard -q "$all" -o one/ --target zbytes=4K
    [ "$(tree one)" = "$(tree "$release")" ]
    sangam-shard -q - <mixed.jsonl -o pipe/ --target zbytes=4K
    [ "$(tree pipe)" = "$(tree "$release")" ]
}

# 32 MB of lines that hardly compress, more than the pools of 100M of memory hold: runs are spilled and merged.
@test "spilled runs give the bytes of one pass in memory, and the limit holds" {
    awk 'BEGIN { srand(3); for (i = 0; i < 40000; i++) { t = ""; for (k = 0; k < 100; k++) t = t sprintf("%08x", rand() * 4294967296);
         print "{\"id\":\"d" i "\",\"text\":\"" t "\",\"language\":\"l" i % 3 "\"}" } }' >big.jsonl
    sangam-shard -q big.jsonl -o mem/ --level 1 --target bytes=5M -j2 --memory 4G
    for j in 1 2; do
        sangam-shard -q big.jsonl -o spill/ --level 1 --target bytes=5M -j$j --memory 100M --tmp .
        [ "$(tree mem)" = "$(tree spill)" ]
        [ -n "$SANGAM_BUILD" ] && [[ $SANGAM_BUILD == *san* ]] ||
            [ "$(jq .run.peak_bytes spill/run.json)" -lt $((100 << 20)) ]
        rm -r spill
    done
    jq -e '[.shards[].raw_bytes] | length == 6 and (min > 5000000) and (max < 6000000)' mem/manifest.json
    [ "$(ls -A | grep -c spill)" = 0 ]
    (ulimit -n 64 && sangam-shard -q big.jsonl -o few/ --level 1 --target bytes=5M -j7 --memory 256M)
    [ "$(tree mem)" = "$(tree few)" ]
}

@test "shards are of the size asked for, and none is empty" {
    sangam-shard -q "$all" -o bytes/ --target bytes=20K
    jq -e '[.shards[] | select(.language == "hin") | .raw_bytes] | length > 30 and all(. > 17000 and . < 23500)' bytes/manifest.json
    sangam-shard -q "$all" -o docs/ --target docs=100
    jq -e '[.shards[] | select(.language == "hin") | .documents] | all(. >= 97 and . <= 103)' docs/manifest.json
    # documents larger than a shard leave no empty one behind
    for i in $(seq 30); do printf '{"id":"%s","text":"%*s"}\n' $i $((i % 10 ? 10 : 5000)) x; done >lumps.jsonl
    sangam-shard -q lumps.jsonl -o lumps/ --target bytes=500
    jq -e '[.shards[].documents] | min > 0 and add == 30' lumps/manifest.json
    sangam-shard verify lumps -q
}

@test "the order is a shuffle that the seed decides" {
    sangam-shard -q "$all" -o other/ --seed 2 --target zbytes=4K
    [ "$(jq -r .totals[0].fingerprint other/manifest.json)" = "$(jq -r .totals[0].fingerprint "$release/manifest.json")" ]
    run ! cmp -s <(contents other) <(contents "$release")
    # where the first 1,000 documents of the input stand among the Hindi ones: a third in each third, within 4 sigma
    zstd -qdc "$release"/hin_Deva/train/*.zst | jq -r .id | sed s/doc// |
        awk '{ n++; early[n] = $1 < 3000 } END { for (i = 1; i <= n; i++) if (early[i]) { part[int((i - 1) * 3 / n)]++; all++ }
             for (p = 0; p < 3; p++) { d = part[p] - all / 3; if (d * d > 16 * all * 2 / 9) exit 1 } }'
    # neighbours of the input are hardly ever neighbours of the output
    [ "$(contents "$release" | jq -r .id | sed s/doc// | awk '$1 == last + 1 { c++ } { last = $1 } END { print c + 0 }')" -lt 20 ]
}

@test "a second run does nothing; another plan replaces the release whole" {
    sangam-shard -q "$all" -o out/ --target docs=500
    before=$(stat -c %Y.%i out/manifest.json)
    run --separate-stderr sangam-shard "$all" -o out/ --target docs=500
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"nothing to do"* ]]
    [ "$(stat -c %Y.%i out/manifest.json)" = "$before" ]
    sangam-shard -q "$all" -o out/ --target docs=5000
    sangam-shard verify out -q # no shard of the old plan is left
    sangam-shard -q "$all" -o fresh/ --target docs=5000
    [ "$(tree out)" = "$(tree fresh)" ]
    grep -v '"language":"tam"' "$all" >less.jsonl
    sangam-shard -q less.jsonl -o out/ --target docs=5000
    [ ! -e out/tam_Taml ]
    sangam-shard verify out -q
}

@test "killed at any moment and run again: the same release, and never half of one" {
    local start=$EPOCHREALTIME
    sangam-shard -q "$all" -o clean/ --target docs=50 --level 9
    local took=$((${EPOCHREALTIME/./} - ${start/./})) halves=0
    for moment in $(seq 20); do
        rm -rf out
        sangam-shard -q "$all" -o out/ --target docs=50 --level 9 &
        pid=$!
        sleep "$(printf '%d.%06d' $((took * moment / 20 / 1000000)) $((took * moment / 20 % 1000000)))"
        kill -9 $pid 2>/dev/null || true
        wait $pid || true
        if [ -e out/manifest.json ]; then sangam-shard verify out -q; elif [ -d out ]; then
            run -3 sangam-shard verify out -q
            [ -z "$(find out -name 'part-*')" ] || halves=$((halves + 1))
        fi
        if [ $((moment % 5)) -eq 0 ]; then
            sangam-shard -q "$all" -o out/ --target docs=50 --level 9
            [ "$(tree out)" = "$(tree clean)" ]
            [ "$(find out -name '.*' | wc -l)" = 0 ]
        fi
    done
    # and surely some while shards are being written: as soon as the first one is there
    for attempt in $(seq 50); do
        [ "$halves" -eq 0 ] || break
        rm -rf out
        sangam-shard -q "$all" -o out/ --target docs=50 --level 9 &
        pid=$!
        while kill -0 $pid 2>/dev/null && [ -z "$(find out -name 'part-*' 2>/dev/null | head -1)" ]; do :; done
        kill -9 $pid 2>/dev/null || true
        wait $pid || true
        [ -e out/manifest.json ] || { run -3 sangam-shard verify out -q; halves=$((halves + 1)); }
    done
    [ "$halves" -gt 0 ]
    sangam-shard -q "$all" -o out/ --target docs=50 --level 9
    [ "$(tree out)" = "$(tree clean)" ]
}

@test "SIGTERM: stops, leaves no temporary file, and a rerun finishes" {
    mkfifo pipe
    timeout --foreground 60 sangam-shard -q - -o out/ <pipe &
    pid=$!
    exec 8>pipe # stays open: the program waits for more
    cat "$all" >&8
    sleep 0.5
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    exec 8>&-
    [ "$status" -eq 143 ]
    [ -z "$(ls -A out)" ]
    sangam-shard -q "$all" -o out/
    sangam-shard verify out -q
}

@test "two different lines with one id: exit 3, five examples and the count; keep goes on" {
    { head -n 3000 "$all"; head -n 7 "$all" | sed 's/"text":"/&other /'; head -n 3 "$all"; } >twice.jsonl
    run --separate-stderr sangam-shard twice.jsonl -o out/
    [ "$status" -eq 3 ]
    [ "$(grep -c "two different lines have the id 'doc[0-6]'" <<<"$stderr")" -eq 5 ]
    [[ "$stderr" == *"7 ids have more than one line"* ]]
    [ ! -e out/manifest.json ]
    # the two lines may lie in different languages
    printf '%s\n' '{"id":"x","text":"1","language":"hin"}' '{"id":"x","text":"1","language":"tam"}' >across.jsonl
    run -3 sangam-shard -q across.jsonl -o out/
    sangam-shard -q twice.jsonl -o out/ --duplicate-ids keep --target docs=100
    [ "$(contents out | wc -l)" = 3010 ]
    sangam-shard verify out -q
    tac twice.jsonl >back.jsonl
    sangam-shard -q back.jsonl -o out2/ --duplicate-ids keep --target docs=100
    [ "$(tree out)" = "$(tree out2)" ]
    # byte-equal lines are exact duplicates: both are kept
    { cat "$all"; head -n 10 "$all"; } >equal.jsonl
    sangam-shard -q equal.jsonl -o out3/
    [ "$(contents out3 | wc -l)" = 6010 ]
    sangam-shard verify out3 -q
}

@test "bad records: exit 3 with the place; --max-bad keeps them aside and the books balanced" {
    { head -n 10 "$all"; echo '{"text":"no id"}'; head -n 20 "$all" | tail -n 10; echo; echo '{"id":"a","text":'; } >bad.jsonl
    run --separate-stderr sangam-shard bad.jsonl -o out/
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"'bad.jsonl', record 11"* ]]
    [ ! -e out/manifest.json ]
    sangam-shard -q bad.jsonl -o out/ --max-bad 2
    jq -e '.dropped.bad == 2 and .input.documents == 22 and .totals[0].documents == 20' out/manifest.json
    jq -e '.records_in == 22 and .records_out == 20 and .bad == 2 and .counters.blank_lines == 1' out/run.json
    zstd -qdc out/run.bad.zst | grep -qF '{"text":"no id"}'
    zstd -qdc out/run.bad.zst | grep -q '"record":22,'
    sangam-shard verify out -q
    run -3 sangam-shard -q bad.jsonl -o out2/ --max-bad 1
    run -3 sangam-shard -q bad.jsonl -o out2/ --max-bad 5%
}

@test "a damaged chain file is refused" {
    zstd -qc "$all" | head -c 20000 >cut.jsonl.zst
    run --separate-stderr sangam-shard cut.jsonl.zst -o out/
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"cut.jsonl.zst"* ]]
    [ ! -e out/manifest.json ]
}

@test "a file with a 128 MiB window takes its memory from the pools, or is refused with the figure" {
    zstd -q --long=27 <"$all" >wide.jsonl.zst # of unknown size, so the window is as wide as it was asked for
    sangam-shard -q wide.jsonl.zst -o out/ --target zbytes=4K --memory 256M -j1
    [ "$(tree out)" = "$(tree "$release")" ]
    run --separate-stderr sangam-shard wide.jsonl.zst -o out2/ --memory 120M -j1
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"MiB"* ]]
}

@test "usage: standard output, foreign folders, targets and names that mean nothing" {
    run --separate-stderr sangam-shard "$all"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"-o FOLDER/"* ]]
    run -2 sangam-shard "$all" -o -
    mkdir foreign && echo mine >foreign/notes.txt
    run --separate-stderr sangam-shard "$all" -o foreign/
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"'notes.txt'"* ]]
    [ "$(ls -A foreign)" = notes.txt ]
    run -2 sangam-shard "$all" -o out/ --target lines=5
    run -2 sangam-shard "$all" -o out/ --schema auto
    run -2 sangam-shard "$all" -o out/ --duplicate-ids both
    run -2 sangam-shard verify
    run -1 sangam-shard verify nowhere
    mkdir empty
    run -3 sangam-shard verify empty
    run -4 sangam-shard "$all" -o out/ --memory 40M
}

@test "an empty corpus is a release without shards" {
    : >empty.jsonl
    sangam-shard -q empty.jsonl -o out/
    jq -e '.shards == [] and .totals[0].documents == 0' out/manifest.json
    sangam-shard verify out -q
    (cd out && sha256sum --quiet -c SHA256SUMS)
}

@test "verify finds every kind of damage, by name and line" {
    cp -r "$release" out
    first=$(jq -r '.shards[] | select(.language == "eng") | .path' out/manifest.json | head -n1)
    second=$(jq -r '.shards[] | select(.language == "eng") | .path' out/manifest.json | sed -n 2p)
    fresh() { rm -r out && cp -r "$release" out; }
    found() { # what is printed, whether shallow sees it too
        run --separate-stderr sangam-shard verify out
        [ "$status" -eq 3 ] && grep -qE "$1" <<<"$output" || { echo "not found: $1; got: $output"; return 1; }
        run sangam-shard verify out --shallow -q
        [ "$status" -eq "$2" ]
    }
    echo x >out/more.txt
    found "^'more.txt': is not in the manifest$" 3
    fresh; rm "out/$first"
    found "^$first: is missing" 3
    fresh; printf x >>"out/$first"
    found "^$first: has [0-9]+ bytes" 3
    fresh; printf '\x55' | dd of="out/$first" bs=1 seek=300 conv=notrunc status=none
    found "^$first: SHA-256" 0
    fresh; cp "out/$second" keep; cp "out/$first" "out/$second"; cp keep "out/$first"
    found "^$first: documents|^$first: XXH3" 3
    fresh; echo >>out/README.md
    found '^SHA256SUMS:1: is not the SHA-256 of README.md$' 3
    fresh; sed -i '$d' out/SHA256SUMS
    found '^SHA256SUMS:[0-9]+: is not' 3
    fresh; sed -i 's/"documents":6000/"documents":6001/' out/manifest.json
    found '^manifest.json: ' 3

    # A line that is changed and everything around it made to fit: the order, the folder and the ids still tell.
    remake() { # put stdin as the first shard, and its sums into the manifest
        zstd -qc --stream-size="$(wc -c <lines)" <lines >"out/$first"
        jq -Sc --arg p "$first" --arg s "$(sha256sum <"out/$first" | cut -d' ' -f1)" \
            '(.shards[] | select(.path == $p)) |= (.sha256 = $s)' "$release/manifest.json" >out/manifest.json
    }
    fresh; zstd -qdc "$release/$first" >good
    { tail -n 1 good; sed '$d' good; } >lines; remake
    found "^$first:2: is out of the order" 3
    sed '3s/"language":"eng"/"language":"tam"/' good >lines; remake
    found "^$first:3: its language belongs to the folder tam_Latn" 3
    sed '4s/.*/{"id":/' good >lines; remake
    found "^$first:4: " 3
    { cat good; tail -n 1 good | sed 's/"text":"/&x/'; } >lines; remake
    found "^$first:[0-9]+: has the id of another line" 3
}
