# Turns a checkpoint into config.json and model.safetensors (f16) in transformers' Llama layout; `--check` reads them back and compares.
import argparse
import json
import pathlib
import shutil

import numpy as np
import torch

from common import folder_of
from model import Llama
from quantise import pack, rounded, unpack
from safetensors_f16 import read_safetensors, write_safetensors
from tokenizer import DEFAULT, Tokenizer
from train import latest


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', default='S', help='run, or run/branch, under the cache')
    parser.add_argument('--checkpoint', default='', help='a file, instead of the latest of the run')
    parser.add_argument('--out', default='', help='folder; default: export/RUN under the cache')
    parser.add_argument('--packed', action='store_true', help='matrices as int4 with f16 scales, of a run that trained for them')
    parser.add_argument('--check', action='store_true')
    options = parser.parse_args()
    source = options.checkpoint or latest(folder_of(options.run))
    state = torch.load(source, map_location='cpu', weights_only=True)
    out = pathlib.Path(options.out) if options.out else folder_of('export/' + options.run)
    out.mkdir(parents=True, exist_ok=True)
    if state.get('rounded'):  # what was trained: the weights that int4 serves, exact in f16
        state['model'] = {name: rounded(value) if value.dim() == 2 else value for name, value in state['model'].items()}
    assert state.get('rounded') or not options.packed, 'this run has not trained for int4: rounding would change the model'
    tensors = pack(state['model']) if options.packed else {name: value.float().numpy() for name, value in state['model'].items()}
    largest = max(float(np.abs(t).max()) for t in tensors.values())
    assert largest < 60000, f'{largest} does not fit f16'
    write_safetensors(out / 'model.safetensors', tensors, {'format': 'pt', 'step': str(state['step']), 'tokens': str(state['tokens'])})
    (out / 'config.json').write_text(json.dumps(state['config'], indent=2) + '\n')
    # A decay's branch has the run's.
    found = [folder / 'tokenizer.json' for folder in pathlib.Path(source).parents[:2] if (folder / 'tokenizer.json').exists()]
    if out.resolve() != DEFAULT.parent.resolve():
        shutil.copy(found[0] if found else DEFAULT, out / 'tokenizer.json')
    size = (out / 'model.safetensors').stat().st_size
    print(f"step {state['step']}, {state['tokens'] / 1e6:.1f} M tokens, {sum(t.numel() for t in state['model'].values()) / 1e6:.2f} M parameters, {size / 1e6:.1f} MB")
    if options.check:
        check(out, state)


def check(out, state):
    """Logits of the exported weights against the checkpoint's, and a few greedy tokens to look at."""
    tokenizer = Tokenizer(out / 'tokenizer.json')
    one, two = Llama(state['config']), Llama(json.loads((out / 'config.json').read_text()))
    one.load_state_dict(state['model'])
    two.load_state_dict(unpack(read_safetensors(out / 'model.safetensors')[0]))
    ids = [2, *tokenizer.encode('src/user.ts\nexport async function getUser(id: string) {\n  const user = await ')]
    with torch.no_grad():
        weight = [m.model.embed_tokens.weight for m in (one, two)]
        a, b = (m(torch.tensor([ids])) @ w.t() for m, w in zip((one, two), weight))
        print(f'largest difference of a logit: {float((a - b).abs().max()):.4f} of {float(a.abs().max()):.1f}')
        for _ in range(24):
            ids.append(int((two(torch.tensor([ids])) @ weight[1].t())[0, -1].argmax()))
    print(tokenizer.decode([i for i in ids if i > 15]))


if __name__ == '__main__':
    main()
