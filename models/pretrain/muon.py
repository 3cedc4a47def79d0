# Muon for hidden matrices (orthogonalised momentum) and AdamW for the rest, as one optimiser with one state dict.
import torch


def orthogonalise(matrix, steps=5):
    """Newton-Schulz towards the nearest half-orthogonal matrix, in bf16."""
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        a = x @ x.t()
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.t() if tall else x).float()


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

    @torch.no_grad()
    def step(self, scale):
        self.count += 1
        for name, p in self.matrices:
            buffer = self.buffers[name].lerp_(p.grad, 1 - self.momentum)
            update = orthogonalise(p.grad.lerp(buffer, self.momentum))
            lr = self.muon_lr * scale
            p.mul_(1 - lr * self.muon_decay).add_(update, alpha=-lr * max(1, p.shape[0] / p.shape[1]) ** 0.5)
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
