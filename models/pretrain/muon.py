# Muon for hidden matrices (orthogonalised momentum) and AdamW for the rest, as one optimiser with one state dict.
import torch


def orthogonalise(matrices, steps=5):
    """Newton-Schulz towards the nearest half-orthogonal matrices, in bf16, for a list of one shape [m, n] at once."""
    tall = matrices[0].shape[0] > matrices[0].shape[1]
    x = torch.stack([m.t() if tall else m for m in matrices]).bfloat16()
    x = x / (x.flatten(1).float().norm(dim=1).to(x.dtype)[:, None, None] + 1e-7)
    for _ in range(steps):
        a = torch.bmm(x, x.transpose(1, 2))
        a = torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315)
        x = torch.baddbmm(x, a, x, beta=3.4445)
    return list((x.transpose(1, 2) if tall else x).float())


class Optimiser:
    """Every matrix is orthogonalised by itself, so q, k and v apart. `scale` multiplies both learning rates."""

    def __init__(self, model, muon_lr=0.02, adam_lr=0.003, momentum=0.95, muon_decay=0.01, betas=(0.9, 0.95)):
        named = list(model.named_parameters())
        self.matrices = [(n, p) for n, p in named if p.dim() == 2 and 'embed' not in n]
        self.others = [(n, p) for n, p in named if p.dim() != 2 or 'embed' in n]
        self.muon_lr, self.adam_lr, self.momentum, self.muon_decay, self.betas = muon_lr, adam_lr, momentum, muon_decay, betas
        self.buffers = {n: torch.zeros_like(p) for n, p in self.matrices}
        self.first = {n: torch.zeros_like(p) for n, p in self.others}
        self.second = {n: torch.zeros_like(p) for n, p in self.others}
        self.count = 0
        self.shapes = {}
        for name, p in self.matrices:
            self.shapes.setdefault(p.shape, []).append((name, p))

    @torch.no_grad()
    def step(self, scale):
        self.count += 1
        lr = self.muon_lr * scale
        for shape, group in self.shapes.items():
            updates = orthogonalise([p.grad.lerp(self.buffers[n].lerp_(p.grad, 1 - self.momentum), self.momentum) for n, p in group])
            for (_, p), update in zip(group, updates):
                p.mul_(1 - lr * self.muon_decay).add_(update, alpha=-lr * max(1, shape[0] / shape[1]) ** 0.5)
        norm = torch.stack([p.grad.norm() for _, p in self.others]).norm()
        clip = min(1.0, 1.0 / (float(norm) + 1e-6))
        b1, b2 = self.betas
        for name, p in self.others:
            grad = p.grad * clip
            m = self.first[name].lerp_(grad, 1 - b1)
            v = self.second[name].lerp_(grad * grad, 1 - b2)
            p.sub_(self.adam_lr * scale * (m / (1 - b1 ** self.count)) / ((v / (1 - b2 ** self.count)).sqrt() + 1e-8))
        for _, p in self.matrices + self.others:
            p.grad = None
        return float(norm)

    def state_dict(self):
        return {'buffers': self.buffers, 'first': self.first, 'second': self.second, 'count': self.count}

    def load_state_dict(self, state):
        for mine, theirs in ((self.buffers, state['buffers']), (self.first, state['first']), (self.second, state['second'])):
            for name in mine:
                mine[name].copy_(theirs[name])
        self.count = state['count']
