#!/usr/bin/env bats
# sangam-dedup --mode para and line: what is cut, what stays, what the ledger says, and the same answer however the corpus comes.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    cat >oracle.py <<'PYTHON'
# oracle.py CORPUS MODE KEEP MIN_COUNT MIN_CHARS MIN_LEFT: the same by other means. Its texts have different lengths, so that
# the longest one is enough of an order. Writes want.texts and want.ledger, sorted.
import json, re, sys, unicodedata
corpus, mode, keep = sys.argv[1:4]
min_count, min_chars, min_left = map(int, sys.argv[4:7])
space = "\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
trim = lambda s: re.sub("^[%s]+|[%s]+$" % (space, space), "", s)
key = lambda s: re.sub("[%s]+" % space, " ", trim(unicodedata.normalize("NFC", s)))
def units(text):
    lines = [(m.start(), m.start(1) if m.group(1) is not None else m.end()) for m in re.finditer("(?s)[^\n]*?(?:(\r?\n)|\\Z)", text)]
    lines = [(b, e, trim(text[b:e]) != "") for b, e in lines]
    if mode == "line": return [(b, e) for b, e, full in lines if full]
    out, fresh = [], True
    for b, e, full in lines:
        if full and fresh: out.append([b, e])
        elif full: out[-1][1] = e
        fresh = not full
    return [tuple(u) for u in out]
docs = [json.loads(l) for l in open(corpus, encoding="utf-8")]
docs = [(d["id"], d["text"]) for d in docs]
order = sorted(docs, key=lambda d: -len(d[1].encode()))
assert len({len(d[1].encode()) for d in docs}) == len(docs)
groups = {}
for id, text in order:
    for b, e in units(text):
        if len(trim(unicodedata.normalize("NFC", text[b:e]))) >= min_chars: groups.setdefault(key(text[b:e]), []).append((id, b, e))
cuts = {}
for group in groups.values():
    if len(group) >= min_count:
        for id, b, e in group[keep == "first":]: cuts.setdefault(id, {})[b, e] = group[0][0]
texts, ledger = [], []
for id, text in docs:
    mine, all_units = cuts.get(id, {}), units(text)
    gaps = [(b, e) for b, e in zip([0] + [e for _, e in all_units], [b for b, _ in all_units] + [len(text)])]
    i, spans = 0, []
    while i < len(all_units):
        k = i
        while k < len(all_units) and all_units[k] in mine: k += 1
        if k == i: i += 1; continue
        feeds = [text[b:e].count("\n") for b, e in gaps[i:k + 1]]
        stay = 0 if i == 0 else k - i if k == len(all_units) else feeds.index(max(feeds))
        for n in range(i, k):
            b, e = all_units[n]
            spans.append([gaps[n][0], e] if n - i < stay else [b, gaps[n + 1][1]])
        i = k
    left, at = "", 0
    for b, e in spans: left += text[at:b]; at = e
    left += text[at:]
    survivors = [mine[u] for u in all_units if u in mine]
    line = {"id": id, "reason": mode, "cluster": "", "survivor_id": survivors and survivors[0], "similarity": 1.0, "method": "key", "cluster_size": 1}
    if spans and len(trim(left)) < min_left:
        ledger.append({**line, "bytes": len(text.encode())})
        continue
    texts.append([id, left])
    if spans: ledger.append({**line, "bytes": len(text.encode()) - len(left.encode()), "spans": spans, "span_survivors": survivors})
put = lambda name, rows: open(name, "w", encoding="utf-8").write("".join(sorted(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)))
put("want.texts", texts); put("want.ledger", ledger)
PYTHON
    python3 - <<'PYTHON'
# 1,000 documents of lines that repeat, in many separators and scripts; footers, copies of whole documents, short lines
import json, random
r = random.Random(11)
words = {"eng": ["word%d" % i for i in range(400)], "hin": [a + b + c for a in "कखगघचछज" for b in ["", "ा", "ि", "ी", "ु"] for c in ["न", "म", "र"]],
         "tha": [a + b for a in "กขคงจฉ" for b in ["", "ี", "่า", "ู้"]], "ara": [a + b + c for a in "بتثجح" for b in ["", "َ", "ُ"] for c in "رزس"]}
