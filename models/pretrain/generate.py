# Greedy text from a checkpoint, many prompts of one length side by side, and what its brackets leave open.
import torch
from torch.nn import functional as F

from model import Cache

PAIRS = {')': '(', ']': '[', '}': '{'}


@torch.no_grad()
def greedy(model, prompts, most, ends):
    """The likeliest token after the other. prompts: id lists of one length; most: new tokens at most; ends(ids): whether a row is complete.
    Returns ids by row, the ending token with them."""
    dtype, cache = model.model.embed_tokens.weight.dtype, Cache()
    out, going = [[] for _ in prompts], set(range(len(prompts)))
    new = torch.tensor(prompts)
    for _ in range(most):
        hidden = model(new, dtype, cache)[:, -1]
        new = F.linear(hidden, model.model.embed_tokens.weight).argmax(-1, keepdim=True)
        for row in list(going):
            out[row].append(int(new[row]))
            if ends(out[row]):
                going.discard(row)
        if not going:
            break
    return out


def residue(text):
    """The brackets that a text closes and does not open, then those it opens and does not close; None where they cross."""
    closed, opened = '', []
    for c in text:
        if c in '([{':
            opened.append(c)
        elif c in PAIRS:
            if not opened:
                closed += c
            elif opened.pop() != PAIRS[c]:
                return None
    return closed + ''.join(opened)
