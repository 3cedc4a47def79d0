# Pretrains the base: a stable phase that any session resumes exactly, and decay branches (--decay-steps) that leave it untouched.
import argparse
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import sys
import time

import numpy as np
os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')  # two busy cores: spinning threads starve everyone
os.environ.pop('OPENBLAS_CORETYPE', None)
try:  # keep freed memory: giving it back to the system after every tensor cost a fifth of the time
    for option, value in ((-3, 1 << 30), (-1, 2_000_000_000)):
        ctypes.CDLL('libc.so.6').mallopt(option, value)
except OSError:
    pass
import torch  # noqa: E402

from adamw import AdamW
from common import folder_of
from data import Corpus, batch, infill, plain
from model import Llama, configuration
from muon import Optimiser as Muon
from quantise import Rounded, unpack
from safetensors_f16 import read_safetensors
from tokenizer import DEFAULT, Tokenizer


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', default='S', help='folder of checkpoints and logs under the cache')
    parser.add_argument('--preset', default='S')
    parser.add_argument('--set', default='', help='changes of the configuration: num_key_value_heads=6,intermediate_size=1024')
    parser.add_argument('--grow', type=int, default=0, help='layers to grow to: the whole stack of the checkpoint is repeated on top of itself')
    parser.add_argument('--init', default='', help='what a run without a checkpoint starts from: the folder of an exported model, or a checkpoint of another run (its optimiser state too)')
    parser.add_argument('--optimiser', choices=('muon', 'adamw'), default='muon', help='adamw for weights that AdamW has pretrained')
    parser.add_argument('--lr', type=float, default=3e-4, help="of adamw")
    parser.add_argument('--tokenizer', default=str(DEFAULT))
    parser.add_argument('--teacher', default='', help='checkpoint whose distribution is learned, too')
    parser.add_argument('--teacher-share', type=float, default=0.7, help='of the loss')
    parser.add_argument('--drop', default='', help='layers that --init loses: 21,22,23')
    parser.add_argument('--corpus', default='corpus')
    parser.add_argument('--held', default='', help='held-out corpus; default: CORPUS-held')
    parser.add_argument('--length', type=int, default=512)
    parser.add_argument('--rows', type=int, default=8, help='samples of one forward pass')
    parser.add_argument('--accumulate', type=int, default=1)
    parser.add_argument('--steps', type=int, default=0, help='stop here (stable phase; 0: never)')
    parser.add_argument('--decay-steps', type=int, default=0, help='branch off: linear decay to zero over so many steps')
    parser.add_argument('--warm-up', type=int, default=100, help='steps of a linear warm-up')
    parser.add_argument('--peak', type=float, default=1.0, help='share of the full learning rates that warm-up ends at')
    parser.add_argument('--branch', default='', help='name of the decay branch')
    parser.add_argument('--round-below', type=float, default=0.5, help='a decay trains for int4 once the rates are below this share of their peak (0: never)')
    parser.add_argument('--infill-share', type=float, default=0.5, help='of the samples')
    parser.add_argument('--middle-weight', type=float, default=4.0, help="of a middle's tokens in the loss; all others weigh 1")
    parser.add_argument('--save-minutes', type=float, default=8)
    parser.add_argument('--validate-every', type=int, default=400)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--precision', choices=('bf16', 'fp32'), default='bf16')
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--nice', type=int, default=19)
    parser.add_argument('--group-nice', type=int, default=5, help='of the session (Linux autogroup); 19 gives way to everything')
    return parser.parse_args()


def save(folder, state):
    """Atomic: a temporary file, then a rename; the last two stay."""
    path = folder / f"step-{state['step']:07d}.pt"
    torch.save(state, str(path) + '.tmp')
    with open(str(path) + '.tmp', 'rb') as file:
        os.fsync(file.fileno())
    os.replace(str(path) + '.tmp', path)
    for old in sorted(folder.glob('step-*.pt'))[:-2]:
        old.unlink()


def latest(folder):
    found = sorted(folder.glob('step-*.pt'))
    return found[-1] if found else None


def grown(state, layers):
    """The checkpoint of a deeper model: its stack of layers repeated, parameters and optimiser state alike. Source: G_stack of
    Du et al., "Stacking Your Transformers" (arXiv 2405.15319)."""
    config = state['config']
    before = config['num_hidden_layers']

    def repeated(tensors):
        out = {name: value for name, value in tensors.items() if '.layers.' not in name}
        for layer in range(layers):
            prefix = f'model.layers.{layer % before}.'
            out.update({f'model.layers.{layer}.' + name[len(prefix):]: value.clone() for name, value in tensors.items() if name.startswith(prefix)})
        return out

    optimiser = {k: repeated(v) if isinstance(v, dict) else v for k, v in state['optimiser'].items()}
    return {**state, 'config': {**config, 'num_hidden_layers': layers}, 'model': repeated(state['model']), 'optimiser': optimiser}


