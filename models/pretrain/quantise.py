# Training for int4: weights as the product serves them (src/neural/architecture/quantize.ts), so that serving in 4 bits costs nothing that training has not seen.
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


def packed(weight):
    """[rows, columns] that `rounded` made -> bytes u8 [rows, blocks, 16], two values a byte, the lower half first, 8 added to each; scales
    [rows, blocks] f16. As src/neural/architecture/quantize.ts lays them out."""
    blocks = weight.reshape(weight.shape[0], -1, BLOCK)
    extreme = blocks.gather(2, blocks.abs().argmax(2, keepdim=True))
    scale = (extreme / -8).bfloat16().float()
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    values = ((blocks / scale).round_().clamp_(-8, 7) + 8).to(torch.uint8)
    return values[..., 0::2] | values[..., 1::2] << 4, scale.squeeze(2).half()


def pack(tensors):
    """Matrices of a rounded model under NAME.packed and NAME.scales, vectors as they are; numpy arrays by name."""
    out = {}
    for name, value in tensors.items():
        if value.dim() == 2:
            data, scales = packed(value.float())
            out[name + '.packed'], out[name + '.scales'] = data.numpy(), scales.numpy()
        else:
            out[name] = value.float().numpy()
    return out


def unpack(tensors):
    """The other way round, f32: of what `read_safetensors` gives, packed or not."""
    out = {}
    for name, value in tensors.items():
        if name.endswith('.packed'):
            data = torch.from_numpy(value.copy())
            scales = torch.from_numpy(tensors[name[:-7] + '.scales'].astype('f4'))
            values = torch.stack((data & 15, data >> 4), -1).flatten(2).float() - 8
            out[name[:-7]] = (values * scales[..., None]).flatten(1)
        elif not name.endswith('.scales'):
            out[name] = torch.from_numpy(value.astype('f4'))
    return out


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
