#!/usr/bin/env bats
# Two owners who swap indexes: what each removes alone, put together, is what one run over both corpora removes.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    python3 - <<'PYTHON'
# 3,000 documents dealt to two owners: originals, equal texts, edited copies, chains of copies, short texts, lines in both
import json, random
r = random.Random(11)
vocabulary = {
    "eng": ["word%d" % i for i in range(4000)],
    "hin": [a + b + c for a in "कखगघचछजझ" for b in ["", "ा", "ि", "ी", "ु", "ू", "े"] for c in ["न", "म", "र", "ल", "स", "ड़"]],
    "tha": [a + b for a in "กขคงจฉชซญ" for b in ["", "ี", "่า", "ู้", "ะ"]],
    "zho": [chr(c) for c in range(0x4E00, 0x5300)],
}
glue = lambda lang: "" if lang in ("tha", "zho") else " "
def text(lang, n): return glue(lang).join(r.choice(vocabulary[lang]) for _ in range(n))
def edit(t, lang, share):
    unit = list(t) if glue(lang) == "" else t.split(" ")
    for i in range(len(unit)):
        if r.random() < share: unit[i] = r.choice(vocabulary[lang])
    return glue(lang).join(unit)
docs = []
for i in range(3000):
    kind = r.random() if docs else 1
    if kind < 0.12:
        _, lang, t = r.choice(docs)
        t = r.choice([t, t, "  " + t + "\n", t.replace(" ", "\u00a0 ", 1)])
    elif kind < 0.45:
        _, lang, t = r.choice(docs)
        t = edit(t, lang, r.choice([0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1]))
    elif kind < 0.5:
        lang = r.choice(list(vocabulary)); t = text(lang, r.randint(0, 5))
    else:
        lang = r.choice(list(vocabulary)); t = text(lang, r.randint(40, 300))
    docs.append(("d%04d" % i, lang, t))
r.shuffle(docs)
files = {"A": open("A.jsonl", "w", encoding="utf-8"), "B": open("B.jsonl", "w", encoding="utf-8")}
for i, lang, t in docs:
    line = json.dumps({"id": i, "text": t, "language": lang, "language_script": "Xxxx"}, ensure_ascii=False) + "\n"
    for owner in r.choice(["A"] * 12 + ["B"] * 12 + ["AB"]): files[owner].write(line)
PYTHON
    cat A.jsonl B.jsonl >AB.jsonl
    for owner in A B; do sangam-dedup index -q $owner.jsonl -o $owner.sigx; done
}

setup() { cd "$BATS_FILE_TMPDIR"; out=$BATS_TEST_TMPDIR; }

cross() { sangam-dedup run -q --mode cross "$@"; }
ledger() { zstd -qdc "$1.dropped.jsonl.zst"; }
# What both owners keep under --policy balanced, each against the other's index; options for index and run.
apart() {
    for owner in A B; do sangam-dedup index -q $owner.jsonl "$@" -o "$out/$owner.sigx"; done
    cross A.jsonl --theirs "$out/B.sigx" --policy balanced "${near[@]}" "$@" -o "$out/A.jsonl"
    cross B.jsonl --theirs "$out/A.sigx" --policy balanced "${near[@]}" "$@" -o "$out/B.jsonl"
    sort "$out/A.jsonl" "$out/B.jsonl"
}

# The dedup of the join with keys that only indexes have: against an index of nothing.
joined() {
    : >"$out/nothing.jsonl"
    sangam-dedup index -q "$out/nothing.jsonl" "$@" -o "$out/nothing.sigx"
    cross AB.jsonl --theirs "$out/nothing.sigx" --policy balanced "$@" -o "$out/AB.jsonl"
    sort "$out/AB.jsonl"
}

@test "A and B apart, then joined, are the dedup of the join: the same lines, cluster sizes and ids in them" {
    near=()
    apart >"$out/apart"
    sangam-dedup run -q AB.jsonl --verify sketch -o "$out/AB.jsonl"
    sort "$out/AB.jsonl" | cmp - "$out/apart"
    # and it was worth it: each side lost documents to the other
    for owner in A B; do [ "$(ledger "$out/$owner" | jq -s 'map(select(.reason == "cross")) | length')" -gt 80 ]; done
}