def line(lang, n): return ("" if lang == "tha" else " ").join(r.choice(words[lang]) for _ in range(n))
footers = {l: [line(l, 12) for _ in range(4)] for l in words}
pool = {l: [line(l, r.randint(3, 20)) for _ in range(300)] for l in words}
short = ["}", "Yes.", "हाँ", "1", "---", "The end"]
seps = ["\n"] * 6 + ["\n\n"] * 3 + ["\r\n", "\n \n", "\r\n\r\n", "\n\n\n", "\n\u3000\n"]
texts, lengths = [], set()
for i in range(1000):
    lang = r.choice(list(words))
    if texts and r.random() < 0.08:
        text = r.choice(texts) + "\n" + line(lang, r.randint(4, 9))
    elif r.random() < 0.05:
        text = "".join(r.choice(footers[lang]) + "\n" for _ in range(r.randint(1, 3)))
    else:
        lines = [r.choice(pool[lang]) if r.random() < 0.4 else r.choice(short) if r.random() < 0.2 else line(lang, r.randint(6, 25)) for _ in range(r.randint(1, 12))]
        if r.random() < 0.6: lines.append(r.choice(footers[lang]))
        text = r.choice(["", "", "\n", "  "]) + "".join(l + r.choice(seps) for l in lines)
        if r.random() < 0.3: text = text.rstrip()
        if r.random() < 0.2: text = text.replace(" ", "  ", 3)
    while len(text.encode()) in lengths: text += r.choice(["\n", "z"])
    lengths.add(len(text.encode()))
    texts.append(text)
with open("all.jsonl", "w", encoding="utf-8") as f:
    for i, t in enumerate(texts): f.write(json.dumps({"id": "d%04d" % i, "n": 1.0, "text": t, "language": "x"}, ensure_ascii=False) + "\n")
PYTHON
    mkdir corpus && split -l 270 --additional-suffix=.jsonl all.jsonl corpus/part-
    sangam-dedup -q --mode line corpus -o line/
    sangam-dedup -q --mode para corpus -o para/
    for m in line para; do sums $m >$m.sums; done
}

setup() { cd "$BATS_TEST_TMPDIR"; data=$BATS_FILE_TMPDIR; }

