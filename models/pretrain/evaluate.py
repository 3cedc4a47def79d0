# Checkpoints side by side on held-out packages, in a few minutes of one core: loss, lines and brackets, with standard errors of differences.
#
#   python3 evaluate.py MODEL [MODEL ...] [--run RUN] [--windows 40] [--lines 100] [--blocks 40]
#
# A model is a checkpoint, the folder of an exported model, or a run under the cache (its latest checkpoint). The first is what the
# others are compared with. All must have the tokenizer that the held-out corpus was encoded with.
import argparse
import json
import math
import os
import pathlib
import sys
import time

import torch
from torch.nn import functional as F

from common import folder_of
from generate import greedy, residue
from model import Llama
from places import block_in, chosen, line_in
from quantise import rounded, unpack
from safetensors_f16 import read_safetensors
from tokenizer import DEFAULT, EOM, Tokenizer
from train import Validation, latest

LANGUAGES = {'typescript': 0.5, 'python': 0.25, 'go': 0.25}  # of the lines
LINE_TOKENS, ROWS = 48, 20


def source_of(name):
    """The checkpoint or folder that a name on the command line means."""
    path = pathlib.Path(name)
    if path.suffix == '.pt' or (path / 'model.safetensors').exists():
        return path
    found = latest(folder_of(name))
    if not found:
        sys.exit(f'{name}: no checkpoint, no exported model, and no run with a checkpoint under the cache')
    return found


def load(path):
    """The model in bf16, what is known of its training, and its tokenizer's file."""
    if path.suffix == '.pt':
        state = torch.load(path, map_location='cpu', weights_only=True, mmap=True)
        config, weights = state['config'], state['model']
        if state.get('rounded'):
            weights = {name: rounded(value) if value.dim() == 2 else value for name, value in weights.items()}
        known = f"step {state['step']}, {state['tokens'] / 1e6:.2f} M tokens"
        folders = path.resolve().parents[:2]  # a decay's branch has the run's tokenizer
    else:
        tensors, said = read_safetensors(path / 'model.safetensors')
        config, weights = json.loads((path / 'config.json').read_text()), unpack(tensors)
        known, folders = f"{int(said.get('tokens', 0)) / 1e6:.2f} M tokens", [path]
    with torch.device('meta'):
        model = Llama(config)
    model.load_state_dict({name: value.bfloat16() for name, value in weights.items()}, assign=True)
    tokenizer = next((f / 'tokenizer.json' for f in folders if (f / 'tokenizer.json').exists()), DEFAULT)
    return model, f"{config['num_hidden_layers']} layers, {known}", tokenizer


@torch.no_grad()
def losses(model, validation, closing):
    """Of each set nats and tokens of every sample; under 'closers' those of tokens that close a bracket, of the code together."""
    out = {'closers': []}
    for name, samples in validation.sets.items():
        out[name] = []
        for ids, weights in samples:
            ids, weights = torch.tensor([ids]), torch.tensor(weights[1:])
            hidden = model(ids[:, :-1], torch.bfloat16)[0]
            targets = ids[0, 1:]
            each = F.cross_entropy(F.linear(hidden, model.model.embed_tokens.weight).float(), targets, reduction='none')
            out[name].append((float((each * weights).sum()), float(weights.sum())))
            if name in LANGUAGES:
                counted = weights * closing[targets]
                out['closers'].append((float((each * counted).sum()), float(counted.sum())))
    return out


def written(model, tokenizer, places, lines):
    """The text that the model writes at each place: a line, or all until it ends the middle (None: it never does)."""
    def ends(ids):
        return ids[-1] == EOM or lines and b'\n' in tokenizer.bytes[ids[-1]]

    out = []
    for i in range(0, len(places), ROWS):
        part = places[i:i + ROWS]
        most = LINE_TOKENS if lines else max(p.tokens for p in part) + 32
        for ids in greedy(model, [p.prompt for p in part], most, ends):
            text = tokenizer.decode([t for t in ids if t != EOM])
            out.append(text.split('\n')[0] if lines else text if ids[-1] == EOM else None)
    return out


def balanced(places, texts):
    """1 or 0 for each place whose truth has brackets: whether the text closes and opens what the truth does."""
    return [int(text is not None and residue(text) == residue(p.truth)) for p, text in zip(places, texts)
            if any(c in '()[]{}' for c in p.truth) and residue(p.truth) is not None]