@test "the same by language, with other bands and a threshold, and for exact copies alone" {
    near=(--threshold 0.85)
    apart --scope language --bands 14 --rows 8 --seed 7 >"$out/apart"
    sangam-dedup run -q AB.jsonl --verify sketch --threshold 0.85 --scope language --bands 14 --rows 8 --seed 7 -o "$out/AB.jsonl"
    sort "$out/AB.jsonl" | cmp - "$out/apart"
    for owner in A B; do sangam-dedup index -q $owner.jsonl --mode exact -o "$out/$owner.sigx"; done
    cross A.jsonl --theirs "$out/B.sigx" --policy balanced -o "$out/A.x.jsonl"
    cross B.jsonl --theirs "$out/A.sigx" --policy balanced -o "$out/B.x.jsonl"
    sangam-dedup run -q --mode exact AB.jsonl -o "$out/AB.x.jsonl"
    sort "$out/A.x.jsonl" "$out/B.x.jsonl" | cmp - <(sort "$out/AB.x.jsonl")
    [ "$(ledger "$out/A.x" | jq -r .reason | sort -u | tr '\n' ' ')" = "cross exact " ]
}

@test "a line that one owner has three times counts once in the other's cluster sizes, and stays once" {
    words=$(seq -s ' ' 100 160)
    jq -nc --arg t "$words" '{id:"x",text:$t}' >"$out/one" && cat "$out/one" "$out/one" "$out/one" >"$out/mine.jsonl"
    jq -nc --arg t "$words end" '{id:"y",text:$t}' >"$out/theirs.jsonl"
    for o in mine theirs; do sangam-dedup index -q "$out/$o.jsonl" -o "$out/$o.sigx"; done
    cross "$out/mine.jsonl" --theirs "$out/theirs.sigx" --policy balanced -o "$out/m.jsonl"
    cross "$out/theirs.jsonl" --theirs "$out/mine.sigx" --policy balanced -o "$out/t.jsonl"
    [ ! -s "$out/m.jsonl" ]
    [ "$(jq -r '.id, .minhash_cluster_size' "$out/t.jsonl" | tr '\n' ' ')" = "y 2 " ]
    [ "$(ledger "$out/m" | jq -r .cluster_size | tr '\n' ' ')" = "4 4 4 " ]
}

@test "theirs: what matches one of theirs goes and names it, and what stays matches none of them" {
    cross A.jsonl --theirs B.sigx -o "$out/A.jsonl"
    ledger "$out/A" | jq -c 'select(.reason == "cross")' >"$out/hits"
    [ "$(wc -l <"$out/hits")" -gt 300 ]
    jq -e '.survivor_id == "" and (.their_text_key | test("^[0-9a-f]{32}$")) and .similarity >= 0.75 and (.method | IN("key", "sketch"))' "$out/hits" >/dev/null
    [ "$(jq -c keys_unsorted "$out/hits" | sort -u)" = '["id","reason","cluster","survivor_id","similarity","method","cluster_size","their_text_key","bytes"]' ]
    # every text key named is one of theirs
    sangam-dedup run -q --mode cross --mine B.sigx --theirs B.sigx | jq -r .text_key | sort -u >"$out/of_theirs"
    jq -r .their_text_key "$out/hits" | sort -u | comm -23 - "$out/of_theirs" >"$out/strange"
    [ ! -s "$out/strange" ]
    # equal texts all went; what stayed is not met a second time
    sangam-dedup index -q "$out/A.jsonl" -o "$out/rest.sigx"
    cross --mine "$out/rest.sigx" --theirs B.sigx >"$out/again"
    [ ! -s "$out/again" ]
    jq -e '.settings.cross.verified_by == "sketch" and .settings.cross.their_documents > 1000 and .reasons.cross > 300' "$out/A.receipt.json"
    jq -e '.records_in == .records_out + .dropped and .dropped == ([.reasons[]] | add)' "$out/A.receipt.json"
}

