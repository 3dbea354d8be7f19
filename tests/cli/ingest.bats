#!/usr/bin/env bats
# sangam-ingest from the outside: what comes out of which file, names, provenance, damage, hostile input.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p in
}

lines() { zstd -qdc "$@"; }
# record TYPE LENGTH-OFFSET BODY [HEADER...]: one WARC record; the offset makes Content-Length wrong
record() {
    local type=$1 off=$2 body=$3
    shift 3
    printf 'WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\n' "$type" "$RANDOM"
    printf '%s\r\n' "$@"
    printf 'Content-Length: %d\r\n\r\n%s\r\n\r\n' $(($(printf %s "$body" | wc -c) + off)) "$body"
}
wet() { record conversion 0 "$1" "WARC-Target-URI: http://a.example/$2" "WARC-Date: 2024-01-02T03:04:05Z" "Content-Type: text/plain"; }
python_zip() { python3 - "$@"; }

@test "a text file in a pipe: members, their order and types" {
    printf 'La m\xe8re de l'\''enfant a pr\xe9f\xe9r\xe9 rester pr\xe8s de la rivi\xe8re, o\xf9 l'\''\xe9t\xe9 est tr\xe8s doux\n' | sangam-ingest -q --owner O --source S --license CC0-1.0 >out
    jq -e -c 'keys_unsorted' out | grep -qx '\["id","text","owner","source","license","url","date","file_path","charset","charset_source","charset_score","decode_errors"\]'
    jq -e '.text == "La mère de l\u0027enfant a préféré rester près de la rivière, où l\u0027été est très doux\n" and .owner == "O" and .source == "S" and .license == "CC0-1.0"
           and .url == "" and .date == "" and .file_path == "" and .charset == "windows-1252" and .decode_errors == 0' out
    grep -qE '"charset_score":[0-9]+\.[0-9]+' out
    grep -qE '^\{"id":"[0-9a-f]{32}"' out
    [ "$(printf '' | sangam-ingest -q | jq -r .text | wc -c)" -eq 1 ]
}

