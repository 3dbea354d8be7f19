"""near_duplicates.py N SEED: N records on standard output: originals, copies with other white space, edited copies of many
degrees, chains of these, and short texts, in words of four scripts."""
import json, random, sys

r = random.Random(int(sys.argv[2]))
vocabulary = {
    "eng": ["word%d" % i for i in range(3000)],
    "hin": [a + b + c for a in "कखगघचछजझ" for b in ["", "ा", "ि", "ी", "ु", "ू", "े"] for c in ["न", "म", "र", "ल", "स", "ड़"]],
    "tha": [a + b for a in "กขคงจฉชซญ" for b in ["", "ี", "่า", "ู้", "ะ"]],
    "zho": [chr(c) for c in range(0x4E00, 0x5300)],
}


def text(lang, n):
    return ("" if lang in ("tha", "zho") else " ").join(r.choice(vocabulary[lang]) for _ in range(n))


def edit(t, lang, share):
    unit = list(t) if lang in ("tha", "zho") else t.split(" ")
    for i in range(len(unit)):
        if r.random() < share: unit[i] = r.choice(vocabulary[lang])
    return ("" if lang in ("tha", "zho") else " ").join(unit)


docs = []
for i in range(int(sys.argv[1])):
    kind = r.random() if docs else 1
    if kind < 0.12:
        lang, t = r.choice(docs)
        t = r.choice([t, "  " + t + "\n", t.replace(" ", "\n\n", 2), t.replace(" ", "\u00a0 ", 1)])
    elif kind < 0.5:
        lang, t = r.choice(docs)
        t = edit(t, lang, r.choice([0.005, 0.01, 0.02, 0.03, 0.05, 0.1]))
    elif kind < 0.6:
        lang = r.choice(list(vocabulary)); t = text(lang, r.randint(0, 5))
    else:
        lang = r.choice(list(vocabulary)); t = text(lang, r.randint(60, 400))
    docs.append((lang, t))
    print(json.dumps({"id": "d%04d" % i, "n": 1.0, "text": t, "language": lang, "language_script": "Xxxx"}, ensure_ascii=False))
