# AdamW over all parameters, with the interface of muon.py's optimiser: for weights that AdamW has pretrained.
import torch


class AdamW:
    """Matrices decay, norms do not. Gradients are clipped to a norm of 1; `scale` multiplies the learning rate."""

    def __init__(self, model, lr, betas=(0.9, 0.95), decay=0.01):
        self.parameters = list(model.parameters())
        self.lr = lr
        groups = [{'params': [p for p in self.parameters if p.dim() == 2], 'weight_decay': decay}, {'params': [p for p in self.parameters if p.dim() != 2], 'weight_decay': 0.0}]
        self.inner = torch.optim.AdamW(groups, lr=lr, betas=betas, eps=1e-8, fused=True)

    def step(self, scale):
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group in self.inner.param_groups:
            group['lr'] = self.lr * scale
        self.inner.step()
        self.inner.zero_grad(set_to_none=True)
        return float(norm)

    def state_dict(self):
        return self.inner.state_dict()

    def load_state_dict(self, state):
        self.inner.load_state_dict(state)