@test "theirs always stay first: a longer text of mine goes for a shorter one of theirs, and under balanced it stays" {
    words=$(seq -s ' ' 100 190)
    jq -nc --arg t "$words and more" '{id:"long",text:$t}' >"$out/mine.jsonl"
    jq -nc --arg t "$words" '{id:"short",text:$t}' >"$out/theirs.jsonl"
    sangam-dedup index -q "$out/theirs.jsonl" -o "$out/theirs.sigx"
    cross "$out/mine.jsonl" --theirs "$out/theirs.sigx" -o "$out/t.jsonl"
    cross "$out/mine.jsonl" --theirs "$out/theirs.sigx" --policy balanced -o "$out/b.jsonl"
    [ ! -s "$out/t.jsonl" ]
    [ "$(jq -r .minhash_cluster_size "$out/b.jsonl")" = 2 ]
}

@test "theirs: each of theirs leads, near copies among themselves too" {
    # J(a,b) and J(b,c) are above the threshold, J(a,c) below: c meets b, although b would follow a
    python3 - "$out" <<'PYTHON'
import json, sys
w = ["w%d" % i for i in range(300)]
def cut(t, at): t = list(t); t[at:at + 25] = ["e%dx%d" % (at, i) for i in range(25)]; return t
b = cut(w, 50); c = cut(b, 150)
json.dump({"id": "a", "text": " ".join(w) + " " + "z" * 300}, open(sys.argv[1] + "/t.jsonl", "w"))
with open(sys.argv[1] + "/t.jsonl", "a") as f: f.write("\n"); json.dump({"id": "b", "text": " ".join(b)}, f); f.write("\n")
with open(sys.argv[1] + "/m.jsonl", "w") as f: json.dump({"id": "c", "text": " ".join(c)}, f); f.write("\n")
PYTHON
    sangam-dedup index -q "$out/t.jsonl" -o "$out/t.sigx"
    # so it is: b follows a, and c does not meet a
    [ "$(sangam-dedup run -q "$out/t.jsonl" --verify sketch | jq -r .id)" = a ]
    head -n 1 "$out/t.jsonl" >"$out/a.jsonl"
    sangam-dedup index -q "$out/a.jsonl" -o "$out/a.sigx"
    [ "$(cross "$out/m.jsonl" --theirs "$out/a.sigx" | jq -r .id)" = c ]
    cross "$out/m.jsonl" --theirs "$out/t.sigx" -o "$out/kept.jsonl"
    [ ! -s "$out/kept.jsonl" ]
}

@test "mine: nothing goes; the report names who meets whom, from texts and from an index alike" {
    cross A.jsonl --theirs B.sigx --policy mine -o "$out/texts.jsonl"
    cross --mine A.sigx --theirs B.sigx --policy mine -o "$out/index.jsonl"
    [ ! -e "$out/texts.dropped.jsonl.zst" ]
    [ "$(wc -l <"$out/texts.jsonl")" -gt 300 ]
    [ "$(jq -r .verdict "$out/texts.jsonl" "$out/index.jsonl" | sort -u)" = keep ]
    for report in texts index; do
        jq -c '[.cluster, .their_text_key, .similarity, .method]' "$out/$report.jsonl" | sort -u >"$out/$report.set"
    done
    cmp "$out/texts.set" "$out/index.set"
}

@test "--mine: the report says what the policy would do, as doing it does" {
    cross --mine A.sigx --theirs B.sigx --policy balanced -o "$out/report.jsonl"
    cross A.jsonl --theirs B.sigx --policy balanced -o "$out/A.jsonl"
    ledger "$out/A" | jq -c 'select(.reason == "cross") | [.cluster, .their_text_key]' | sort -u >"$out/done"
    jq -c 'select(.verdict == "drop") | [.cluster, .their_text_key]' "$out/report.jsonl" | sort -u | cmp - "$out/done"
    [ "$(jq -r .verdict "$out/report.jsonl" | sort -u | tr '\n' ' ')" = "drop keep " ]
    run -2 sangam-dedup run -q --mode cross A.jsonl --mine A.sigx --theirs B.sigx
}