def without(tensors, dropped):
    """Tensors of the layers that stay, counted anew."""
    if not dropped:
        return tensors
    out, kept = {}, {}
    for name, value in tensors.items():
        if '.layers.' not in name:
            out[name] = value
            continue
        _, _, layer, rest = name.split('.', 3)
        if int(layer) not in dropped:
            kept.setdefault(int(layer), {})[rest] = value
    for number, layer in enumerate(sorted(kept)):
        out.update({f'model.layers.{number}.{rest}': value for rest, value in kept[layer].items()})
    return out


class Validation:
    """Fixed windows of held-out packages: nats a token, bits a character, and nats a token of infilled middles."""

    def __init__(self, name, tokenizer, length, windows=24):
        self.corpus = corpus = Corpus(name, tokenizer)
        languages = corpus.languages
        generator = np.random.Generator(np.random.PCG64(5))
        self.sets = {}
        for language in ('typescript', 'python', 'go', 'markdown'):
            files = [i for i, x in enumerate(languages) if x == language and corpus.files[i, 2] - corpus.files[i, 1] > 64]
            if not files:
                continue
            size = np.array([corpus.files[i, 2] - corpus.files[i, 1] for i in files], float)
            chosen = generator.choice(files, windows, p=size / size.sum())
            rows = []
            for file in chosen:
                start, body, end, _ = map(int, corpus.files[file])
                ids, weights = plain(corpus, int(generator.integers(body + 1, max(body + 2, end - length))), length)
                if len(ids) == length + 1:
                    rows.append((ids, weights))
            self.sets[language] = rows
        import random
        rows, seed = [], 0
        files = [i for i, x in enumerate(languages) if x == 'typescript']
        while len(rows) < 2 * windows:
            seed += 1
            random_ = random.Random(seed)
            start, body, end, _ = map(int, corpus.files[random_.choice(files)])
            made = infill(corpus, random_.randint(body, end), length, random_, 4.0)
            if made:
                rows.append((made[0], [1.0 if w > 1 else 0.0 for w in made[1]]))
        self.sets['middle'] = rows
        self.characters = {k: sum(len(tokenizer.decode([t for t, w in zip(i[1:], ws[1:]) if w])) for i, ws in v) for k, v in self.sets.items()}

    @torch.no_grad()
    def each(self, loss_sum):
        """(nats, tokens) of every sample, by set."""
        out = {}
        for name, samples in self.sets.items():
            rows = [(np.array([ids], np.int64), np.array([weights], np.float32)[:, 1:]) for ids, weights in samples]
            out[name] = [(float(loss_sum(ids[:, :-1], ids[:, 1:], weights)), float(weights.sum())) for ids, weights in rows]
        return out

    def run(self, loss_sum):
        out = {}
        for name, found in self.each(loss_sum).items():
            total, count = (sum(column) for column in zip(*found))
            out[name] = round(total / count, 4)
            if name != 'middle':
                out[name + '_bits'] = round(total / np.log(2) / self.characters[name], 4)
        return out


