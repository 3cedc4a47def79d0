# Checkpoints side by side on more held-out windows than a run stops for, with standard errors of their differences: for ablations.
#
#   python3 evaluate.py CHECKPOINT.pt [CHECKPOINT.pt ...] [--windows 150] [--length 512]
import argparse
import math

import torch

from model import Llama
from tokenizer import Tokenizer
from train import Validation


def losses(path, validation):
    """Nats of every sample and its count of tokens, by set."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    model = Llama(state['config'])
    model.load_state_dict(state['model'])

    def loss_sum(ids, targets, weights):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            return model.loss(*(torch.from_numpy(x) for x in (ids, targets, weights)), torch.bfloat16)

    return state, validation.each(loss_sum)


def main():
    parser = argparse.ArgumentParser(description="checkpoints side by side on held-out windows")
    parser.add_argument('checkpoints', nargs='+')
    parser.add_argument('--held', default='corpus-held')
    parser.add_argument('--windows', type=int, default=150)
    parser.add_argument('--length', type=int, default=512)
    o = parser.parse_args()
    torch.set_num_threads(2)
    validation = Validation(o.held, Tokenizer(), o.length, o.windows)
    first = None
    for path in o.checkpoints:
        state, found = losses(path, validation)
        first = first or found
        parts = []
        for name, samples in found.items():
            tokens = sum(n for _, n in samples)
            mean = sum(x for x, _ in samples) / tokens
            differences = [a - b for (a, _), (b, _) in zip(samples, first[name])]
            change = sum(differences) / tokens
            error = math.sqrt(sum((x - sum(differences) / len(differences)) ** 2 for x in differences)) / tokens
            parts.append(f'{name} {mean:.4f}' + (f' ({change:+.4f} ± {error:.4f})' if found is not first else ''))
        print(f"{path}: step {state['step']}, {state['tokens'] / 1e6:.2f} M tokens: " + ', '.join(parts), flush=True)


if __name__ == '__main__':
    main()