@test "an index is a function of the documents: order, files, threads, memory, merging" {
    split -l 400 --additional-suffix=.jsonl A.jsonl "$out/part-"
    sangam-dedup index -q $(ls -r "$out"/part-*.jsonl) -j 1 --memory 96M -o "$out/parts.sigx"
    cmp A.sigx "$out/parts.sigx"
    zstd -q A.jsonl -o "$out/A.jsonl.zst"
    sangam-dedup index -q "$out/A.jsonl.zst" -j 2 -o "$out/z.sigx"
    cmp A.sigx "$out/z.sigx"
    sangam-dedup index -q - -o "$out/pipe.sigx" <A.jsonl
    cmp A.sigx "$out/pipe.sigx"
    sangam-dedup index -q AB.jsonl -o "$out/union.sigx"
    sangam-dedup index -q --merge A.sigx B.sigx -o "$out/ab.sigx"
    cmp "$out/union.sigx" "$out/ab.sigx"
    sangam-dedup index -q --merge B.sigx A.sigx B.sigx -o "$out/bab.sigx"
    cmp "$out/union.sigx" "$out/bab.sigx"
    for f in "$out"/part-*.jsonl; do sangam-dedup index -q --slim "$f" -o "${f%.jsonl}.sigx"; done
    sangam-dedup index -q --merge "$out"/part-*.sigx -o "$out/slim.sigx"
    sangam-dedup index -q --slim A.jsonl -o "$out/slim1.sigx"
    cmp "$out/slim.sigx" "$out/slim1.sigx"
}

@test "the text keys in an index are XXH3-128 of the texts" {
    command -v python3 >/dev/null
    printf '{"id":"1","text":"  one\\n two  "}\n{"id":"2","text":"दिल्ली"}\n' >"$out/two.jsonl"
    sangam-dedup index -q "$out/two.jsonl" --mode exact -o "$out/two.sigx"
    python3 - "$out/two.sigx" <<'PYTHON'
import ctypes, ctypes.util, struct, sys
lib = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
class H(ctypes.Structure): _fields_ = [("lo", ctypes.c_uint64), ("hi", ctypes.c_uint64)]
lib.XXH3_128bits.restype = H; lib.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
def key(b): h = lib.XXH3_128bits(b, len(b)); return struct.pack("<QQ", h.lo, h.hi)
f = open(sys.argv[1], "rb").read()
assert f[:8] == b"SANGAMD\0" and f[12:16] == b"SIGX" and struct.unpack_from("<Q", f, 16)[0] == 2
length, = struct.unpack_from("<Q", f, 64); start = 128 + (length + 63) // 64 * 64
assert f[32:48] == key(f[128:128 + length])
texts = {"one two": "1", "दिल्ली": "2"}
found = {f[start + 16 * i:start + 16 * i + 16]: f[start + 32 + 16 * i:start + 48 + 16 * i] for i in range(2)}
assert found == {key(t.encode()): key(i.encode()) for t, i in texts.items()}
PYTHON
}

@test "a new crawl against all earlier ones, then merged: as if all had come at once, the earlier first" {
    split -n l/3 --additional-suffix=.jsonl AB.jsonl "$out/crawl-"
    previous=
    for crawl in "$out"/crawl-*.jsonl; do
        name=$(basename "$crawl" .jsonl)
        if [ -z "$previous" ]; then sangam-dedup run -q "$crawl" --verify sketch -o "$out/new-$name.jsonl"
        else cross "$crawl" --theirs "$previous" -o "$out/new-$name.jsonl"; fi
        sangam-dedup index -q "$out/new-$name.jsonl" -o "$out/$name.sigx"
        sangam-dedup index -q --merge ${previous:+"$previous"} "$out/$name.sigx" -o "$out/until-$name.sigx"
        previous=$out/until-$name.sigx
    done
    # nothing that was published meets anything else that was published, but texts of too few windows, which are equal or not
    cat "$out"/new-*.jsonl >"$out/all.jsonl"
    sangam-dedup run -q --verify sketch "$out/all.jsonl" -o "$out/twice.jsonl"
    [ "$(wc -l <"$out/all.jsonl")" -eq "$(wc -l <"$out/twice.jsonl")" ]
    [ "$(wc -l <"$out/all.jsonl")" -gt 1000 ]
}