def main():
    o = arguments()
    os.nice(o.nice)
    try:  # where the kernel groups processes by session, `nice` counts only inside the session: the group is made nice too
        pathlib.Path('/proc/self/autogroup').write_text(str(o.group_nice))
    except OSError:
        pass
    torch.set_num_threads(o.threads)
    tokenizer = Tokenizer(o.tokenizer)
    main_folder = folder_of(o.run)
    branch = o.branch or f'decay-{o.decay_steps}'
    folder = main_folder / branch if o.decay_steps else main_folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'pid').write_text(str(os.getpid()))
    if pathlib.Path(o.tokenizer).resolve() != (main_folder / 'tokenizer.json').resolve():
        shutil.copy(o.tokenizer, main_folder / 'tokenizer.json')
    corpus = Corpus(o.corpus, tokenizer)
    validation = Validation(o.held or o.corpus + '-held', tokenizer, o.length)
    torch.manual_seed(o.seed)
    path = latest(folder) or latest(main_folder)
    state = torch.load(path, map_location=o.device, weights_only=True) if path else None
    if state and o.grow > state['config']['num_hidden_layers']:
        state = grown(state, o.grow)
    if not state and o.init.endswith('.pt'):  # the count of steps begins again, for the warm-up; the samples are other ones
        state = torch.load(o.init, map_location=o.device, weights_only=True)
        state.update(step=0, sample=0, seed=state['seed'] + state['tokens'], decay_from=-1, rounded=False)
    dropped = {int(layer) for layer in o.drop.split(',') if layer}
    config = state['config'] if state else json.loads(pathlib.Path(o.init, 'config.json').read_text()) if o.init else configuration(o.preset, tokenizer.size)
    if not state and not o.init:
        config.update({k: int(v) for k, v in (pair.split('=') for pair in o.set.split(',') if pair)})
    if not state and dropped:
        config['num_hidden_layers'] -= len(dropped)
    model = Llama(config).to(o.device)
    optimiser = AdamW(model, o.lr) if o.optimiser == 'adamw' else Muon(model)
    s = {'step': 0, 'tokens': 0, 'corpus': o.corpus, 'sample': 0, 'seed': o.seed, 'length': o.length, 'decay_from': -1, 'rounded': False, 'seconds': 0.0}
    if not state and o.init:
        weights, known = read_safetensors(pathlib.Path(o.init, 'model.safetensors'))
        model.load_state_dict(without(unpack(weights), dropped))
        s['tokens'] = int(known.get('tokens', 0))
        s['seed'] += s['tokens']  # not the samples that it has learned from already
    if state:
        model.load_state_dict(state['model'])
        optimiser.load_state_dict(state['optimiser'])
        s.update({k: state[k] for k in s if k in state})
    if s['corpus'] != o.corpus or s['length'] != o.length:  # another corpus or length: a fresh permutation from its start
        s.update(corpus=o.corpus, length=o.length, sample=0, seed=s['seed'] + 1)
    if o.decay_steps and s['decay_from'] < 0:
        s['decay_from'] = s['step']
    dtype = torch.bfloat16 if o.precision == 'bf16' else torch.float32
    device_type = o.device.split(':')[0]

    teacher = None
    if o.teacher:
        source = torch.load(o.teacher, map_location=o.device, weights_only=True)
        teacher = Llama(source['config']).to(o.device).requires_grad_(False)
        teacher.load_state_dict(source['model'])

    def loss_of(ids, targets, weights, **more):
        ids, targets, weights = (torch.from_numpy(np.ascontiguousarray(x)).to(o.device) for x in (ids, targets, weights))
        with torch.autocast(device_type, dtype=torch.bfloat16, enabled=o.precision == 'bf16'):
            return model.loss(ids, targets, weights, dtype, **more)

    def computing():
        """As the weights will be served, where this run trains for that."""
        return Rounded(model) if s['rounded'] else contextlib.nullcontext()

    stop = []
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: stop.append(1))
    log = open(folder / 'log.jsonl', 'a', buffering=1)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, from step {s['step']} ({path}), corpus {o.corpus}: {len(corpus.tokens) / 1e6:.0f} M tokens", flush=True)
    saved = mark = time.time()
    losses, since = [], 0

    def checkpoint():
        save(folder, {**s, 'config': config, 'model': model.state_dict(), 'optimiser': optimiser.state_dict()})

    def validate(**more):
        with computing():
            found = validation.run(loss_of)
        row = {'step': s['step'], 'tokens': s['tokens'], 'validation': found, 'rounded': s['rounded'], **more}
        log.write(json.dumps({**row, 'time': round(time.time())}) + '\n')

    while not stop:
        scale = o.peak * min(1.0, (s['step'] + 1) / o.warm_up)
        if s['decay_from'] >= 0:
            done = s['step'] - s['decay_from']
            if done >= o.decay_steps:
                break
            left = 1 - done / o.decay_steps
            scale *= left
            s['rounded'] = left < o.round_below
        elif o.steps and s['step'] >= o.steps:
            break
        total = 0.0
        for _ in range(o.accumulate):
            ids, targets, weights = batch(corpus, s['seed'], s['sample'], o.rows, o.length, o.infill_share, o.middle_weight)
            with computing():
                loss = loss_of(ids, targets, weights, teacher=teacher, share=o.teacher_share) / float(weights.sum()) / o.accumulate
                loss.backward()
            total += loss.item()
            s['sample'] += o.rows
        norm = optimiser.step(scale)
        s['step'] += 1
        s['tokens'] += ids.size * o.accumulate
        since += ids.size * o.accumulate
        losses.append(total)
        if total != total:
            sys.exit('loss is not a number')
        if s['step'] % 10 == 0:
            now = time.time()
            s['seconds'] += now - mark
            log.write(json.dumps({'step': s['step'], 'tokens': s['tokens'], 'loss': round(sum(losses) / len(losses), 4), 'scale': round(scale, 4), 'norm': round(norm, 3),
                                  'rate': round(since / (now - mark)), 'time': round(now)}) + '\n')
            losses, since, mark = [], 0, now
        if s['step'] % o.validate_every == 0:
            validate()
            mark = time.time()
        if time.time() - saved > o.save_minutes * 60:
            checkpoint()
            saved = time.time()
    checkpoint()
    validate(stopped=True)


if __name__ == '__main__':
    main()