def mean_and_error(values):
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1) / len(values))


class Figure:
    """One column. Samples are (amount, weight), the same of every model; `scale` turns the weighted mean into what is printed."""

    def __init__(self, samples, scale=1.0):
        self.samples, self.scale = samples, scale

    def value(self):
        return self.scale * sum(a for a, _ in self.samples) / sum(w for _, w in self.samples)

    def text(self, first):
        text = f'{self.value():.3f}'
        if self is first:
            return text
        weight = sum(w for _, w in self.samples) / len(self.samples)
        mean, error = mean_and_error([self.scale * (a - b) / weight for (a, _), (b, _) in zip(self.samples, first.samples)])
        return f'{text} ({mean:+.3f} ± {error:.3f})'


def figures(model, tokenizer, validation, places, closing):
    """Columns by title; bits a character for languages, nats a token for middles and closing brackets, shares for the rest."""
    out = {}
    for name, samples in losses(model, validation, closing).items():
        if name in validation.characters and name != 'middle':
            out[f'{name}, bits'] = Figure(samples, sum(w for _, w in samples) / validation.characters[name] / math.log(2))
        else:
            out[f'{name}, nats'] = Figure(samples)
    right, brackets = [], []
    for language, own in places['lines'].items():
        texts = written(model, tokenizer, own, True)
        hits = [(int(t.strip() == p.truth.strip()), 1) for p, t in zip(own, texts)]
        out[f'lines, {language}'] = Figure(hits)
        right += hits
        brackets += balanced(own, texts)
    out['lines'] = Figure(right)
    out['lines balanced'] = Figure([(b, 1) for b in brackets])
    texts = written(model, tokenizer, places['blocks'], False)
    out['blocks ended'] = Figure([(int(t is not None), 1) for t in texts])
    out['blocks balanced'] = Figure([(b, 1) for b in balanced(places['blocks'], texts)])
    return out


def main():
    parser = argparse.ArgumentParser(description='checkpoints side by side on held-out packages')
    parser.add_argument('models', nargs='*')
    parser.add_argument('--run', action='append', default=[], help='a run under the cache: its latest checkpoint; may be given several times')
    parser.add_argument('--held', default='corpus-held')
    parser.add_argument('--windows', type=int, default=40, help='of each language, twice as many middles')
    parser.add_argument('--length', type=int, default=512)
    parser.add_argument('--lines', type=int, default=100)
    parser.add_argument('--blocks', type=int, default=40)
    parser.add_argument('--threads', type=int, default=1)
    o = parser.parse_args()
    os.nice(5)
    torch.set_num_threads(o.threads)
    sources = [source_of(name) for name in o.models + o.run]
    if not sources:
        parser.error('name a model')
    first, tokenizer, validation = None, None, None
    for source in sources:
        started = time.time()
        model, known, path = load(source)
        if tokenizer is None:
            text, tokenizer = path.read_text(), Tokenizer(path)
            validation = Validation(o.held, tokenizer, o.length, o.windows)
            corpus = validation.corpus
            start = corpus.text(int(corpus.files[0, 1]), int(corpus.files[0, 1]) + 50)
            if start.encode('utf-8') not in (folder_of(o.held) / 'text.bin').read_bytes()[:4096]:
                sys.exit(f'{o.held} is not in the tokens of {path}: python3 encode.py --tokenizer {path}')
            places = {'lines': {name: chosen(corpus, name, round(o.lines * share), line_in) for name, share in LANGUAGES.items()},
                      'blocks': chosen(corpus, 'typescript', o.blocks, block_in)}
            closing = torch.tensor([float(any(c in b')]}' for c in t)) for t in tokenizer.bytes])
        elif path.read_text() != text:
            sys.exit(f'{source} has another tokenizer than {sources[0]}: bits and tokens cannot be compared here (npm run bench -- base can)')
        found = figures(model, tokenizer, validation, places, closing)
        first = first or found
        print(f'{source}: {known}; {time.time() - started:.0f} s', flush=True)
        for title, figure in found.items():
            print(f'  {title:<20} {figure.text(first[title])}  (n = {len(figure.samples)})', flush=True)


if __name__ == '__main__':
    main()