@test "a secret: another key is another index, its bytes are nowhere, the identity holds" {
    printf 'what nobody else knows 7319' >"$out/key"
    printf 'something else' >"$out/other"
    near=()
    apart --key "$out/key" >"$out/apart"
    joined --key "$out/key" | cmp - "$out/apart"
    run -3 sangam-dedup run -q --mode cross A.jsonl --theirs "$out/B.sigx" --key "$out/other" -o "$out/x.jsonl"
    [[ $output == *"B.sigx"* && $output == *"key is"* ]]
    run -3 sangam-dedup run -q --mode cross A.jsonl --theirs "$out/B.sigx" -o "$out/x.jsonl"
    run -1 grep -laE 'nobody else knows|7319' "$out"/A.sigx "$out"/B.sigx "$out"/A.receipt.json "$out"/B.receipt.json
    # no key of the open index is in the secret one
    python3 - A.sigx "$out/A.sigx" <<'PYTHON'
import struct, sys
def keys(p):
    f = open(p, "rb").read(); n, = struct.unpack_from("<Q", f, 16); l, = struct.unpack_from("<Q", f, 64)
    s = 128 + (l + 63) // 64 * 64; return {f[s + 16 * i:s + 16 * i + 16] for i in range(2 * n)}
a, b = keys(sys.argv[1]), keys(sys.argv[2]); assert len(a) > 2000 and not a & b
PYTHON
}

@test "blind ids: no id key is that of an id, and the identity holds" {
    near=()
    apart --blind-ids >"$out/apart"
    joined --blind-ids | cmp - "$out/apart"
    python3 - A.sigx "$out/A.sigx" <<'PYTHON'
import struct, sys
def ids(p):
    f = open(p, "rb").read(); n, = struct.unpack_from("<Q", f, 16); l, = struct.unpack_from("<Q", f, 64)
    s = 128 + (l + 63) // 64 * 64 + 16 * n; return {f[s + 16 * i:s + 16 * i + 16] for i in range(n)}
a, b = ids(sys.argv[1]), ids(sys.argv[2]); assert len(a) == len(b) > 1000 and not a & b
PYTHON
    run -3 sangam-dedup run -q --mode cross A.jsonl --theirs "$out/B.sigx" -o "$out/x.jsonl"
    [[ $output == *"blind_ids is true there and not given here"* ]]
}

@test "slim: a third of the size or less, finds by keys and bands, and says that it cannot do more" {
    sangam-dedup index -q --slim B.jsonl -o "$out/B.sigx"
    [ $(($(stat -c %s B.sigx))) -gt $((3 * $(stat -c %s "$out/B.sigx"))) ]
    cross A.jsonl --theirs "$out/B.sigx" -o "$out/A.jsonl"
    cross A.jsonl --theirs B.sigx -o "$out/full.jsonl"
    ledger "$out/A" | jq -r 'select(.reason == "cross") | .id' | sort >"$out/slim.ids"
    ledger "$out/full" | jq -r 'select(.reason == "cross") | .id' | sort >"$out/full.ids"
    [ "$(ledger "$out/A" | jq -r 'select(.reason == "cross") | .method' | sort -u | tr '\n' ' ')" = "band key " ]
    # few differ: those near the threshold, where agreeing bands say less than sketches
    [ "$(comm -3 "$out/slim.ids" "$out/full.ids" | wc -l)" -lt $(($(wc -l <"$out/full.ids") / 10)) ]
    jq -e '.settings.cross.verified_by == "band"' "$out/A.receipt.json"
    run -2 sangam-dedup run -q --mode cross A.jsonl --theirs "$out/B.sigx" --policy balanced -o "$out/x.jsonl"
    [[ $output == *"--slim"* ]]
}

