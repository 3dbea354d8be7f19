#!/usr/bin/env bats
# sangam-dedup --mode substr: repeats inside texts are found to the code point, the first copy stays, any layout gives the same.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    cat >pieces.py <<'PYTHON'
# Documents of pieces of a common stock, in nine alphabets, with overlapping, nested and repeated copies; lengths in bytes differ.
import json, random, sys
seed, count, L = (int(a) for a in sys.argv[1:4])
r = random.Random(seed)
def points(*ranges): return [chr(c) for a, b in ranges for c in range(a, b + 1)]
alphabets = [points((97, 122), (32, 32)), points((0x430, 0x44F), (32, 32)), points((0x905, 0x939), (32, 32)), points((0xE01, 0xE2E)),
             points((0x4E00, 0x4F00), (0x3001, 0x3002)), points((0x3042, 0x3082)), points((0x1F600, 0x1F640), (32, 32)), ["a", "b"], ["="]]
def fresh(n):
    a = r.choice(alphabets)
    return "".join(r.choice(a) for _ in range(n))
stock = [fresh(r.randint(L // 4, L * 4)) for _ in range(40)]
used, out = set(), []
while len(out) < count:
    t = ""
    for _ in range(r.randint(1, 8)):
        k = r.random()
        if k < .35: t += fresh(r.randint(0, L * 2))
        elif k < .7:
            s = r.choice(stock); a = r.randint(0, len(s) // 2); t += s[a:r.randint(a, len(s))]
        elif k < .8 and out:
            s = r.choice(out); a = r.randint(0, max(0, len(s) - 1)); t += s[a:a + r.randint(0, L * 3)]
        elif k < .9 and t:
            a = r.randint(0, len(t) - 1); t += t[a:a + r.randint(0, L * 2)]
        else: t += r.choice(["=", "- ", "abc", "漢", "ＡＢ漢"]) * r.randint(1, L)
    while len(t.encode()) in used: t += r.choice("xyz")
    used.add(len(t.encode())); out.append(t)
for i, t in enumerate(out): print(json.dumps({"id": "d%d" % i, "text": t}, ensure_ascii=False))
PYTHON
    python3 pieces.py 7 300 100 >all.jsonl
    sangam-dedup -q --mode substr all.jsonl -o whole/
    sums whole >whole.sums
}

setup() { cd "$BATS_TEST_TMPDIR"; data=$BATS_FILE_TMPDIR; }

# Output lines and ledger lines of a folder as sets.
sums() { zstd -qdc $(ls "$1"/*.jsonl.zst | grep -v dropped) | sort | sha256sum; zstd -qdc "$1"/*.dropped.jsonl.zst | sort | sha256sum; }
doc() { jq -nc --arg id "$1" --arg text "$2" '{id:$id,text:$text}'; }
texts() { zstd -qdc out/in.jsonl.zst | jq -r '"\(.id) \(.text)"'; }
ledger() { zstd -qdc out/in.dropped.jsonl.zst | jq -c '[.id, .reason, .method, .spans, .span_survivors]'; }
# run substr on in.jsonl
dedup() { rm -rf out; sangam-dedup -q --mode substr "$@" in.jsonl -o out/; }
# letters FIRST LAST COUNT SEED: random code points
letters() { python3 -c "
import random, sys
r = random.Random($4); print(''.join(chr(r.randint(int('$1', 16), int('$2', 16))) for _ in range($3)), end='')"; }

@test "everything a slow search and a suffix array find is found, and nothing else" {
    for length in 20 33 100; do
        for seed in 1 2; do
            python3 "$data/pieces.py" "$seed" 100 "$length" >in.jsonl
            dedup --min-length "$length"
            zstd -qdc out/in.dropped.jsonl.zst >ledger.jsonl
            python3 "$BATS_TEST_DIRNAME/../data/repeats_oracle.py" "$length" in.jsonl ledger.jsonl
        done
    done
}

@test "a repeat of L is cut to the code point in seven scripts, one of L - 1 stays" {
    python3 - <<'PYTHON'
import json, random
r = random.Random(1)
scripts = {"Latn": (0x61, 0x7A, 100), "Cyrl": (0x430, 0x44F, 100), "Deva": (0x915, 0x939, 100), "Thai": (0xE01, 0xE2E, 100), "Arab": (0x627, 0x642, 100),
           "Hani": (0x4E00, 0x4FFF, 50), "Hira": (0x3042, 0x3082, 50), "Zsye": (0x1F600, 0x1F640, 100)}
with open("in.jsonl", "w") as f, open("expected", "w") as e:
    for name, (first, last, length) in scripts.items():
        for less in 0, 1:
            some = lambda n: "".join(chr(r.randint(first, last)) for _ in range(n))
            stretch, a, b, c, d = some(length - less), some(300), some(60), some(70), some(90)
            kept = c + "/" + (stretch if less else "") + "/" + d
            for id, text, left in ("long", a + "|" + stretch + "|" + b, a + "|" + stretch + "|" + b), ("short", c + "/" + stretch + "/" + d, kept):
                f.write(json.dumps({"id": "%s-%s-%d" % (name, id, less), "text": text}) + "\n")
                e.write("%s-%s-%d %s\n" % (name, id, less, left))
PYTHON
    dedup
    texts | diff expected -
    zstd -qdc out/in.dropped.jsonl.zst | jq -r '"\(.id) \(.spans) \(.span_survivors[0])"' | sort >got
    for script in Arab:100 Cyrl:100 Deva:100 Hani:50 Hira:50 Latn:100 Thai:100 Zsye:100; do
        echo "${script%:*}-short-0 [[71,$((71 + ${script#*:}))]] ${script%:*}-long-0"
    done | diff - got
}

@test "the copy in the longest document stays, inside a document the first place" {
    s=$(letters 61 7a 150 1)
    { doc short "1$s"; doc longest "$(letters 61 7a 400 2)2$s"; doc middle "$(letters 61 7a 100 3)3${s}4$s."; } >in.jsonl
    dedup
    [ "$(ledger | sort)" = '["middle","substr","text",[[101,251],[252,402]],["longest","longest"]]
["short","substr","text",[[1,151]],["longest"]]' ] || { ledger; false; }
    doc one "1${s}2${s}3${s}4" >in.jsonl
    dedup
    [ "$(ledger)" = '["one","substr","text",[[152,302],[303,453]],["one","one"]]' ] || { ledger; false; }
}

@test "overlapping and nested repeats are one span with the survivor of each part" {
    s=$(letters 61 7a 400 1)
    { doc a "${s:0:250}#$(letters 41 5a 900 2)"; doc b "${s:120:280}@$(letters 41 5a 700 3)"; doc c "(${s:0:400})"; } >in.jsonl
    dedup
    [ "$(ledger | sort)" = '["b","substr","text",[[0,130]],["a"]]
["c","substr","text",[[1,251],[251,401]],["a","b"]]' ] || { ledger; false; }
    [ "$(texts | grep ^c)" = "c ()" ]
}

@test "a run of one character keeps its first L, and takes no longer for its length" {
    { doc a "$(printf '=%.0s' {1..5000})"; doc b "$(printf -- '-+%.0s' {1..4000})x"; } >in.jsonl
    dedup
    [ "$(ledger | sort)" = '["a","substr","text",[[100,5000]],["a"]]
["b","substr","text",[[100,8000]],["b"]]' ] || { ledger; false; }
}

@test "no grapheme cluster is cut: marks, vowel signs and joined emoji keep their base" {
    s=$(letters 61 7a 120 1) long=$(letters 41 5a 300 2)
    # the repeat begins with the mark of another base, and ends before a mark
    { doc a "${long}e"$'\u0301'"${s}k"; doc b "o"$'\u0301'"${s}k"$'\u0304'" rest"; } >in.jsonl
    dedup
    [ "$(texts | grep ^b)" = "b o"$'\u0301'"k"$'\u0304'" rest" ]
    [ "$(ledger)" = '["b","substr","text",[[2,122]],["a"]]' ]
    { doc a "${long}क"$'\u093f'"${s}👩"; doc b "ख"$'\u093f'"${s}👩"$'\u200d'"🚀 rest"; } >in.jsonl
    dedup
    [ "$(texts | grep ^b)" = "b ख"$'\u093f'"👩"$'\u200d'"🚀 rest" ]
    # what is shorter than L once it is drawn in stays
    { doc a "${long}e"$'\u0301'"${s:0:99}"; doc b "o"$'\u0301'"${s:0:99}- rest"; } >in.jsonl
    dedup
    [ ! -e out/in.dropped.jsonl.zst ]
}

@test "--spans mark leaves texts alone; the ledger is the same" {
    cp "$data/all.jsonl" in.jsonl
    dedup --spans mark
    zstd -qdc out/in.jsonl.zst | jq -c '[.id, .text]' | sort >marked
    jq -c '[.id, .text]' in.jsonl | sort | diff - marked
    zstd -qdc out/in.dropped.jsonl.zst | jq -c 'select(.spans) | [.id, .spans, .span_survivors]' | sort >spans
    zstd -qdc "$data"/whole/*.dropped.jsonl.zst | jq -c 'select(.spans) | [.id, .spans, .span_survivors]' | sort >cut
    [ -s cut ]
    [ -z "$(comm -13 spans cut)" ]
}

@test "what the ledger says is what is gone" {
    zstd -qdc "$data"/whole/all.jsonl.zst >out.jsonl
    zstd -qdc "$data"/whole/*.dropped.jsonl.zst >ledger.jsonl
    python3 - "$data/all.jsonl" <<'PYTHON'
import json, sys
before = {r["id"]: r["text"] for r in map(json.loads, open(sys.argv[1]))}
after = {r["id"]: r["text"] for r in map(json.loads, open("out.jsonl"))}
ledger = {r["id"]: r for r in map(json.loads, open("ledger.jsonl"))}
assert set(after) == {i for i in before if i not in ledger or "spans" in ledger[i]}
for i, text in after.items():
    at, left = 0, ""
    for begin, end in ledger.get(i, {}).get("spans", []):
        left += before[i][at:begin]
        at = end
    assert left + before[i][at:] == text, i
    if i in ledger: assert ledger[i]["bytes"] == len(before[i].encode()) - len(text.encode())
PYTHON
}

@test "order of lines, files, threads and memory change nothing" {
    mkdir shuffled split
    shuf --random-source=<(yes) "$data/all.jsonl" >shuffled/x.jsonl
    split -n l/7 --additional-suffix=.jsonl "$data/all.jsonl" split/s-
    sangam-dedup -q --mode substr -j 1 --memory 256M shuffled -o one/
    sums one | diff "$data/whole.sums" -
    sangam-dedup -q --mode substr -j 3 split -o three/
    sums three | diff "$data/whole.sums" -
}

@test "verb by verb, each as another number of tasks: the same" {
    mkdir split
    split -n l/7 --additional-suffix=.jsonl "$data/all.jsonl" split/s-
    sangam-dedup plan -q --mode substr --plan P split -o out/
    run ! sangam-dedup recheck -q --plan P
    for i in 0 1 2; do sangam-dedup map -q --plan P --task $i/3; done
    for i in 0 1; do sangam-dedup link -q --plan P --task $i/2; done
    sangam-dedup cluster -q --plan P
    for i in 0 1 2 3; do sangam-dedup recheck -q --plan P --task $i/4; done
    run -2 sangam-dedup apply -q --plan P
    for i in 0 1 2; do sangam-dedup settle -q --plan P --task $i/3; done
    for i in 0 1; do sangam-dedup apply -q --plan P --task $i/2; done
    sums out | diff "$data/whole.sums" -
}

@test "one text in very many documents: the work grows with their number, not with its square" {
    python3 - <<'PYTHON'
import json, random
r = random.Random(1)
def words(n): return " ".join("".join(r.choice("abcdefghij") for _ in range(r.randint(2, 9))) for _ in range(n))
licence = words(60)
for n in (1000, 4000):
    with open("n%d.jsonl" % n, "w") as f:
        for i in range(n): f.write(json.dumps({"id": str(i), "text": words(25) + "\n" + licence + "\n" + words(20)}) + "\n")
PYTHON
    for n in 1000 4000; do
        sangam-dedup -q --mode substr n$n.jsonl -o o$n/
        jq '.counters.corpus_compared_by_text' o$n/n$n.receipt.json >c$n
        [ "$(zstd -qdc o$n/*dropped* | jq -c 'select(.bytes > 300) | .id' | wc -l)" -eq $((n - 1)) ]
    done
    [ "$(cat c4000)" -lt $((5 * $(cat c1000))) ]
    [ "$(cat c4000)" -lt 40000 ]
}

@test "--scope language: stretches of another language are no copies" {
    s=$(letters 61 7a 150 1)
    for n in 1 2 3; do
        l=$([ $n = 2 ] && echo deu || echo eng)
        doc $l$n "$(letters 41 5a $((n * 20)) $n)$s" | jq -c --arg l $l '. + {language: $l, language_script: "Latn"}'
    done >in.jsonl
    dedup --scope language
    [ "$(ledger | jq -c '[.[0], .[4]]')" = '["eng1",["eng3"]]' ]
}

@test "options of other modes, lengths out of range: exit 2" {
    doc a text >in.jsonl
    run -2 sangam-dedup --mode near --min-length 50 in.jsonl -o out/
    [[ $output == *"--min-length is for --mode substr"* ]]
    run -2 sangam-dedup --mode line --spans mark in.jsonl -o out/
    run -2 sangam-dedup --mode substr --keep none in.jsonl -o out/
    run -2 sangam-dedup --mode substr --min-length 19 in.jsonl -o out/
    run -2 sangam-dedup --mode substr --min-length 10001 in.jsonl -o out/
}