kept() { zstd -qdc $(ls "$1"/*.jsonl.zst | grep -v dropped); }
ledger() { zstd -qdc "$@"; }
# Output lines and ledger lines of a folder as sets.
sums() { kept "$1" | sort | sha256sum; ledger "$1"/*.dropped.jsonl.zst | sort | sha256sum; }
doc() { jq -nc --arg id "$1" --arg text "$2" '{id:$id,text:$text}'; }
texts() { jq -r '"\(.id): \(.text | tojson)"'; }

# What oracle.py wants of all.jsonl for these settings is what comes out.
agrees() { # MODE KEEP MIN_COUNT MIN_CHARS MIN_LEFT
    python3 "$data/oracle.py" "$data/all.jsonl" "$@"
    sangam-dedup -q --mode "$1" --keep "$2" --min-count "$3" --min-chars "$4" --min-left "$5" --dropped d.jsonl.zst <"$data/all.jsonl" >out.jsonl
    python3 - <<'PYTHON'
import json
put = lambda rows: "".join(sorted(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
got = [json.loads(l) for l in open("out.jsonl", encoding="utf-8")]
open("got.texts", "w", encoding="utf-8").write(put([[d["id"], d["text"]] for d in got]))
assert all(list(d) == ["id", "n", "text", "language", "minhash_cluster_size", "minhash_cluster_id"] and d["minhash_cluster_size"] == 1 and d["minhash_cluster_id"] == "" for d in got)
PYTHON
    ledger d.jsonl.zst | python3 -c 'import json,sys; sys.stdout.write("".join(sorted(json.dumps(json.loads(l), ensure_ascii=False) + "\n" for l in sys.stdin)))' >got.ledger
    diff want.texts got.texts
    diff want.ledger got.ledger
    [ "$(wc -l <got.ledger)" -gt 50 ]
    rm d.jsonl.zst
}

@test "lines: texts and ledger are what another program finds, for many settings" {
    agrees line first 2 0 1
    agrees line first 2 20 1
    agrees line none 2 20 1
    agrees line first 5 10 1
    agrees line none 3 0 40
}

@test "paragraphs: texts and ledger are what another program finds, for many settings" {
    agrees para first 2 0 1
    agrees para none 2 0 1
    agrees para first 4 12 1
    agrees para none 2 0 60
}

@test "a footer goes everywhere but in the longest document; with --keep none there too" {
    footer="All rights reserved by the Example Society, 2019"
    { doc a $'First text of its own.\n'"$footer"; doc b $'The second text, which is the longest.\n'"$footer"; doc c $'Third text.\n\n'"$footer"$'\n'; } >in.jsonl
    sangam-dedup -q --mode line in.jsonl | texts | diff - <(printf '%s\n' 'a: "First text of its own."' "b: \"The second text, which is the longest.\\n$footer\"" 'c: "Third text.\n"')
    sangam-dedup -q --mode line --keep none in.jsonl | texts | diff - <(printf '%s\n' 'a: "First text of its own."' 'b: "The second text, which is the longest."' 'c: "Third text.\n"')
    sangam-dedup -q --mode line --min-count 4 in.jsonl | texts | diff - <(texts <in.jsonl)
    sangam-dedup -q --mode line --min-chars 49 in.jsonl | texts | diff - <(texts <in.jsonl)
    sangam-dedup -q --mode line --min-chars 48 in.jsonl | grep -c "$footer" | grep -qx 1
    sangam-dedup -q --mode para in.jsonl | texts | diff - <(texts <in.jsonl | sed 's/c: .*/c: "Third text.\\n\\n'"$footer"'\\n"/') # only c has it as a paragraph
}

@test "inside one document the first place stays; short lines stay by default, blank ones always" {
    doc a $'A refrain of more than twenty.\n\nverse\nverse\n\nA refrain of more than twenty.\n\nverse' >in.jsonl
    sangam-dedup -q --mode line in.jsonl | texts | diff - <(echo 'a: "A refrain of more than twenty.\n\nverse\nverse\n\nverse"')
    sangam-dedup -q --mode line --min-chars 0 in.jsonl | texts | diff - <(echo 'a: "A refrain of more than twenty.\n\nverse"')
    sangam-dedup -q --mode para --min-chars 0 in.jsonl | texts | diff - <(echo 'a: "A refrain of more than twenty.\n\nverse\nverse\n\nverse"')
}

@test "--min-left: a document with too little left goes as a whole; one without cuts never" {
    { doc a $'A line that stands in two documents\nrest of a is the longer one'; doc b $'A line that stands in two documents\nrest'; doc c 'tiny'; doc d ''; } >in.jsonl
    sangam-dedup -q --mode line --min-left 5 --dropped d.zst in.jsonl | jq -r .id | tr '\n' ' ' | grep -qx 'a c d '
    ledger d.zst | diff - <(echo '{"id":"b","reason":"line","cluster":"","survivor_id":"a","similarity":1.0,"method":"key","cluster_size":1,"bytes":40}')
    sangam-dedup -q --mode line --min-left 4 in.jsonl | jq -r .id | tr '\n' ' ' | grep -qx 'a b c d '
    { doc a $' \nA line that stands in two documents\n\n'; doc b $'A line that stands in two documents'; } >in.jsonl
    sangam-dedup -q --mode line in.jsonl | jq -r .id | grep -qx a # nothing but white space is left of b
}

@test "copies differ in white space and normal form only; vowel signs, tones, case and marks make other lines" {
    python3 - >in.jsonl <<'PYTHON'
import json, unicodedata
def lines(i, *t): print(json.dumps({"id": i, "text": "\n".join(t)}, ensure_ascii=False))
hindi = "कल बल पल दल जल मल नल तल फल हल"
thai = "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวสหอ"
arabic = "كتب علم درس قلم بحر شمس قمر نور"
lines("a", hindi, thai, arabic, "The very same sentence, in capitals or not", "Một câu tiếng Việt có đủ các dấu thanh")
lines("b", hindi.replace("ल", "ला"), "".join(c + "่" for c in thai), "".join(c + "َ" if c != " " else c for c in arabic), "THE VERY SAME SENTENCE, IN CAPITALS OR NOT", "Mot cau tieng Viet co du cac dau thanh")
lines("c", hindi.replace("क", "क़"), thai.replace("ก", "ก็"), arabic.replace("ك", "ڪ"), "The very same sentence: in capitals or not", "Một câu tiếng Việt có đủ cắc dấu thanh")
lines("d", hindi.replace(" ", " \u00a0"), unicodedata.normalize("NFD", "Một câu tiếng Việt có đủ các dấu thanh"), "and one of its own")
PYTHON
    sangam-dedup -q --mode line --dropped d.zst in.jsonl >out.jsonl
    diff <(head -n 3 in.jsonl | texts) <(head -n 3 out.jsonl | texts)
    [ "$(tail -n 1 out.jsonl | jq -r .text)" = "and one of its own" ]
    ledger d.zst | jq -e '.id == "d" and .span_survivors == ["a","a"] and .method == "key"'
}

@test "the same answer for any threads and memory" {
    for m in line para; do
        for o in "-j 1" "-j 3" "--memory 256M -j 1" "--memory 256M -j 3"; do
            rm -rf out && sangam-dedup -q --mode $m $o "$data/corpus" -o out/
            sums out | diff "$data/$m.sums" -
        done
    done
}

@test "the same answer for any order, cut, compression and number of files" {
    mkdir cut one few
    shuf --random-source=<(yes) "$data/all.jsonl" | split -l 37 --additional-suffix=.jsonl - cut/x-
    tac "$data/all.jsonl" | zstd -q >one/all.jsonl.zst
    for i in aa ab ac ad; do gzip <"$data/corpus/part-$i.jsonl" >few/z$i.jsonl.gz; done
    for m in line para; do
        rm -rf out && sangam-dedup -q --mode $m cut -o out/ && sums out | diff "$data/$m.sums" -
        rm -rf out && sangam-dedup -q --mode $m one -o out/ && sums out | diff "$data/$m.sums" -
        rm -rf out && sangam-dedup -q --mode $m few/zad.jsonl.gz few/zaa.jsonl.gz few/zac.jsonl.gz few/zab.jsonl.gz -o out/
        sums out | diff "$data/$m.sums" -
    done
}

@test "verb by verb, in any number of tasks: the same answer" {
    for m in line para; do
        sangam-dedup plan -q --mode $m "$data/corpus" -o out-$m/ --plan p-$m
        for i in 2 0 1; do sangam-dedup map -q --plan p-$m --task $i/3; done
        for i in 0 1 2 3 4; do sangam-dedup link -q --plan p-$m --task $i/5 --consume; done
        run sangam-dedup apply -q --plan p-$m
        [ "$status" -eq 2 ] # cluster looks at the ids
        [[ "$output" == *"cluster has not finished"* ]]
        for v in cluster settle recheck; do sangam-dedup $v -q --plan p-$m; done
        for i in 1 0; do sangam-dedup apply -q --plan p-$m --task $i/2; done
        sums out-$m | diff "$data/$m.sums" -
        [ -z "$(ls p-$m | grep unt)" ]
        printf 'x' | dd of="$(ls p-$m/0*.cut | head -n 1)" bs=1 seek=700 conv=notrunc status=none
        run sangam-dedup apply -q --plan p-$m
        [ "$status" -eq 3 ]
    done
}

@test "texts of one length: order is still content only" {
    for i in 5 3 9 1 7 2 8 4 6; do doc "id$i" $'A sentence all of these have\n'"number $i of nine"; done >in.jsonl
    for i in 1 2; do doc twin $'Two lines are equal to a byte\nand both of them have one id'; done >>in.jsonl
    for i in 1 2 3; do doc "copy$i" $'One text under three ids, all of one length'; done >>in.jsonl
    sangam-dedup -q --mode line in.jsonl | sort >want
    [ "$(grep -c 'A sentence' want)" -eq 1 ]
    [ "$(grep -c twin want)" -eq 1 ]
    [ "$(grep -c copy want)" -eq 1 ]
    for s in 1 2 3 4 5; do shuf --random-source=<(yes $s) in.jsonl | sangam-dedup -q --mode line | sort | diff want -; done
}

@test "cutting the old text by the ledger's spans gives the new text; survivors hold what was cut" {
    for m in line para; do
        sangam-dedup -q --mode $m --keep-dropped --dropped $m.zst "$data/all.jsonl" >$m.jsonl
        ledger $m.zst >$m.ledger
        python3 - $m "$data/all.jsonl" <<'PYTHON'
import json, sys
read = lambda p: [json.loads(l) for l in open(p, encoding="utf-8")]
old = {d["id"]: d["text"] for d in read(sys.argv[2])}
new = {d["id"]: d["text"] for d in read(sys.argv[1] + ".jsonl")}
fold = lambda s: " ".join(s.split())
cut = 0
for l in read(sys.argv[1] + ".ledger"):
    text = old[l["id"]]
    assert l["text"] == text
    if "spans" not in l:
        assert l["id"] not in new and l["bytes"] == len(text.encode())
        continue
    left, at = "", 0
    assert len(l["spans"]) == len(l["span_survivors"]) and l["span_survivors"][0] == l["survivor_id"]
    for (b, e), survivor in zip(l["spans"], l["span_survivors"]):
        assert at <= b < e <= len(text) and fold(text[b:e]) in fold(new[survivor])
        left += text[at:b]; at = e
    left += text[at:]
    assert new[l["id"]] == left and len(text.encode()) - len(left.encode()) == l["bytes"]
    cut += 1
assert cut > 100
PYTHON
    done
}

@test "receipts: in = out + dropped + bad, ledger lines are dropped and shortened documents, counters add up" {
    for m in line para; do
        jq -se --arg m $m 'all(.[]; .records_in == .records_out + .dropped + .bad and .dropped == (.reasons[$m] // 0)
            and ([.outputs[] | select(.kind == "dropped") | .records] | add) == .dropped + .counters.documents_cut
            and .counters.corpus_units > .counters.corpus_units_cut and .counters.corpus_units_cut > 100 and .counters.bytes_cut > 0)' "$data"/$m/*.receipt.json
        cuts=$(ledger "$data"/$m/*.dropped.jsonl.zst | jq -s '[.[] | select(.spans) | .spans | length] | add')
        bytes=$(ledger "$data"/$m/*.dropped.jsonl.zst | jq -s '[.[] | .bytes] | add')
        [ "$bytes" -eq "$(jq -s '[.[].counters.bytes_cut] | add' "$data"/$m/*.receipt.json)" ]
        [ "$cuts" -le "$(jq -s '.[0].counters.corpus_units_cut' "$data"/$m/*.receipt.json)" ]
    done
    run sangam-dedup --mode line "$data/corpus" -o "$data/line/"
    [[ "$output" == *"nothing to do"* ]]
    run sangam-dedup --mode line --min-chars 21 --dry-run "$data/corpus" -o "$data/line/"
    [ "$status" -eq 0 ]
}

@test "a pipeline with --mode line is proved from end to end" {
    mkdir in && cp "$data/corpus/part-aa.jsonl" "$data/corpus/part-ab.jsonl" in
    cat >p.yaml <<'YAML'
name: lines
stages:
  - ingest: {}
  - dedup:  {mode: line, min-chars: 12}
YAML
    sangam run p.yaml in -o work -q
    run sangam verify work
    [ "$status" -eq 0 ]
    [[ "$output" == *"proved"* ]] || [[ "$output" != *"problem"* ]]
    ledger work/2-dedup/*.dropped.jsonl.zst | grep -q '"spans"'
}

@test "--scope language keeps the parts of a corpus apart" {
    for l in nob dan; do jq -nc --arg l $l '{id:$l,language:$l,text:"Den samme linjen i begge korpora\n\($l)"}'; done >in.jsonl
    sangam-dedup -q --mode line in.jsonl | grep -c 'Den samme' | grep -qx 1
    sangam-dedup -q --mode line --scope language in.jsonl | grep -c 'Den samme' | grep -qx 2
}

@test "--prefer, --profile and presets of lines are followed" {
    footer="All rights reserved by the Example Society, 2019"
    { jq -nc --arg f "$footer" '{id:"new",date:"2024-01-01",text:("A text that is a good deal longer than the other one.\n" + $f)}'; jq -nc --arg f "$footer" '{id:"old",date:"2001-01-01",text:("Another text.\n" + $f)}'; } >in.jsonl
    sangam-dedup -q --mode line in.jsonl | grep -F "$footer" | jq -r .id | grep -qx new
    sangam-dedup -q --mode line --prefer date:asc in.jsonl | grep -F "$footer" | jq -r .id | grep -qx old
    { doc a $'Page 12 of the very same book\nand the longest rest of all'; doc b $'page 97 of the very same book\nrest'; doc c $'Page 12 of the  very same book\nno'; } >in.jsonl
    sangam-dedup -q --mode line in.jsonl | texts | tail -n 2 | diff - <(printf '%s\n' 'b: "page 97 of the very same book\nrest"' 'c: "no"')
    sangam-dedup -q --mode line --profile ccnet in.jsonl | texts | tail -n 2 | diff - <(printf '%s\n' 'b: "rest"' 'c: "Page 12 of the  very same book\nno"') # it does not collapse white space
    sangam-dedup -q --mode line --profile raw in.jsonl | texts | diff - <(texts <in.jsonl)
    sangam-dedup -q --preset ccnet in.jsonl -o out.jsonl # least length 300 of what is cut
    jq -r .id out.jsonl | tr '\n' ' ' | grep -qx 'a c '
    zstd -qdc out.dropped.jsonl.zst | jq -e '.id == "b" and .reason == "line" and .survivor_id == "a"'
}

@test "escapes in texts and members behind the text survive a cut" {
    printf '%s\n' '{"id":"a\"1","text":"A line with \u00e9, \"quotes\" and \\ in it\nlonger rest of a","x":[1, 2]}' '{"id":"b","text":"A line with é, \"quotes\" and \\ in it\nrest\t\u0001\"b\"","x":[1, 2]}' >in.jsonl
    sangam-dedup -q --mode line --dropped d.zst in.jsonl >out.jsonl
    tail -n 1 out.jsonl | jq -e '.text == "rest\t\u0001\"b\"" and .x == [1,2]'
    ledger d.zst | jq -e '.survivor_id == "a\"1"'
}

@test "no document, empty texts, blank texts: outputs and receipts" {
    mkdir in && : >in/a.jsonl && { doc a ""; doc b $'\n\n'; doc c "   "; } >in/b.jsonl
    for m in line para; do
        sangam-dedup -q --mode $m in -o $m/
        [ "$(kept $m | wc -l)" -eq 3 ]
        diff <(texts <in/b.jsonl) <(zstd -qdc $m/b.jsonl.zst | texts)
        [ ! -e $m/b.dropped.jsonl.zst ]
        [ -e $m/a.receipt.json ]
        : | sangam-dedup -q --mode $m | wc -c | grep -qx 0
    done
}

@test "one line of many megabytes, and a hundred thousand lines in one document" {
    python3 - >in.jsonl <<'PYTHON'
import json
print(json.dumps({"id": "long", "text": "x" * 6000000}))
print(json.dumps({"id": "many", "text": "".join("line number %d\n" % (i % 50000) for i in range(100000))}))
PYTHON
    sangam-dedup -q --mode line --min-chars 0 --memory 512M in.jsonl >out.jsonl
    [ "$(tail -n 1 out.jsonl | jq -r .text | sort | uniq -c | awk '$1 != 1 && NF > 1' | wc -l)" -eq 0 ]
    [ "$(tail -n 1 out.jsonl | jq -r .text | grep -c line)" -eq 50000 ]
    [ "$(head -n 1 out.jsonl | wc -c)" -gt 6000000 ]
}

@test "bad lines: exit 3 and no output; within --max-bad they are listed; two lines with one id stop the run" {
    { doc a $'A line that stands in two documents\nand more'; echo '{"id":"x"}'; echo not; doc b $'A line that stands in two documents'; } >in.jsonl
    for m in line para; do
        run sangam-dedup -q --mode $m in.jsonl -o out.jsonl
        [ "$status" -eq 3 ]
        [ ! -e out.jsonl ]
        sangam-dedup -q --mode $m --max-bad 2 in.jsonl -o $m.jsonl
        jq -e '.bad == 2 and .records_in == 4 and .records_in == .records_out + .dropped + .bad' $m.receipt.json
        zstd -qdc $m.bad.zst | grep -qx not
    done
    [ "$(wc -l <line.jsonl)" -eq 1 ]
    { doc t "one line"; doc t "another line"; } >twins.jsonl
    run sangam-dedup --mode line twins.jsonl
    [ "$status" -eq 3 ]
    [[ "$output" == *"--duplicate-ids keep"* ]]
    sangam-dedup -q --mode line --duplicate-ids keep twins.jsonl | wc -l | grep -qx 2
}

@test "options out of range, or of another mode: exit 2" {
    for opts in "--mode line --keep last" "--mode line --min-count 1" "--mode para --min-count 0" "--mode line --min-count 70000" "--mode line --min-chars x" "--keep none" "--mode exact --min-left 3" "--mode near --min-count 3" "--mode words"; do
        run sangam-dedup $opts "$data/all.jsonl"
        [ "$status" -eq 2 ]
    done
    run sangam-dedup --mode line --memory 10M "$data/all.jsonl"
    [ "$status" -eq 4 ]
}
