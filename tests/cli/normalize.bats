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
    [ ! -e out.dropped.jsonl.zst ]
    [ ! -e out.bad.zst ]
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
    [ ! -e out.jsonl.zst ]
    [ ! -e out.receipt.json ]
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

@test "--help is the golden text" {
    sangam-normalize --help | diff "$BATS_TEST_DIRNAME/../golden/help_normalize.txt" -
}

@test "the manual page explains every key, with its values and defaults" {
    command -v man >/dev/null || skip "man is not installed"
    sangam-normalize --generate man >n.1
    LC_ALL=C.UTF-8 MANWIDTH=80 man -l n.1 >n.txt
    run sangam-normalize --set nosuchkey=on </dev/null
    [ "$status" -eq 2 ]
    keys=$(sed 's/.*nosuchkey.: //; s/,//g' <<<"$output")
    [ "$(wc -w <<<"$keys")" -ge 28 ]
    for key in $keys; do
        # its paragraph, and its row in the table
        [ "$(grep -cE "^     $key( |\$)" n.txt)" -ge 2 ] || { echo "no $key"; false; }
        grep -qE "^\.It Cm $key\$" n.1
    done
    for word in किताब නැත; do ! grep -q "$word" n.txt; done
    grep -q 'ﬁnd becomes find' n.txt
    grep -qE '^     joiners +keep context strip +keep +context +context$' n.txt
    grep -qE '^     marks +off COUNT +off +8 +4$' n.txt
}

# One record a line from texts with backslash escapes of JSON.
records() { local i=0; for t in "$@"; do printf '{"id":"%d","text":"%s"}\n' $((i++)) "$t"; done; }
texts() { jq -r .text; }

@test "profiles: what is broken; what no reader sees; typography" {
    records 'a\u200bb “x” e\u0301\r\nf\u00c3\u00bcr' >p.jsonl
    [ "$(sangam-normalize -q --profile conservative p.jsonl | texts)" = $'a\u200bb “x” é\nf\u00c3\u00bcr' ]
    [ "$(sangam-normalize -q p.jsonl | texts)" = $'ab “x” é\nfür' ]
    [ "$(sangam-normalize -q --profile aggressive p.jsonl | texts)" = $'ab "x" é\nfür' ]
}

@test "--set: single keys apart from the profile, repeatable; what is wrong is named" {
    records 'a\u200bb  “x”' >p.jsonl
    [ "$(sangam-normalize -q --set invisible=off --set quotes=on p.jsonl | texts)" = $'a\u200bb "x"' ]
    [ "$(sangam-normalize -q --set whitespace=off p.jsonl | texts)" = 'ab  “x”' ]
    [ "$(sangam-normalize -q --profile conservative --set whitespace=on p.jsonl | texts)" = $'a\u200bb “x”' ]
    for set in zalgo=on nfc nfc=maybe =on marks=0 utf8=off joiners=on,off; do
        run sangam-normalize --set "$set" p.jsonl
        [ "$status" -eq 2 ]
    done
    run sangam-normalize --set nfc=maybe p.jsonl
    [[ "$output" == *"nfc is one of off|on, not 'maybe'"* ]]
    run sangam-normalize --set joiners=some p.jsonl
    [[ "$output" == *"keep|context|strip"* ]]
}

@test "--only: these passes, decoding always" {
    printf '{"id":"a","text":"e\\u0301\xff  x\\r\\n\\ud83d"}\n' >p.jsonl
    [ "$(sangam-normalize -q --only nfc p.jsonl | jq -c .text)" = '"é�  x\r\n�"' ]
    [ "$(sangam-normalize -q --only newline,whitespace p.jsonl | jq -c .text)" = $'"e\u0301� x\\n�"' ]
    run sangam-normalize --only nfc,zalgo p.jsonl
    [ "$status" -eq 2 ]
    [[ "$output" == *"no pass 'zalgo'"* ]]
}