@test "texts of a folder are packed in path order; containers and JSONL keep their whole name" {
    mkdir -p in/b
    echo two >in/b/x.txt && echo one >in/a.txt && echo '{"id":"1","text":"t"}' >in/r.jsonl.gz && tar -C in -cf in/c.tar a.txt
    gzip -c in/a.txt >in/z.txt.gz
    sangam-ingest -q in -o out/
    [ "$(cd out && find . -name '*.jsonl.zst' | LC_ALL=C sort | tr '\n' ' ')" = "./c.tar.jsonl.zst ./r.jsonl.gz.jsonl.zst ./text-00000.jsonl.zst " ]
    [ "$(lines out/text-00000.jsonl.zst | jq -r '.file_path + "=" + .text' | tr -d '\n')" = "a.txt=oneb/x.txt=twoz.txt.gz=one" ]
    [ "$(lines out/c.tar.jsonl.zst | jq -r .file_path)" = "c.tar/a.txt" ]
    [ "$(lines out/r.jsonl.gz.jsonl.zst | jq -r '.id+.file_path+.charset_source')" = "1utf8" ]
    for r in out/*.receipt.json; do jq -e '.records_in == .records_out + .dropped + .bad' $r; done
    # what ingest wrote is input for the next stage, and nothing for itself
    sangam-normalize -q out -o next/
    [ "$(find next -name '*.jsonl.zst' | wc -l)" -eq 3 ]
}

@test "every container and compression: the same text comes out" {
    command -v 7z >/dev/null || true
    mkdir t && echo "नमस्ते दुनिया" >t/a.txt
    tar -C t -cf x.tar a.txt
    (cd t && echo a.txt | cpio -o -H newc --quiet >../x.cpio) || python3 -c '
import sys
data=open("t/a.txt","rb").read(); n=b"a.txt\0"
def e(name,d,mode):
    h=b"070701"+b"".join(b"%08x"%v for v in (1,mode,0,0,1,0,len(d),0,0,0,0,len(name),0)); r=h+name; r+=b"\0"*(-len(r)%4); return r+d+b"\0"*(-len(d)%4)
open("x.cpio","wb").write(e(n,data,0o100644)+e(b"TRAILER!!!\0",b"",0))'
    python3 -c 'import zipfile; z=zipfile.ZipFile("x.zip","w",zipfile.ZIP_DEFLATED); z.write("t/a.txt","a.txt"); z.close()'
    for c in gzip xz bzip2 "zstd -q"; do $c -c x.tar >"x.tar.${c%% *}"; done
    gzip -c x.tar | zstd -q -c >twice
    for f in x.*; do
        [ "$(sangam-ingest -q "$f" | jq -r '.file_path + ":" + .text')" = "$f/a.txt:नमस्ते दुनिया" ] || { echo "$f"; false; }
        [ "$(sangam-ingest -q <"$f" | jq -r .text)" = "नमस्ते दुनिया" ] || { echo "pipe $f"; false; }
    done
    [ "$(sangam-ingest -q twice | jq -r .text)" = "नमस्ते दुनिया" ]
    cat x.tar x.tar >tartar
    [ "$(sangam-ingest -q tartar | wc -l)" -eq 2 ]
    gzip -c twice >thrice
    run sangam-ingest -q --max-bad 0 thrice
    [ "$status" -eq 3 ]
}

@test "archives in archives: one level by default, --nested for more, the rest listed" {
    mkdir t && echo deep >t/a.txt && tar -C t -cf t/1.tar a.txt && tar -C t -cf t/2.tar 1.tar && gzip t/2.tar
    python3 -c 'import zipfile; z=zipfile.ZipFile("t/n.zip","w"); z.write("t/a.txt","b.txt"); z.close()'
    tar -C t -cf 3.tar 1.tar 2.tar.gz n.zip a.txt
    sangam-ingest -q 3.tar --dropped dropped.zst >out
    [ "$(jq -r .file_path out | tr '\n' ' ')" = "3.tar/1.tar/a.txt 3.tar/n.zip/b.txt 3.tar/a.txt " ]
    lines dropped.zst | jq -e '.reason == "unsupported: nested archive" and .file_path == "3.tar/2.tar.gz/1.tar"'
    [ "$(sangam-ingest -q --nested 2 3.tar | wc -l)" -eq 4 ]
    [ "$(sangam-ingest -q --nested 0 3.tar | wc -l)" -eq 1 ]
}

@test "WET and WARC: text becomes documents, the rest ledger lines with reasons" {
    {
        record warcinfo 0 "software: x" "Content-Type: application/warc-fields"
        wet "पहला" 1
        record request 0 "GET /" "Content-Type: application/http; msgtype=request"
        record response 0 $'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>x' "Content-Type: application/http"
        record response 0 $'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=windows-1251\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n6\r\n world\r\n0\r\n\r\n' "Content-Type: application/http" "WARC-Target-URI: http://b.example/"
        record response 0 $'HTTP/1.1 404 No\r\nContent-Type: text/plain\r\n\r\nmissing' "Content-Type: application/http"
        record resource 0 $'\x89PNG\r\n' "Content-Type: image/png"
        record metadata 0 '{"Envelope":{}}' "Content-Type: application/json"
    } >w.warc
    sangam-ingest -q w.warc --dropped dropped.zst --receipt receipt.json >out
    [ "$(jq -r '.text + "|" + .url + "|" + .date' out | tr '\n' ' ')" = "पहला|http://a.example/1|2024-01-02T03:04:05Z Hello world|http://b.example/| " ]
    jq -e '.warc_record_id | startswith("<urn:uuid:")' out
    jq -e '.records_in == 8 and .records_out == 2 and .dropped == 6 and .bad == 0 and .reasons["unsupported: html"] == 1
           and .reasons["unsupported: binary"] == 1 and .reasons["unsupported: http status"] == 1' receipt.json
    [ "$(lines dropped.zst | wc -l)" -eq 6 ]
    [ "$(sangam-ingest -q --html raw w.warc | jq -r .text | grep -c '<html>')" -eq 1 ]
    # one gzip member a record gives the same documents
    python3 - <<'P'
import gzip
raw=open("w.warc","rb").read(); parts=[b"WARC/1.0"+p for p in raw.split(b"WARC/1.0")[1:]]
open("w.warc.gz","wb").write(b"".join(gzip.compress(p) for p in parts))
P
    cmp <(jq -r .text out) <(sangam-ingest -q w.warc.gz | jq -r .text)
}

@test "a damaged WARC: what is whole is kept, each damaged stretch is one bad unit with its place" {
    for i in $(seq 20); do wet "text number $i" $i; done >w.warc
    python3 - <<'P'
import gzip
raw=open("w.warc","rb").read(); parts=[b"WARC/1.0"+p for p in raw.split(b"WARC/1.0")[1:]]
z=[bytearray(gzip.compress(p)) for p in parts]
z[4][60]^=255; z[4][61]^=255          # data
z[9][-6]^=1                           # checksum
open("damaged.warc.gz","wb").write(b"".join(bytes(p) for p in z))
open("cut.warc","wb").write(raw[:len(raw)-9])
open("short.warc","wb").write(raw.replace(b"Content-Length: 13\r\n\r\ntext number 7",b"Content-Length: 5\r\n\r\ntext number 7"))
open("long.warc","wb").write(raw.replace(b"Content-Length: 13\r\n\r\ntext number 7",b"Content-Length: 99\r\n\r\ntext number 7"))
P
    sed -i 's/Content-Length: 13\r$/&/' w.warc
    sangam-ingest -q damaged.warc.gz --bad bad.zst >out
    [ "$(jq -r .text out | grep -c '^text number')" -eq 18 ]
    [ "$(lines bad.zst | grep -c '"cause"')" -eq 2 ]
    [ "$(jq -r .text out | grep -cE 'number (5|10)$')" -eq 0 ]
    sangam-ingest -q cut.warc --bad bad.zst >out
    [ "$(wc -l <out)" -eq 19 ]
    lines bad.zst | head -1 | jq -e '.cause == "cut inside a record" and .name == "cut.warc" and .byte > 1000'
    for f in short long; do
        sangam-ingest -q $f.warc --bad bad.zst >out
        [ "$(wc -l <out)" -eq 19 ]
        [ "$(jq -r .text out | grep -c 'number 7')" -eq 0 ]
        [ "$(lines bad.zst | grep -c '"cause"')" -eq 1 ]
    done
}

@test "damaged archives: a bad member, an encrypted one, a cut end; the others are kept" {
    mkdir t && for i in 1 2 3 4; do python3 -c "import random; random.seed($i); print(' '.join(str(random.random()) for _ in range(3000)))" >t/$i.txt; done
    python3 - <<'P'
import zipfile
z=zipfile.ZipFile("x.zip","w",zipfile.ZIP_DEFLATED)
for i in range(1,5): z.write("t/%d.txt"%i,"%d.txt"%i)
z.close()
b=bytearray(open("x.zip","rb").read()); z=zipfile.ZipFile("x.zip"); at=z.infolist()[1].header_offset+200
b[at]^=255; open("damaged.zip","wb").write(b)
b=bytearray(open("x.zip","rb").read())
for sig,off in ((b"PK\3\4",6),(b"PK\1\2",8)):
    at=b.find(sig); at=b.find(sig,at+4); b[at+off]|=1
open("encrypted.zip","wb").write(b)
P
    sangam-ingest -q damaged.zip --bad bad.zst >out
    [ "$(jq -r .file_path out | tr '\n' ' ')" = "damaged.zip/1.txt damaged.zip/3.txt damaged.zip/4.txt " ]
    lines bad.zst | head -1 | jq -e '.name == "damaged.zip/2.txt"'
    sangam-ingest -q encrypted.zip --bad bad.zst >out
    [ "$(wc -l <out)" -eq 3 ]
    lines bad.zst | head -1 | jq -e '.name == "encrypted.zip/2.txt" and .cause == "encrypted"'
    tar -C t -cf x.tar 1.txt 2.txt 3.txt 4.txt
    for c in "gzip" "zstd -q" "xz"; do
        $c -c x.tar | head -c -30000 >cut.tar
        sangam-ingest -q cut.tar --bad bad.zst --receipt r.json >out
        jq -e '.bad == 1 and .records_out >= 1 and .records_in == .records_out + 1' r.json
        lines bad.zst | head -1 | jq -e '.name | startswith("cut.tar")'
    done
    # a checksum that is wrong at the very end of a tar.gz is noticed though all members came
    gzip -c x.tar >sum.tar.gz && printf '\x00\x01' | dd of=sum.tar.gz bs=1 seek=$(($(stat -c %s sum.tar.gz) - 7)) conv=notrunc status=none
    sangam-ingest -q sum.tar.gz --receipt r.json >out
    jq -e '.bad == 1 and .records_out == 4' r.json
}

@test "a compressed text that is cut is no document; 0 bytes named .gz are cut; a 0-byte text is a record" {
    seq 100000 | gzip -c | head -c 5000 >in/a.txt.gz
    : >in/b.txt.zst && : >in/c.txt && echo ok >in/d.txt
    sangam-ingest -q in -o out/
    [ "$(lines out/text-00000.jsonl.zst | jq -r .file_path | tr '\n' ' ')" = "c.txt d.txt " ]
    jq -e '.bad == 2' out/text-00000.receipt.json
    [ "$(lines out/text-00000.bad.zst | jq -r '.name? // empty' | tr '\n' ' ')" = "a.txt.gz b.txt.zst " ]
}

@test "--max-bad: the default allows 10; past it all good is published, exit 3, and a higher one redoes nothing" {
    { for i in $(seq 30); do echo "{\"id\":\"$i\",\"text\":\"x\"}"; done; for i in $(seq 10); do echo "nonsense"; done; } >in/a.jsonl
    sangam-ingest -q in -o ten/
    echo nonsense >>in/a.jsonl
    run sangam-ingest -q in -o out/
    [ "$status" -eq 3 ]
    [[ "$output" == *"11 bad units of 41"* && "$output" == *"out/a.jsonl.bad.zst"* && "$output" == *"redoes nothing"* ]]
    [ "$(lines out/a.jsonl.jsonl.zst | wc -l)" -eq 30 ]
    inode=$(stat -c %i out/a.jsonl.jsonl.zst)
    run sangam-ingest -v --max-bad 50% in -o out/
    [ "$status" -eq 0 ]
    [[ "$output" == *"is done"* ]]
    [ "$inode" = "$(stat -c %i out/a.jsonl.jsonl.zst)" ]
    lines out/a.jsonl.bad.zst | head -1 | jq -e '.record == 31 and .bytes == 8 and .byte == 0'
}

@test "a damaged JSONL file is refused as a whole, the others are published" {
    for i in $(seq 3000); do echo "{\"id\":\"$i\",\"text\":\"$i $RANDOM\"}"; done >r.jsonl
    zstd -q r.jsonl -o in/good.jsonl.zst
    head -c -40 in/good.jsonl.zst >in/cut.jsonl.zst
    : >in/empty.jsonl.zst
    run sangam-ingest -q in -o out/
    [ "$status" -eq 3 ]
    [[ "$output" == *cut.jsonl.zst* && "$output" == *empty.jsonl.zst* ]]
    [ -e out/good.jsonl.zst.jsonl.zst ]
    [ ! -e out/cut.jsonl.zst.jsonl.zst ]
    [ ! -e out/empty.jsonl.zst.jsonl.zst ]
}

@test "JSONL of other tools: fields mapped, everything else byte for byte" {
    printf '%s\n' '{"n":1.0e+05,"content":"x\u00e9","meta":{"key":7},"big":12345678901234567890,"k":"\u00e9"}' >a.jsonl
    run sangam-ingest -q a.jsonl
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    sangam-ingest -q --map text=content,id=meta.key,license=none --owner me a.jsonl >out
    [ "$(cut -c-123 out)" = '{"n":1.0e+05,"text":"x\u00e9","meta":{"key":7},"big":12345678901234567890,"k":"\u00e9","id":"7","owner":"me","source":"","l' ]
    jq -e '.charset == "utf-8" and .charset_source == "utf8" and .file_path == ""' out
    # once more through ingest: nothing changes
    cmp out <(sangam-ingest -q out)
    printf '%s\n' '{"id":3,"text":"a","url":null,"date":2020}' '{"text":"\ud83d"}' '{"id":"x"}' '{"id":"y","text":5}' >b.jsonl
    sangam-ingest -q b.jsonl --bad bad.zst >out
    jq -e -s '.[0].id == "3" and .[0].url == "" and .[0].date == "2020" and .[1].text == "\ufffd" and .[1].decode_errors == 1' out
    [ "$(wc -l <out)" -eq 2 ]
    [ "$(lines bad.zst | grep -c cause)" -eq 2 ]
    for bad in text "text=" "title=x" "=x"; do
        run sangam-ingest --map "$bad" a.jsonl
        [ "$status" -eq 2 ]
    done
}

@test "invalid UTF-8, byte order marks, blank lines and doubled names in JSONL are counted" {
    printf '\xef\xbb\xbf{"id":"1","text":"a\xffb","o":"\xfe"}\n\n{"id":"2","text":"c","a":1,"a":2}\r\n' >a.jsonl
    run --separate-stderr sangam-ingest a.jsonl -o out/
    [[ "$stderr" == *"'a' stands twice"* ]]
    [ "$(lines out/a.jsonl.jsonl.zst | head -1 | jq -c '[.text,.o,.decode_errors]')" = '["a�b","�",2]' ]
    jq -e '.counters.blank_lines == 1 and .counters.byte_order_marks == 1 and .counters.duplicate_names == 1 and .counters.repaired_lines == 1' out/a.jsonl.receipt.json
}

@test "sangam-source.yaml: the nearest one counts, wins over the command line, and its change redoes the file" {
    mkdir -p in/a/b && echo x >in/a/b/1.txt && echo y >in/2.txt && printf 'caf\xc3\xa9' >in/a/3.txt
    printf 'owner: Trust\nlicense: CC-BY-4.0\n' >in/a/sangam-source.yaml
    printf 'source: deep\n' >in/a/b/sangam-source.yaml
    sangam-ingest -q --owner me --source all in -o out/
    [ "$(lines out/text-00000.jsonl.zst | jq -r '[.file_path,.owner,.source,.license]|join(",")' | tr '\n' ' ')" = "2.txt,me,all, a/3.txt,Trust,all,CC-BY-4.0 a/b/1.txt,me,deep, " ]
    [ "$(jq '.inputs | length' out/text-00000.receipt.json)" -eq 5 ]
    echo 'owner: Other' >>in/a/b/sangam-source.yaml
    sangam-ingest -q --owner me --source all in -o out/
    [ "$(lines out/text-00000.jsonl.zst | jq -r .owner | tail -1)" = Other ]
    [ "$(sangam-ingest -q --sidecar ignore in | jq -r .owner | sort -u)" = "" ]
    printf 'ovner: x\n' >in/a/sangam-source.yaml
    run sangam-ingest -q in -o out/
    [ "$status" -eq 2 ]
    [[ "$output" == *"in/a/sangam-source.yaml:1:1"*"'owner'"* ]]
    printf 'charset: klingon\n' >in/a/sangam-source.yaml
    run sangam-ingest -q in -o out/
    [ "$status" -eq 2 ]
}

@test "declared, hinted and mixed charsets" {
    printf '\xcf\xf0\xe8\xe2\xe5\xf2' >a.txt
    [ "$(sangam-ingest -q --charset windows-1251 a.txt | jq -r '.text+.charset+.charset_source')" = "Приветwindows-1251declared" ]
    run sangam-ingest -q --charset nonsense a.txt
    [ "$status" -eq 2 ]
    [ "$(sangam-ingest -q --charset utf-7 a.txt 2>&1; echo $?)" != 0 ]
    python3 -c 'import sys; sys.stdout.buffer.write("हिन्दी में लिखा गया पाठ ".encode()*30 + b"\xff")' >m.txt
    sangam-ingest -q m.txt | jq -e '.charset_source == "mixed" and .decode_errors == 1 and (.text | endswith("\ufffd"))'
    record conversion 0 "$(printf '\xca\xc7\xca\xb4\xd5\xa4\xc3\xd1\xba')" "WARC-Target-URI: http://www.x.th/" "Content-Type: text/plain" >t.warc
    sangam-ingest -q t.warc | jq -e '.charset == "windows-874" and .charset_source == "hint" and .text == "สวสดีครับ"' || sangam-ingest -q t.warc
}

@test "HTML, binary, office files, links and special files are ledger lines" {
    echo '<!DOCTYPE html><p>x' >in/a.html && head -c 3000 /bin/sh >in/b.bin && ln -s /etc/hostname in/c && mkfifo in/d && echo ok >in/e.txt && ln -s e.txt in/f.txt
    python3 -c 'import zipfile; z=zipfile.ZipFile("in/g.docx","w"); z.writestr("[Content_Types].xml","<x/>"); z.close()'
    sangam-ingest -q in -o out/
    [ "$(lines out/text-00000.dropped.jsonl.zst | jq -r '.file_path + " " + .reason' | LC_ALL=C sort | tr '\n' ';')" = "a.html unsupported: html;b.bin unsupported: binary;c unsupported: link;d unsupported: special file;g.docx unsupported: office document;" ]
    [ "$(lines out/text-00000.jsonl.zst | jq -r .file_path | tr '\n' ' ')" = "e.txt f.txt " ]
    jq -e '.records_in == 7 and .dropped == 5' out/text-00000.receipt.json
    [ "$(sangam-ingest -q --html raw in/a.html | jq -r .text)" = '<!DOCTYPE html><p>x' ]
}

@test "a FIFO as INPUT" {
    mkfifo pipe
    { wet one 1; wet two 2; } >w.warc
    timeout 20 cp w.warc pipe 3>&- &
    [ "$(timeout 20 sangam-ingest -q pipe | jq -r .text | tr '\n' ' ')" = "one two " ]
}

@test "hostile names: traversal, control bytes, no UTF-8; nothing is written outside, nothing reaches the terminal raw" {
    python3 - <<'P'
import tarfile, io
t=tarfile.open("x.tar","w",format=tarfile.GNU_FORMAT,encoding="utf-8",errors="surrogateescape")
for n in ["../../../escape.txt","/abs.txt","a\x1b[31m\nb.txt",b"caf\xe9.txt".decode("utf-8","surrogateescape"),"हिन्दी.txt"]:
    i=tarfile.TarInfo(n); i.size=2; t.addfile(i,io.BytesIO(b"x\n"))
i=tarfile.TarInfo("l"); i.type=tarfile.SYMTYPE; i.linkname="/etc/passwd"; t.addfile(i)
i=tarfile.TarInfo("dev"); i.type=tarfile.CHRTYPE; t.addfile(i)
t.close()
P
    LC_ALL=C sangam-ingest -q x.tar --dropped d.zst >out
    [ "$(jq -c .file_path out | tr '\n' ' ')" = '"x.tar/../../../escape.txt" "x.tar//abs.txt" "x.tar/a%1B[31m%0Ab.txt" "x.tar/caf%E9.txt" "x.tar/हिन्दी.txt" ' ]
    [ ! -e ../../../escape.txt ]
    [ "$(lines d.zst | jq -r .reason | tr '\n' ';')" = "unsupported: link;unsupported: special file;" ]
    cmp out <(sangam-ingest -q x.tar)
    printf 'x\n' >"$(printf 'in/\xff\n.txt')"
    [ "$(sangam-ingest -q in | jq -r .file_path)" = '%FF%0A.txt' ]
}

@test "bombs: a member over --max-record, an archive that unpacks to more than 1 GiB + 200 times its size" {
    mkdir t && head -c 3M /dev/zero | tr '\0' 'a' >t/big.txt && echo small >t/small.txt && tar -C t -cf x.tar big.txt small.txt
    sangam-ingest -q --max-record 1M x.tar --bad bad.zst >out
    [ "$(jq -r .text out)" = small ]
    lines bad.zst | head -1 | jq -e '.name == "x.tar/big.txt" and (.cause | contains("--max-record"))'
    head -c 1300M /dev/zero | tr '\0' 'a' | zstd -q -1 >bomb.zst
    sangam-ingest -q --memory 256M --max-record 64M bomb.zst --bad bad.zst >out
    [ ! -s out ]
    python3 -c '
import tarfile
i=tarfile.TarInfo("z.bin"); i.size=1400<<20
import sys
w=sys.stdout.buffer; w.write(i.tobuf()); b=b"\0"*(1<<20)
for _ in range(1400): w.write(b)
i=tarfile.TarInfo("after.txt"); i.size=2; w.write(i.tobuf()+b"x\n"+b"\0"*(510+1024))' | zstd -q -1 >bomb.tar.zst
    sangam-ingest -q --memory 256M bomb.tar.zst --bad bad.zst --receipt r.json >out
    lines bad.zst | grep -q 'unpacks to more than 1 GiB'
}

@test "--split: lines and paragraphs, ids of their own" {
    printf 'one\ntwo\r\n\n \nthree\nfour\n\n' >a.txt
    [ "$(sangam-ingest -q --split line a.txt | jq -c .text | tr '\n' ' ')" = '"one" "two" "three" "four" ' ]
    [ "$(sangam-ingest -q --split paragraph a.txt | jq -c .text | tr '\n' ' ')" = '"one\ntwo" "three\nfour" ' ]
    [ "$(sangam-ingest -q --split line a.txt | jq -r .id | sort -u | wc -l)" -eq 4 ]
    printf ' \n\n' >blank.txt
    sangam-ingest -q --split line blank.txt --receipt r.json --dropped d.zst
    jq -e '.records_in == 1 and .dropped == 1' r.json
}

@test "the same bytes for any number of threads and any memory; a rerun does nothing" {
    mkdir -p in/t && for i in $(seq 300); do seq $((i * 7)) $((i * 9)) >in/t/$i.txt; done
    tar -C in -czf in/all.tar.gz t && for i in $(seq 500); do wet "$(seq $i)" $i; done | gzip -c >in/w.warc.wet.gz
    sangam-ingest -q -j1 in -o one/
    for j in 2 7; do
        sangam-ingest -q -j$j --memory 256M in -o j$j/
        for f in one/*.zst; do cmp $f j$j/${f#one/}; done
    done
    cmp <(sangam-ingest -q -j1 in) <(sangam-ingest -q -j5 in)
    run sangam-ingest -v in -o one/
    [ "$(grep -c 'is done' <<<"$output")" -eq 3 ]
    [ "$(ls one | wc -l)" -eq 6 ]
}

@test "--dry-run tells the real outputs; packs left over from a run with more texts are named" {
    echo a >in/a.txt && echo b >in/b.txt && tar -C in -cf in/c.tar a.txt && echo '{"id":"1","text":"t"}' >in/d.jsonl
    run sangam-ingest --dry-run in -o out/
    [ "$status" -eq 0 ]
    [ ! -e out ]
    [[ "$output" == *"'in/a.txt' (2 B) -> 'out/text-00000.jsonl.zst'"* && "$output" == *"'in/b.txt' (2 B) -> 'out/text-00000.jsonl.zst'"* ]]
    [[ "$output" == *"-> 'out/c.tar.jsonl.zst'"* && "$output" == *"-> 'out/d.jsonl.jsonl.zst'"* ]]
    sangam-ingest -q in -o out/
    cp out/text-00000.jsonl.zst out/text-00001.jsonl.zst
    run sangam-ingest -q in -o out/
    [ "$status" -eq 0 ]
    [[ "$output" == *"out/text-00001.jsonl.zst"* ]]
}

@test "no input, a missing one, an unreadable output" {
    run sangam-ingest missing.txt
    [ "$status" -eq 1 ]
    run sangam-ingest -o x in missing
    [ "$status" -ne 0 ]
    sangam-ingest -q in -o out/
    [ -d out ]
}
