#!/usr/bin/env python3
"""How well `sangam-langtag --spans` finds the parts of documents in two languages.

usage: tests/bench/lid_spans.py BUILD [DEV]     DEV: folder of <label>.txt.zst (default: ../shared/lid/dev)

Documents are made of blocks of development lines: two labels (of two families), two to four blocks of 1 to 6 lines each; as
many have one label only. Lines of labels that are word lists (30 characters on the average) are left out: a block of them is no
text. Printed: the share of bytes with another label than their line's, the same by family, and how often `mixed` is right.
"""
import json
import os
import random
import subprocess
import sys

FAMILIES = ["aeb_Arab apc_Arab apd_Arab arb_Arab arq_Arab ary_Arab arz_Arab ayl_Arab", "bos_Latn hrv_Latn srp_Latn",
            "ind_Latn meo_Latn zsm_Latn", "pes_Arab prs_Arab", "nno_Latn nob_Latn", "yue_Hant zho_Hant", "bam_Latn dyu_Latn",
            "kon_Latn ktu_Latn", "fuc_Latn fuv_Latn", "fat_Latn twi_Latn", "kin_Latn run_Latn", "nso_Latn sot_Latn",
            "awa_Deva bho_Deva hin_Deva hne_Deva mag_Deva"]
FAMILY = {label: family.split()[0] for family in FAMILIES for label in family.split()}


def family(label):
    return FAMILY.get(label, label)


def document(rng, lines, labels):
    """Lines and the label of each; a block is of one label."""
    doc = []
    for block in range(rng.randint(2, 4) if len(labels) > 1 else 1):
        label = labels[block % len(labels)]
        for _ in range(rng.randint(1, 6) if len(labels) > 1 else rng.randint(2, 12)):
            doc.append((label, rng.choice(lines[label])))
    return doc


def is_mixed(doc):
    letters = {}
    for label, line in doc:
        letters[family(label)] = letters.get(family(label), 0) + sum(c.isalpha() for c in line)
    sizes = sorted(letters.values())
    return len(sizes) > 1 and sizes[-2] >= 40 and 10 * sizes[-2] >= sum(sizes)


def main():
    build, dev = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "../shared/lid/dev"
    if not os.path.isdir(dev):
        print(f"skipped: no {dev}")
        return
    rng, lines = random.Random(1), {}
    for name in sorted(os.listdir(dev)):
        text = subprocess.run(["zstd", "-dcq", os.path.join(dev, name)], check=True, stdout=subprocess.PIPE).stdout
        found = text.decode().split("\n")[:-1]
        if sum(map(len, found)) >= 30 * len(found) and not name.startswith("zxx"):
            lines[name.split(".")[0]] = found
    labels = sorted(lines)
    docs = []
    while len(docs) < 4000:
        pair = rng.sample(labels, 2 if len(docs) % 2 else 1)
        if len({family(label) for label in pair}) == len(pair):
            docs.append(document(rng, lines, pair))
    text = "".join(json.dumps({"text": "\n".join(line for _, line in doc)}) + "\n" for doc in docs)
    out = subprocess.run([os.path.join(build, "bin/sangam-langtag"), "-q", "--spans"], input=text.encode(), check=True,
                         stdout=subprocess.PIPE).stdout.decode().splitlines()
    total = [0, 0]
    wrong = [[0, 0], [0, 0]]   # one label, two labels: by label, by family
    mixed = 0
    for doc, answer in zip(docs, map(json.loads, out)):
        two = len({label for label, _ in doc}) > 1
        at, spans = 0, list(zip(answer["span_starts"], answer["span_ends"], answer["span_langs"]))
        for label, line in doc:
            for start, end, said in spans:
                size = len(line[max(0, start - at):max(0, end - at)].encode())
                total[two] += size
                wrong[two][0] += size * (said != label)
                wrong[two][1] += size * (family(said) != family(label))
            at += len(line) + 1
        mixed += answer["mixed"] == is_mixed(doc)
    for two, name in enumerate(["one language", "two languages"]):
        print(f"{name}: {100 * wrong[two][0] / total[two]:.2f} % of bytes mis-tagged, "
              f"{100 * wrong[two][1] / total[two]:.2f} % by family")
    print(f"mixed is right in {100 * mixed / len(docs):.2f} % of {len(docs)} documents")


if __name__ == "__main__":
    main()