@test "--lang, or a record's own trusted tag; --only lang after langtag" {
    records 'ţară şi' >ro.jsonl
    [ "$(sangam-normalize -q ro.jsonl | texts)" = 'ţară şi' ]
    [ "$(sangam-normalize -q --lang ron ro.jsonl | texts)" = 'țară și' ]
    [ "$(sangam-normalize -q --lang tur ro.jsonl | texts)" = 'ţară şi' ]
    [ "$(sangam-normalize -q --lang ron --set lang=off ro.jsonl | texts)" = 'ţară şi' ]
    tagged() { printf '{"id":"a","text":"ţ","language":%s,"language_score":%s}\n' "$1" "$2" | sangam-normalize -q --only lang | texts; }
    [ "$(tagged '"ron"' 0.8)" = ț ]
    [ "$(tagged '"\u0072on"' 1)" = ț ]
    [ "$(tagged '"ron"' 0.79)" = ţ ]
    [ "$(tagged '"tur"' 1.0)" = ţ ]
    [ "$(tagged '"ron"' '"high"')" = ţ ]
    [ "$(tagged null 1.0)" = ţ ]
    # --lang wins over the tag
    [ "$(echo '{"id":"a","text":"ţ","language":"tur","language_score":1.0}' | sangam-normalize -q --lang ron | texts)" = ț ]
    [ "$(echo '{"id":"a","text":"كي","language":"pes","language_score":0.9}' | sangam-normalize -q | texts)" = كي ]
    [ "$(echo '{"id":"a","text":"كي","language":"pes","language_score":0.96}' | sangam-normalize -q | texts)" = کی ]
    for lang in ro RON roman ''; do
        run sangam-normalize "--lang=$lang" ro.jsonl
        [ "$status" -eq 2 ]
        [[ "$output" == *"ISO 639-3"* ]]
    done
}

@test "norm: the profile and what is not zero" {
    norm() { records "$1" | sangam-normalize -q | jq -r .norm; }
    [ "$(norm 'clean')" = "web" ]
    [ "$(norm 'a  b')" = "web changed=1" ]
    [ "$(norm 'f\u00c3\u00bcr\nd\u00c3\u00a9j\u00c3\u00a0\nok')" = "web changed=2 moji=2" ]
    [ "$(norm '\ufffd \ue000 x')" = "web fffd=1 pua=1" ]
    word='\ufe8e\ufedf\ufeb3\ufefc\ufee1' # final alef first: display order
    [[ "$(norm "$word $word $word $word $word $word $word $word $word $word $word")" == *" visual_order=1" ]]
    records 'x' | sangam-normalize -q --profile aggressive | jq -e '.norm == "aggressive"'
}

@test "the last line tells what changed; receipts hold the counters that are not zero" {
    run --separate-stderr sangam-normalize <in.jsonl
    [[ "$stderr" == *"3 documents in, 3 out, 0 dropped, 0 bad, "*" s; 2 changed (newline 1, nfc 1, whitespace 1"* ]]
    records 'a  b' 'f\u00c3\u00bcr' '\ud83d' >c.jsonl
    echo '{"text":"x"}' >>c.jsonl
    sangam-normalize -q c.jsonl -o c.jsonl.zst
    jq -c .counters c.receipt.json
    jq -e '.counters | .lone_surrogates == 1 and .derived_ids == 1 and all(to_entries[] | select(.key | IN("blank_lines","byte_order_marks","duplicate_names","repaired_lines") | not); .value > 0)' c.receipt.json
    jq -e '[.counters | to_entries[] | select(.key | test("whitespace")) | .value] | length > 0 and all(. == 1)' c.receipt.json
    jq -e '[.counters | to_entries[] | select(.key | test("mojibake")) ] | length > 0' c.receipt.json
    jq -e '[.counters | to_entries[] | select(.key | test("zawgyi")) ] | length == 0' c.receipt.json
}

