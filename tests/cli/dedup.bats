#!/usr/bin/env bats
# sangam-dedup from the outside: who stays, the ledger, damage, and the same answer however the corpus comes.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    python3 "$BATS_TEST_DIRNAME/../data/near_duplicates.py" 900 5 >all.jsonl
    mkdir corpus && split -l 250 --additional-suffix=.jsonl all.jsonl corpus/part-
    sangam-dedup -q corpus -o whole/
    sums whole >whole.sums
}

setup() { cd "$BATS_TEST_TMPDIR"; data=$BATS_FILE_TMPDIR; }

# Output lines and ledger lines of a folder as sets.
sums() { zstd -qdc $(ls "$1"/*.jsonl.zst | grep -v dropped) | sort | sha256sum; zstd -qdc "$1"/*.dropped.jsonl.zst | sort | sha256sum; }
ledger() { zstd -qdc "$@"; }
doc() { jq -nc --arg id "$1" --arg text "$2" '{id:$id,text:$text}'; }
words() { local i; for ((i = $1; i < $1 + $2; i++)); do printf 'w%d ' $((i * 7919 % 100003)); done; }

@test "nothing is lost: in = out + dropped, ids parted, names kept, receipts say so" {
    [ "$(ls "$data/whole" | tr '\n' ' ')" = "dedup.statistics.json part-aa.dropped.jsonl.zst part-aa.jsonl.zst part-aa.receipt.json part-ab.dropped.jsonl.zst part-ab.jsonl.zst part-ab.receipt.json part-ac.dropped.jsonl.zst part-ac.jsonl.zst part-ac.receipt.json part-ad.dropped.jsonl.zst part-ad.jsonl.zst part-ad.receipt.json " ]
    zstd -qdc "$data"/whole/*.jsonl.zst | jq -r .id | sort >ids
    jq -r .id "$data/all.jsonl" | sort | diff - ids
    for r in "$data"/whole/*.receipt.json; do
        jq -e '.records_in == .records_out + .dropped + .bad and .dropped == ([.reasons[]] | add) and .stage == "dedup"' "$r"
    done
    [ "$(jq -s '[.[].records_in] | add' "$data"/whole/*.receipt.json)" -eq 900 ]
    [ "$(ledger "$data"/whole/*.dropped.jsonl.zst | wc -l)" -gt 200 ]
}

@test "kept lines are as they came, with two members at the end" {
    zstd -qdc $(ls "$data"/whole/*.jsonl.zst | grep -v dropped) | sed -E 's/,"minhash_cluster_size":[0-9]+,"minhash_cluster_id":"([0-9a-f]{32})?"\}$/}/' | sort >kept
    sort "$data/all.jsonl" | comm -13 - kept >strange
    [ ! -s strange ]
}

@test "the ledger: members, survivors that stay, sizes that add up" {
    ledger "$data"/whole/*.dropped.jsonl.zst >dropped
    zstd -qdc $(ls "$data"/whole/*.jsonl.zst | grep -v dropped) >kept
    jq -e -c keys_unsorted dropped | sort -u | diff - <(echo '["id","reason","cluster","survivor_id","similarity","method","cluster_size","bytes"]')
    [ "$(jq -r '.reason + " " + .method' dropped | sort -u | tr '\n' ',')" = "exact key,near sketch,near text," ]
    jq -r 'select(.minhash_cluster_size > 1) | "\(.id) \(.minhash_cluster_id) \(.minhash_cluster_size)"' kept | sort >survivors
    jq -r '"\(.survivor_id) \(.cluster) \(.cluster_size)"' dropped | sort | uniq -c | awk '{ if ($1 + 1 != $4) exit 1; print $2, $3, $4 }' >named
    diff survivors named
    jq -e 'select(.minhash_cluster_size == 1) | .minhash_cluster_id == ""' kept | sort -u | grep -qx true
    jq -e '.similarity >= 0.75' dropped | sort -u | grep -qx true
    jq -s -e --slurpfile all "$data/all.jsonl" 'INDEX($all[]; .id) as $by | all(.[]; .bytes == ($by[.id].text | utf8bytelength))' dropped
}

@test "the longest text of a cluster stays" {
    ledger "$data"/whole/*.dropped.jsonl.zst >dropped
    jq -s -e --slurpfile all "$data/all.jsonl" 'INDEX($all[]; .id) as $by | all(.[]; .bytes <= ($by[.survivor_id].text | utf8bytelength))' dropped
}

@test "the same answer for any threads and memory" {
    for opts in -j1 -j2 -j7 "-j1 --memory 64M" "-j3 --memory 256M" "-j2 --memory 4G"; do
        rm -rf out
        sangam-dedup -q "$data/corpus" -o out/ $opts
        sums out | diff "$data/whole.sums" -
    done
}

@test "the same answer for any order, cut, compression and number of files" {
    mkdir cut && shuf --random-source=<(yes) "$data/all.jsonl" | split -l 37 --additional-suffix=.jsonl - cut/x-
    sangam-dedup -q cut -o out/
    sums out | diff "$data/whole.sums" -
    mkdir one && tac "$data/all.jsonl" | zstd -q >one/all.jsonl.zst && rm -r out
    sangam-dedup -q one -o out/
    sums out | diff "$data/whole.sums" -
    mkdir few && for i in aa ab ac ad; do gzip <"$data/corpus/part-$i.jsonl" >few/z$i.jsonl.gz; done && rm -r out
    sangam-dedup -q few/zad.jsonl.gz few/zaa.jsonl.gz few/zac.jsonl.gz few/zab.jsonl.gz -o out/
    sums out | diff "$data/whole.sums" -
}

@test "standard input is spooled; --dropped and --receipt go where asked; nothing stays in --tmp" {
    mkdir tmp
    sangam-dedup -q --tmp tmp --dropped d.jsonl.zst --receipt r.json <"$data/all.jsonl" >out.jsonl
    { sort out.jsonl | sha256sum; ledger d.jsonl.zst | sort | sha256sum; } | diff "$data/whole.sums" -
    [ -z "$(ls -A tmp)" ]
    jq -e '.records_in == 900 and .corpus != "00000000000000000000000000000000"' r.json
    sangam-dedup -q <"$data/all.jsonl" | cmp - out.jsonl
}

@test "nothing is done twice: valid receipts skip the run, another corpus or setting does not" {
    cp -r "$data/corpus" in
    sangam-dedup in -o out/ 2>/dev/null
    stat -c '%n %Y %i' out/* >before
    run sangam-dedup in -o out/
    [ "$status" -eq 0 ]
    [[ "$output" == *"nothing to do"* ]]
    stat -c '%n %Y %i' out/* | diff before -
    doc new "$(words 1 40)" >in/part-zz.jsonl
    run sangam-dedup in -o out/
    [[ "$output" == *"901 documents in"* ]]
    rm out/part-ab.dropped.jsonl.zst
    run sangam-dedup in -o out/
    [[ "$output" == *"901 documents in"* ]]
    run sangam-dedup in -o out/ --threshold 0.8
    [[ "$output" == *"901 documents in"* ]]
    echo >>in/part-aa.jsonl
    run sangam-dedup in -o out/ --threshold 0.8
    [[ "$output" == *"901 documents in"* ]]
}

@test "exact: white space and NFC do not matter, all else does; raw: every byte does" {
    { doc a "one  two"; doc b " one two"; doc c $'one\n\ntwo\t'; doc d "One two"; doc e $'caf\u00e9'; doc f $'cafe\u0301'; doc g ""; doc h " "; } >in.jsonl
    sangam-dedup -q --mode exact --dropped d.zst in.jsonl | jq -r .id | sort | tr '\n' ' ' >kept
    [ "$(cat kept)" = "c d f h " ] # the longest of a b c; f has more bytes than e; h than g
    ledger d.zst | jq -r '"\(.id) \(.reason) \(.survivor_id) \(.method) \(.similarity)"' | sort >got
    diff got - <<'EOF'
a exact c key 1
b exact c key 1
e exact f key 1
g exact h key 1
EOF
    ledger d.zst | grep -q '"similarity":1.0,'
    [ "$(sangam-dedup -q --mode exact --exact-key raw in.jsonl | wc -l)" -eq 8 ]
}

@test "short documents: equal ones go, different ones stay, however alike" {
    { doc a "yes it is"; doc b "yes it is"; doc c "yes it was"; doc d "one two three four five six seven"; doc e "one two three four five six eight"; } >in.jsonl
    sangam-dedup -q in.jsonl | jq -r .id | tr "\n" " " | grep -qxE "(a|b) c d e "
}

@test "texts that differ in vowel signs, tones or numbers everywhere are different texts" {
    python3 - >in.jsonl <<'PYTHON'
import json
def line(i, t): print(json.dumps({"id": i, "text": t}, ensure_ascii=False))
a = "कल बल पल दल जल मल नल तल फल हल".split()
hindi = [w + str(i) for i in range(9) for w in a]
line("hi1", " ".join(hindi)); line("hi2", " ".join(w.replace("ल", "ला") for w in hindi))
line("vi1", " ".join("ma ba ca da ga ha la na ra ta".split() * 8 + ["%d" % i for i in range(50)]))
line("vi2", " ".join("má bá cá dá gá há lá ná rá tá".split() * 8 + ["%d" % i for i in range(50)]))
thai = "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวสหอ"
line("th1", thai * 2); line("th2", "".join(c + "่" for c in thai * 2))
line("no1", " ".join("item %d costs" % i for i in range(60))); line("no2", " ".join("item %d costs" % (i + 100) for i in range(60)))
PYTHON
    [ "$(sangam-dedup -q in.jsonl | wc -l)" -eq 8 ]
}

@test "case, punctuation, digits of another script and joiners make no difference" {
    python3 - >in.jsonl <<'PYTHON'
import json
def line(i, t): print(json.dumps({"id": i, "text": t}, ensure_ascii=False))
w = ["पानी", "क्या", "नहीं", "सड़क", "घर"] + ["w%d" % i for i in range(40)] + ["12", "345"]
line("a", " ".join(w))
line("b", ", ".join(w).upper().replace("12", "१२").replace("345", "३४५").replace("क्या", "क्\u200dया") + "!")
PYTHON
    sangam-dedup -q --dropped d.zst in.jsonl | jq -r .id | grep -qx b
    ledger d.zst | jq -e '.id == "a" and .reason == "near" and .similarity == 1'
}

@test "two different lines with one id: exit 3, five examples and the count; keep goes on" {
    for i in 1 2 3 4 5 6 7; do doc "twin$i" "text $i"; doc "twin$i" "another text $i"; done >in.jsonl
    doc same "byte-equal lines are exact duplicates" >>in.jsonl
    doc same "byte-equal lines are exact duplicates" >>in.jsonl
    for s in 1 2; do doc "third" "three $s"; done >>in.jsonl
    run sangam-dedup in.jsonl
    [ "$status" -eq 3 ]
    [[ "$output" == *"8 ids"* ]]
    [[ "$output" == *"--duplicate-ids keep"* ]]
    [ "$(grep -oE "'(twin[0-9]|third)'" <<<"$output" | sort -u | wc -l)" -eq 5 ]
    run sangam-dedup -q --duplicate-ids keep --dropped d.zst in.jsonl
    [ "$status" -eq 0 ]
    [ "$(wc -l <<<"$output")" -eq 17 ]
    [ "$(ledger d.zst | jq -r '"\(.id) \(.reason) \(.survivor_id)"')" = "same exact same" ]
    mkdir out && run sangam-dedup in.jsonl -o out/
    [ "$status" -eq 3 ]
    [ -z "$(ls -A out)" ]
}

@test "bad lines: exit 3 and no output; within --max-bad they are listed" {
    { doc a "one"; echo '{"id":"x"}'; echo '{"text":"no id"}'; echo 'not json'; echo; doc b "two"; } >in.jsonl
    run sangam-dedup in.jsonl -o out.jsonl.zst
    [ "$status" -eq 3 ]
    [[ "$output" == *"in.jsonl"* ]]
    [ ! -e out.jsonl.zst ]
    run sangam-dedup --max-bad 2 in.jsonl -o out.jsonl.zst
    [ "$status" -eq 3 ]
    [ ! -e out.jsonl.zst ]
    sangam-dedup -q --max-bad 3 in.jsonl -o out.jsonl.zst
    [ "$(ledger out.jsonl.zst | jq -r .id | tr '\n' ' ')" = "a b " ]
    jq -e '.records_in == 5 and .records_out == 2 and .bad == 3 and .counters.blank_lines == 1' out.receipt.json
    [ "$(ledger out.bad.zst | grep -c '"record"')" -eq 3 ]
    ledger out.bad.zst | grep -qx 'not json'
}

@test "a cut input, or one that is not what its receipt says: exit 3, nothing published" {
    cp "$data"/whole/part-aa.jsonl.zst "$data"/whole/part-aa.receipt.json .
    head -c -30 part-aa.jsonl.zst >cut.jsonl.zst
    run sangam-dedup cut.jsonl.zst -o out/
    [ "$status" -eq 3 ]
    [[ "$output" == *"cut.jsonl.zst"* ]]
    [ -z "$(ls out)" ]
    ledger part-aa.jsonl.zst | head -n 20 | zstd -q >other && mv other part-aa.jsonl.zst
    run sangam-dedup part-aa.jsonl.zst -o out/
    [ "$status" -eq 3 ]
    [[ "$output" == *"receipt"* ]]
    [ -z "$(ls out)" ]
}

@test "--scope language keeps the parts of a corpus apart" {
    t=$(words 1 80)
    for l in eng fra und ""; do jq -nc --arg l "$l" --arg t "$t" '{id:("x"+$l),text:$t,language:$l,language_script:"Latn"}'; done >in.jsonl
    jq -nc --arg t "$t" '{id:"none",text:$t}' >>in.jsonl
    [ "$(sangam-dedup -q in.jsonl | wc -l)" -eq 1 ]
    [ "$(sangam-dedup -q --scope language in.jsonl | wc -l)" -eq 3 ] # eng, fra, and one of those without a language
}

@test "--verify: text and auto keep the promise, none is raw banding; --keep-components names components" {
    for v in text auto sketch none; do
        sangam-dedup -q --verify $v --keep-components --dropped $v.zst "$data/all.jsonl" >$v.out
        ledger $v.zst | jq -r 'select(.reason == "near") | .method' | sort -u | tr '\n' ' ' >>methods
    done
    [ "$(cat methods)" = "text sketch text sketch band " ]
    [ "$(wc -l <none.out)" -lt "$(wc -l <auto.out)" ]
    jq -e '(.dedup_component | test("^([0-9a-f]{32})?$")) and (.minhash_cluster_size == 1 or .dedup_component != "")' auto.out | sort -u | grep -qx true
    # under none a component is a cluster: as many components as survivors with company
    [ "$(jq -r 'select(.minhash_cluster_size > 1) | .dedup_component' none.out | sort -u | wc -l)" -eq "$(jq -r 'select(.minhash_cluster_size > 1) | .id' none.out | wc -l)" ]
    jq -e 'select(.minhash_cluster_size > 1) | .dedup_component == .minhash_cluster_id' none.out | sort -u | grep -qx true
}

@test "--hot: giant components are cut, the answer stays independent of threads, memory and order" {
    sangam-dedup -q --hot 3 "$data/corpus" -o hot/
    jq -e '.counters.corpus_hot_components > 0' hot/part-aa.receipt.json
    sums hot >hot.sums
    tac "$data/all.jsonl" >back.jsonl
    sangam-dedup -q --hot 3 -j3 --memory 64M back.jsonl -o back/
    sums back | diff hot.sums -
    # cutting may only keep more, never remove what is not similar
    ledger hot/*.dropped.jsonl.zst | jq -e '.similarity >= 0.75' | sort -u | grep -qx true
    [ "$(zstd -qdc $(ls hot/*.jsonl.zst | grep -v dropped) | wc -l)" -ge "$(zstd -qdc $(ls "$data"/whole/*.jsonl.zst | grep -v dropped) | wc -l)" ]
}

@test "members that stand there already are replaced in place; --keep-dropped keeps the text" {
    t=$(words 1 60)
    echo "{\"minhash_cluster_id\":\"old\",\"id\":\"a\",\"minhash_cluster_size\":77,\"text\":\"$t\"}" >in.jsonl
    doc b "$t and a bit" >>in.jsonl
    sangam-dedup -q --keep-dropped --dropped d.zst in.jsonl >out
    [ "$(jq -r .id out)" = b ]
    ledger d.zst | jq -e --arg t "$t" '.text == $t and .id == "a"'
    head -n 1 in.jsonl | sangam-dedup -q | jq -c 'del(.text)' | grep -qx '{"minhash_cluster_id":"","id":"a","minhash_cluster_size":1}'
}

@test "empty inputs and an empty corpus have outputs and receipts" {
    mkdir in && : >in/a.jsonl && doc x "some text" >in/b.jsonl && : >in/c.jsonl
    sangam-dedup -q in -o out/
    for n in a b c; do jq -e .stage "out/$n.receipt.json"; ledger out/$n.jsonl.zst >/dev/null; done
    [ "$(ledger out/*.jsonl.zst | wc -l)" -eq 1 ]
    : | sangam-dedup -q | wc -c | grep -qx 0
}

@test "options out of range or unknown: exit 2" {
    for opts in "--bands 0" "--bands 100 --rows 100" "--threshold 0" "--threshold 1.5" "--prefer len:sideways" "--mode rare" "--hot 1" "--min-shingles 0" "--preset none"; do
        run sangam-dedup $opts "$data/all.jsonl"
        [ "$status" -eq 2 ]
    done
    sangam-dedup -q --bands 32 --rows 8 "$data/all.jsonl" | head -n 1 | jq -e .id # 256 values: the sketch stores 160
    run sangam-dedup --memory 10M "$data/all.jsonl"
    [ "$status" -eq 4 ]
}

@test "--prefer: a listed source, then the date, then the length says who stays" {
    text=$(words 1 80)
    printf 'books\tbest\nnews\n' >rank.tsv
    {
        jq -nc --arg text "$text one word more" '{id:"long",text:$text,source:"web",date:"2024-05-01"}'
        jq -nc --arg text "$text" '{id:"old",text:$text,source:"news",date:"2019-01-01"}'
        jq -nc --arg text "$text x" '{id:"new",text:$text,source:"news",date:"2023-01-01"}'
        jq -nc --arg text "${text}y" '{id:"bare",text:$text}'
    } >in.jsonl
    stays() { sangam-dedup -q --prefer "$1" in.jsonl | jq -r .id; }
    [ "$(stays len:desc)" = long ]
    [ "$(stays len:asc)" = old ]
    [ "$(stays date:desc)" = long ]
    [ "$(stays date:asc)" = old ]
    [ "$(stays source:rank.tsv,date:desc)" = new ]
    [ "$(stays source:rank.tsv,date:asc,len:desc)" = old ]
    run --separate-stderr sangam-dedup --prefer source:nowhere.tsv in.jsonl
    [ "$status" -eq 1 ]
    [[ "$stderr" == *nowhere.tsv* ]]
    # another list is another plan
    sangam-dedup plan -q --prefer source:rank.tsv in.jsonl -o out.jsonl --plan p
    sangam-dedup map -q --plan p
    echo web >rank.tsv
    run --separate-stderr sangam-dedup link --plan p
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"other parameters"* ]]
}

@test "--cluster-fields: copies, sources and dates of whole clusters, the same from any number of tasks" {
    text=$(words 1 80)
    record() { jq -nc --arg id "$1" --arg text "$2" --arg source "$3" --arg date "$4" '{id:$id,text:$text,source:$source,date:$date,dump:("d"+$source)}'; }
    {
        record a "$text and one word more" web 2024-05-01
        record b "$text" books 2019-02-28T10:00:00Z
        record c "$text" web ""
        record d "${text}x" "" 2021-01-01
        record e "something else" mail 2000-02-29
        record f "nothing at all" "" never
    } >in.jsonl
    split -l 2 --additional-suffix=.jsonl in.jsonl part-
    sangam-dedup -q --cluster-fields part-*.jsonl -o out/
    zstd -qdc out/part-??.jsonl.zst | jq -c '[.id, .minhash_cluster_size, .dedup_exact, .dedup_near, .dedup_sources, .dedup_first_date, .dedup_last_date]' | sort >got
    diff - got <<'END'
["a",4,0,3,2,"2019-02-28","2024-05-01"]
["e",1,0,0,1,"2000-02-29","2000-02-29"]
["f",1,0,0,0,"",""]
END
    sangam-dedup -q --cluster-fields --count-by nothing part-*.jsonl -o none/
    [ "$(zstd -qdc none/part-??.jsonl.zst | jq -c .dedup_sources | sort -u)" = 0 ]
    sangam-dedup plan -q --cluster-fields part-*.jsonl -o many/ --plan p
    for v in "map 3" "link 2" "cluster 1" "settle 2" "recheck 2" "settle 1" "apply 2"; do
        set -- $v
        for ((i = 0; i < $2; i++)); do sangam-dedup "$1" -q --plan p --task "$i/$2"; done
    done
    diff <(cd out && sha256sum *.zst) <(cd many && sha256sum *.zst)
}

# ---- presets, profiles, units, sketches ----

@test "--preset: the receipt tells the values in force and every difference; what is given wins" {
    sangam-dedup -q --receipt plain.json "$data/all.jsonl" >plain
    jq -e '.settings | .preset == "sangam" and .preset_differences == [] and .unit == "window" and .ngram == 10' plain.json
    sangam-dedup -q --preset fineweb --bands 20 --receipt r.json "$data/all.jsonl" >fineweb
    jq -e '.settings | [.preset, .profile, .unit, .ngram, .bands, .rows, .verify] == ["fineweb", "fineweb", "word", 5, 20, 8, "none"]' r.json
    jq -e '.settings.preset_differences | length > 5 and .[-1] == "bands: 20 instead of 14" and all(type == "string")' r.json
    run ! cmp -s plain fineweb
    # a value that is the option's default is still one that was given
    sangam-dedup -q --preset fineweb --bands 21 --receipt r.json "$data/all.jsonl" >/dev/null
    jq -e '.settings.bands == 21' r.json
    sangam-dedup "$data/all.jsonl" -o out/ --preset fineweb 2>/dev/null
    run sangam-dedup "$data/all.jsonl" -o out/ --preset fineweb --bands 21
    [[ "$output" != *"nothing to do"* ]]
}

@test "every preset runs, or says in one line that its mode cannot be run yet" {
    for p in sangam fineweb fineweb2 nemo nemotron-cc slimpajama txt360 rpv2-0.7 rpv2-0.8 rpv2-0.9 rpv2-1.0 lee2022 duplodocus; do
        kept=$(sangam-dedup -q --preset $p "$data/all.jsonl" | wc -l)
        [ "$kept" -gt 300 ]
        [ "$kept" -lt 850 ]
    done
    for p in dclm-bff dolma-para ccnet sentence3; do
        run sangam-dedup --preset $p "$data/all.jsonl"
        [ "$status" -eq 2 ] || [ "$status" -eq 0 ]
        [ "$status" -eq 0 ] || [ "${#lines[@]}" -eq 1 ]
    done
}

@test "the recipe's key text makes one of what differs in marks and numbers; ours does not" {
    python3 - >in.jsonl <<'PYTHON'
import json
def line(i, t): print(json.dumps({"id": i, "text": t}, ensure_ascii=False))
line("hi1", " ".join("कल%d" % i for i in range(40))); line("hi2", " ".join("कुल%d" % i for i in range(40)))
line("no1", " ".join("item %d costs" % i for i in range(60))); line("no2", " ".join("item %d costs" % (i + 100) for i in range(60)))
PYTHON
    [ "$(sangam-dedup -q in.jsonl | wc -l)" -eq 4 ]
    [ "$(sangam-dedup -q --preset fineweb in.jsonl | wc -l)" -eq 2 ]
    [ "$(sangam-dedup -q --preset rpv2-0.7 in.jsonl | wc -l)" -eq 4 ]
}

@test "units and sketches: verified removals are as similar as promised, whatever the order of the input" {
    tac "$data/all.jsonl" >back.jsonl
    for opts in "--sketch fss" "--unit char --profile raw" "--unit word --profile slimpajama" "--unit space --ngram 3 --sketch fss" \
        "--unit icu" "--bands 450 --rows 20 --verify text --threshold 0.8"; do
        sangam-dedup -q $opts --dropped one.zst "$data/all.jsonl" | sort >one
        sangam-dedup -q $opts --dropped two.zst -j3 --memory 64M back.jsonl | sort | cmp - one
        cmp <(ledger one.zst | sort) <(ledger two.zst | sort)
        ledger one.zst | jq -s -e 'length > 100 and all(.[]; .similarity >= 0.75) and any(.[]; .reason == "near")'
    done
}

@test "statistics: what each language lost, how large clusters are, the same for any order" {
    s=$data/whole/dedup.statistics.json
    jq -e '.all.documents == 900 and .all.documents == .all.kept + (.all.removed | add)' "$s"
    jq -e '([.languages[].documents] | add) == .all.documents and ([.languages[].bytes] | add) == .all.bytes' "$s"
    jq -e '(.languages | keys) == ["eng_Xxxx","hin_Xxxx","tha_Xxxx","zho_Xxxx"]' "$s"
    [ "$(jq .all.removed.near "$s")" -eq "$(ledger "$data"/whole/*.dropped.jsonl.zst | jq -c 'select(.reason == "near")' | wc -l)" ]
    [ "$(jq '.all.cluster_sizes | add' "$s")" -eq "$(zstd -qdc "$data"/whole/part-??.jsonl.zst | jq -c 'select(.minhash_cluster_size > 1)' | wc -l)" ]
    [ "$(jq '.all.similarities | add' "$s")" -eq "$(jq '.all.removed | add' "$s")" ]
    # no bin below tau holds anything
    jq -e '.all.similarities[:15] | add == 0' "$s"
    [ "$(jq '.largest[0].size' "$s")" -eq "$(zstd -qdc "$data"/whole/part-??.jsonl.zst | jq .minhash_cluster_size | sort -n | tail -1)" ]
    jq -e '.run.candidates >= .run.candidates_rejected and .run.peak_bytes > 0' "$s"
    tac "$data/all.jsonl" >reversed.jsonl
    sangam-dedup -q -j3 reversed.jsonl -o reversed.jsonl.zst
    diff <(jq -S 'del(.run.cpu_seconds, .run.wall_seconds, .run.peak_bytes)' "$s") <(jq -S 'del(.run.cpu_seconds, .run.wall_seconds, .run.peak_bytes)' reversed.statistics.json)
}

@test "a bad line is told by its file, its record and its byte, whatever the threads" {
    jq -nc 'range(30000) | {id:"n\(.)",text:"line \(.) of many, long enough that there are several batches of them all"}' >long.jsonl
    sed -i '1s/^/\n/; 25000s/"text"/"txet"/' long.jsonl # a blank line is no record
    for j in 1 3; do
        run --separate-stderr sangam-dedup -j$j long.jsonl -o out.jsonl
        [ "$status" -eq 3 ]
        [[ "$stderr" == *"no member 'text'"*"'long.jsonl', record 25000"* ]]
        [ ! -e out.jsonl ]
    done
}