@test "what is no index of this kind is refused by name, exit 3" {
    refused() { # file, what is said of it
        run -3 sangam-dedup run -q --mode cross A.jsonl --theirs "$1" -o "$out/x.jsonl"
        [[ $output == *"$1"* && $output == *"$2"* ]] || { echo "$output"; return 1; }
    }
    refused A.jsonl "not a file of sangam-dedup"
    head -c 5000 B.sigx >"$out/cut.sigx"
    refused "$out/cut.sigx" cut
    { cat B.sigx; echo; } >"$out/long.sigx"
    refused "$out/long.sigx" "behind its end"
    : >"$out/empty.sigx"
    refused "$out/empty.sigx" cut
    sangam-dedup index -q B.jsonl --bands 20 -o "$out/bands.sigx"
    refused "$out/bands.sigx" "bands is 20 there and 21 here"
    python3 - B.sigx "$out" <<'PYTHON'
import ctypes, ctypes.util, struct, sys
lib = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
lib.XXH3_64bits.restype = ctypes.c_uint64; lib.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
f = open(sys.argv[1], "rb").read()
def write(name, at, new):
    h = bytearray(f[:120]); h[at:at + len(new)] = new
    open(sys.argv[2] + "/" + name, "wb").write(bytes(h) + struct.pack("<Q", lib.XXH3_64bits(bytes(h), 120)) + f[128:])
write("version.sigx", 8, b"\2"); write("kind.sigx", 12, b"DOCT")
b = bytearray(f); b[3000] ^= 1; open(sys.argv[2] + "/block.sigx", "wb").write(b)
PYTHON
    refused "$out/version.sigx" "another version"
    refused "$out/kind.sigx" "another kind"
    refused "$out/block.sigx" "a block is damaged"
    run -3 sangam-dedup index -q --merge A.sigx "$out/bands.sigx" -o "$out/x.sigx"
    [[ $output == *"bands.sigx"* && ! -e $out/x.sigx ]]
    run -2 sangam-dedup run -q --mode cross A.jsonl --theirs A.sigx --policy balanced -o "$out/x.jsonl"
    run -2 sangam-dedup run -q A.jsonl --theirs B.sigx -o "$out/x.jsonl"
    run -2 sangam-dedup run -q --mode cross A.jsonl -o "$out/x.jsonl"
    run -1 sangam-dedup run -q --mode cross A.jsonl --theirs "$out/none.sigx" -o "$out/x.jsonl"
}

@test "verb by verb, as any number of tasks, and another index between the verbs is refused" {
    cross A.jsonl B.jsonl --theirs B.sigx -o "$out/one/"
    for n in 1 3; do
        cp B.sigx "$out/their.sigx"
        sangam-dedup plan -q --mode cross A.jsonl B.jsonl --theirs "$out/their.sigx" -o "$out/n$n/" --plan "$out/P$n"
        for verb in map link; do for ((i = 0; i < n; i++)); do sangam-dedup $verb -q --plan "$out/P$n" --task $i/$n; done; done
        sangam-dedup cluster -q --plan "$out/P$n"
        for verb in settle recheck settle apply; do for ((i = 0; i < n; i++)); do sangam-dedup $verb -q --plan "$out/P$n" --task $i/$n; done; done
        for f in A B; do zstd -qdc "$out/n$n/$f.jsonl.zst" | cmp - <(zstd -qdc "$out/one/$f.jsonl.zst"); done
    done
    cp A.sigx "$out/their.sigx"
    run -3 sangam-dedup link -q --plan "$out/P3"
}

@test "an index of bad lines, of too many bands, without a name, in too little memory" {
    { head -n 50 A.jsonl; echo '{"id":"x"}'; } >"$out/bad.jsonl"
    run -3 sangam-dedup index -q "$out/bad.jsonl" -o "$out/x.sigx"
    [[ $output == *"bad.jsonl"* && ! -e $out/x.sigx ]]
    sangam-dedup index -q "$out/bad.jsonl" --max-bad 1 -o "$out/x.sigx"
    head -n 50 A.jsonl >"$out/good.jsonl"
    sangam-dedup index -q "$out/good.jsonl" -o "$out/y.sigx"
    cmp "$out/x.sigx" "$out/y.sigx"
    run -2 sangam-dedup index -q A.jsonl --bands 600 --rows 2 -o "$out/x.sigx"
    run -2 sangam-dedup index -q A.jsonl -o "$out/x.jsonl"
    run -2 sangam-dedup index -q A.jsonl
    run -2 sangam-dedup index -q A.jsonl --mode para -o "$out/x.sigx"
    run -4 sangam-dedup index -q A.jsonl --memory 32M -o "$out/x.sigx"
    [[ $output == *"needs --memory"* ]]
}

@test "another index is another run, the same one is not" {
    cross A.jsonl --theirs B.sigx -o "$out/x.jsonl"
    [[ $(sangam-dedup run --mode cross A.jsonl --theirs B.sigx -o "$out/x.jsonl" 2>&1) == *"nothing to do"* ]]
    sangam-dedup index -q <(head -n 100 B.jsonl) -o "$out/few.sigx"
    [[ $(sangam-dedup run --mode cross A.jsonl --theirs "$out/few.sigx" -o "$out/x.jsonl" 2>&1) != *"nothing to do"* ]]
}