@test "--explain: before and after of every pass, on standard error alone" {
    records 'कल  शाम' 'a\u200bb' '\u001b[31mred' >e.jsonl
    sangam-normalize --explain 5 e.jsonl >out 2>got
    [ "$(texts <out)" = $'कल शाम\nab\nred' ]
    cat >want <<'END'

ansi: 1 line in 1 document changed; samples: 1
  (terminal colour codes are removed)
  - <U+001B>[31mred
  + red
    U+001B U+005B U+0033 U+0031 U+006D -> nothing

invisible: 1 line in 1 document changed; samples: 1
  (soft hyphens and other invisible characters are removed)
  - a<U+200B>b
  + ab
    U+200B ZERO WIDTH SPACE -> nothing

whitespace: 1 line in 1 document changed; samples: 1
  (one kind of space, one at a time, none at line ends)
  - कल <U+0020>शाम
  + कल शाम
    U+0020 SPACE -> nothing

END
    head -n -1 got | diff want -
    [[ "$(tail -n 1 got)" == *"3 documents in"* ]]
    # -q is about the summary: what was asked for is shown
    sangam-normalize -q --explain 5 e.jsonl 2>got >/dev/null
    diff want got
    [ "$(records clean | sangam-normalize -q --explain 1 2>&1 >/dev/null)" = "no pass changed anything" ]
    for n in 0 x -1 1000000; do
        run sangam-normalize "--explain=$n" e.jsonl
        [ "$status" -eq 2 ]
    done
}

@test "--explain: one JSON object a line with --log json" {
    records 'कल  शाम' 'a\u200bb' 'e\u0301' >e.jsonl
    sangam-normalize --log json --explain 2 e.jsonl 2>got >/dev/null
    jq -es 'all(.level | IN("pass", "sample", "info")) and all(.program == "sangam-normalize")' got
    jq -c 'select(.level == "sample" and .pass == "nfc")' got >one
    [ "$(cat one)" = $'{"added":["U+00E9"],"after":"é","before":"e\u0301","column":0,"level":"sample","pass":"nfc","program":"sangam-normalize","removed":["U+0065","U+0301"]}' ]
    jq -es '[.[] | select(.level == "pass") | .pass] == ["invisible", "nfc", "whitespace"]' got
    jq -es '[.[] | select(.level == "pass")] | all(.lines == 1 and .documents == 1)' got
}

many_records() {
    awk 'BEGIN { for (i = 0; i < 6000; i++) printf "{\"id\":\"%d\",\"text\":\"page %d  of e\\u0301 \\u200bx\\nf\\u00c3\\u00bcr %d\\r\\n%*s\"}\n", i, i % 2000, i, i % 900, "y" }'
}

@test "--explain: the same samples for any number of threads and any cut of the records" {
    many_records >many.jsonl
    sangam-normalize -q -j1 --explain 9 many.jsonl -o /dev/null 2>one
    [ "$(grep -c '^  - ' one)" -gt 20 ]
    sangam-normalize -q -j3 --explain 9 many.jsonl -o /dev/null 2>three
    diff one three
    split -n l/5 many.jsonl part- --additional-suffix=.jsonl
    sangam-normalize -q -j2 --explain 9 part-*.jsonl -o parts/ 2>five
    diff one five
    zstd -q many.jsonl
    sangam-normalize -q -j3 --explain 9 --log json many.jsonl.zst -o /dev/null 2>json
    [ "$(grep -c '"level":"sample"' json)" = "$(grep -c '^  - ' one)" ]
}

@test "records come out the same however they are cut into batches, frames and files" {
    many_records >many.jsonl
    sangam-normalize -q -j1 many.jsonl >one
    sangam-normalize -q -j7 --memory 512M many.jsonl | cmp one -
    cat many.jsonl | sangam-normalize -q -j2 | cmp one -
    split -l 700 many.jsonl part- --additional-suffix=.jsonl
    sangam-normalize -q -j2 part-*.jsonl -o parts/
    zstd -qdc parts/*.jsonl.zst | cmp one -
    # foreign frames that end inside lines
    split -b 100000 many.jsonl piece-
    for p in piece-*; do zstd -qc $p; done >cut.jsonl.zst
    sangam-normalize -q -j3 cut.jsonl.zst | cmp one -
    SANGAM_CPU=portable sangam-normalize -q many.jsonl | cmp one -
    # and nothing is left to do
    sangam-normalize -q one | jq -r .text >again
    jq -r .text one | cmp again -
    sangam-normalize -q one | jq -es 'all(.norm == "web")'
}
