# Makes test/golden/tokenizers/golden.json with Hugging Face's tokenizers: python3 test/golden/tokenizers/make.py (pip install tokenizers)
# One small vocabulary, merged across spaces, digits and lines so that every cut shows; per tokenizer what the model's own tokenizer.json
# says of cutting; 400 odd strings; per tokenizer and string the first 8 hex digits of SHA-256 over its ids, joined by commas.
import collections
import hashlib
import json
import pathlib
import random

import tokenizers

HERE = pathlib.Path(__file__).resolve().parent
ENGLISH = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPLIT = lambda regex: {'type': 'Split', 'pattern': {'Regex': regex}, 'behavior': 'Isolated', 'invert': False}
LEVEL = lambda regex: {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True, 'use_regex': regex}
DIGITS = {'type': 'Digits', 'individual_digits': True}
SEQUENCE = lambda *steps: {'type': 'Sequence', 'pretokenizers': list(steps)}
LLAMA3 = ENGLISH + r'|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'
# As the models' own files have it; the key is the name that GGUF gives it.
ROWS = {
    'gpt-2': {'pre_tokenizer': LEVEL(True)},
    'smollm': {'pre_tokenizer': SEQUENCE(DIGITS, LEVEL(True))},
    'starcoder': {'pre_tokenizer': SEQUENCE(DIGITS, LEVEL(True))},
    'refact': {'pre_tokenizer': SEQUENCE(DIGITS, LEVEL(True))},
    'qwen2': {'pre_tokenizer': SEQUENCE(SPLIT(ENGLISH + r'|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'), LEVEL(False)),
              'normalizer': {'type': 'NFC'}},
    'llama-bpe': {'pre_tokenizer': SEQUENCE(SPLIT(LLAMA3), LEVEL(False)), 'ignore_merges': True},
    'dbrx': {'pre_tokenizer': SEQUENCE(SPLIT(LLAMA3), LEVEL(False))},
    'seed-coder': {'pre_tokenizer': SEQUENCE(SPLIT(ENGLISH + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"), LEVEL(False))},
    'deepseek-coder': {'pre_tokenizer': SEQUENCE(SPLIT('[\r\n]'), SPLIT(r'\s?\p{L}+'), SPLIT(r'\s?\p{P}+'), SPLIT('[一-龥ࠀ-一가-퟿]+'), DIGITS, LEVEL(False))},
}
LITERALS = ['字か', '    ', '<b>']
ODD = ['', ' ', '\n\n\n    x', 'a\r\n\tb\r\n', '\U0001f600\U0001f468‍\U0001f469 é ü ß 漢字かな', '\ufeffconst x = 1;', '<|file|><|end|>', '<b>x</b>',
       '\0\x01\x7f\x85\u2028\u2029\ufffd', 'a\x85b \x1cc', '====>>>>----____####', 'camelCaseNAMEAndHTTPServer42_snake_case', ' ' * 30 + 'x' + '\t' * 20,
       'é̂ ã n~', "I'Ve we'LL 'ſ it'S 'Tis don't", '١٢٣ Ⅷ ½ ²³ 12345.678', 'õ Õõ', '…“quoted” — ‘x’ ¿¡', 'ㄅㄆ 가각 龥龦 ࠀࠁ', 'x=1;\r\r\ny', '  \n \n', 'a  b   c', '\xa0x\u3000y']


def characters():
    printable = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    table, n = {}, 0
    for byte in range(256):
        table[byte] = chr(byte) if byte in printable else chr(256 + n)
        n += byte not in printable
    return table


def vocabulary(text, size):
    # Pairs are counted over the whole text: nothing is kept from being merged but a word of 12 bytes.
    table = characters()
    parts = [table[byte] for byte in text.encode()]
    vocab, merges = list(table.values()), []
    while len(vocab) < size:
        pairs = collections.Counter(pair for pair in zip(parts, parts[1:]) if len(pair[0] + pair[1]) <= 12)
        (left, right), _ = max(pairs.items(), key=lambda item: (item[1], item[0]))
        merges.append([left, right])
        if left + right not in vocab:
            vocab.append(left + right)
        out, i = [], 0
        while i < len(parts):
            both = i + 1 < len(parts) and parts[i] == left and parts[i + 1] == right
            out.append(left + right if both else parts[i])
            i += 1 + both
        parts = out
    return vocab, merges


def strings(text, count):
    rng = random.Random(18)
    alphabet = [*"aAbZsSdtTmM019 \t\n\r'.,;:(){}_-+=<>/\\\"#$ ", '  ', '\r\n', "'s", "'LL", 'é', 'e\u0301', 'ß', '漢', '字', 'か', '가', 'ё', '٣', '½', '²', 'Ⅷ',
                '\u00a0', '\u3000', '\u2028', '\x85', '\ufeff', '\U0001f600', '‍', '…', '“', 'ſ', '\u0301', '\x00', 'õ', '字か', '    ', '<b>', 'const ', 'return', 'self.']
    out = list(ODD)
    while len(out) < count:
        if len(out) % 3:
            out.append(''.join(rng.choice(alphabet) for _ in range(rng.randrange(1, 24))))
        else:
            at = rng.randrange(len(text) - 80)
            out.append(text[at:at + rng.randrange(10, 60)])
    return out


def main():
    text = (HERE.parents[2] / 'src' / 'ngram' / 'list-index.ts').read_text() + "\n".join(ODD) + (HERE / 'make.py').read_text()
    vocab, merges = vocabulary(text, 800)
    # Words that no merge comes to, which only `ignore_merges` finds.
    vocab += [word for word in ('Ġthing', 'wholly', 'Ġconst', '123', 'Ã©') if word not in vocab]
    rows = strings(text, 400)
    golden = {'vocab': vocab, 'merges': [' '.join(m) for m in merges], 'literals': LITERALS, 'strings': rows, 'tokenizers': {}}
    for name, row in ROWS.items():
        made = {'version': '1.0', 'normalizer': None, 'post_processor': None, 'decoder': LEVEL(True),
                'added_tokens': [{'id': len(vocab) + i, 'content': each, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False,
                                  'special': False} for i, each in enumerate(LITERALS[:2])],
                'model': {'type': 'BPE', 'ignore_merges': row.get('ignore_merges', False), 'vocab': {w: i for i, w in enumerate(vocab)}, 'merges': merges},
                'pre_tokenizer': row['pre_tokenizer']}
        made['normalizer'] = row.get('normalizer')
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(made))
        hashes = [hashlib.sha256(','.join(map(str, tokenizer.encode(s, add_special_tokens=False).ids)).encode()).hexdigest()[:8] for s in rows]
        golden['tokenizers'][name] = {**row, 'hashes': ''.join(hashes)}
    (HERE / 'golden.json').write_text(json.dumps(golden, separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main()
