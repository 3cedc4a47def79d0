# Training for int4: weights as the product serves them (src/model/quantize.ts), so that serving in 4 bits costs nothing that training has not seen.
import torch

BLOCK = 32


@torch.no_grad()
def rounded(weight):
    """The nearest weights [rows, columns] in blocks of 32 along the input: q * scale, q in -8..7, the value of largest magnitude at -8.
    A scale has the 8 significant bits of bf16, so that every product is exact in f16."""
    blocks = weight.reshape(-1, BLOCK)
    extreme = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
    scale = (extreme / -8).bfloat16().float()
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (blocks / scale).round_().clamp_(-8, 7).mul_(scale).view_as(weight)


class Rounded:
    """`with Rounded(model):` computes with rounded matrices. Gradients then belong to them and are applied to the unrounded ones: the
    straight-through estimator (Bengio et al., arXiv 1308.3432)."""

    def __init__(self, model):
        self.matrices = [p for p in model.parameters() if p.dim() == 2]

    def __enter__(self):
        self.kept = [p.data for p in self.matrices]
        for p in self.matrices:
            p.data = rounded(p.data)

    def __exit__(self, *_):
        for p, kept in zip(self.matrices, self.kept):
            p.data = kept
        self.kept = []
