# Makes the golden values of the engine's tests with PyTorch in double precision: python3 test/golden/engine/make.py [CASE ...]
# Writes, per case: config.json, model.safetensors (a randomly initialised checkpoint as transformers would name it),
# golden.json (logits), and with adapters gradients.safetensors and ten losses of a training run. Needs torch only.
import json
import math
import pathlib
import struct
import sys

import torch

HERE = pathlib.Path(__file__).resolve().parent
BATCH, LENGTH = 2, 7

BASE = {'vocab_size': 48, 'hidden_size': 16, 'intermediate_size': 24, 'num_hidden_layers': 2, 'num_attention_heads': 4,
        'num_key_value_heads': 2, 'max_position_embeddings': 64, 'hidden_act': 'silu', 'rms_norm_eps': 1e-5, 'rope_theta': 10000.0}
# Over a base in 4 bits, whose rows are blocks of 32; the upper layer alone.
UPPER = {'rank': 3, 'alpha': 6, 'firstLayer': 1,
         'targets': ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']}
CASES = {
    'llama': ({**BASE, 'model_type': 'llama', 'tie_word_embeddings': True}, None, 'BF16'),
    'packed': ({**BASE, 'model_type': 'llama', 'tie_word_embeddings': True, 'hidden_size': 32, 'intermediate_size': 64}, UPPER, 'PACKED'),
}


def shapes(c):
    d, ff = c['hidden_size'], c['intermediate_size']
    size = c.get('head_dim', d // c['num_attention_heads'])
    q, kv = c['num_attention_heads'] * size, c['num_key_value_heads'] * size
    out = {'model.embed_tokens.weight': (c['vocab_size'], d)}
    for i in range(c['num_hidden_layers']):
        p = f'model.layers.{i}.'
        out[p + 'input_layernorm.weight'] = (d,)
        for name, rows, columns in (('q', q, d), ('k', kv, d), ('v', kv, d), ('o', d, q)):
            out[f'{p}self_attn.{name}_proj.weight'] = (rows, columns)
        out[p + 'post_attention_layernorm.weight'] = (d,)
        for name, rows, columns in (('gate', ff, d), ('up', ff, d), ('down', d, ff)):
            out[f'{p}mlp.{name}_proj.weight'] = (rows, columns)
    out['model.norm.weight'] = (d,)
    return out


def linear(w, name, x, lora):
    y = x @ w[name + '.weight'].t()
    if lora and name + '.lora_A.weight' in w:
        y = y + (x @ w[name + '.lora_A.weight'].t()) @ w[name + '.lora_B.weight'].t() * (lora['alpha'] / lora['rank'])
    return y


def norm(x, weight, eps):
    return weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def logits(c, w, ids, lora):
    b, t = ids.shape
    h, g = c['num_attention_heads'], c['num_key_value_heads']
    size = c.get('head_dim', c['hidden_size'] // h)
    frequency = 1.0 / c['rope_theta'] ** (torch.arange(0, size, 2).double() / size)
    angle = torch.outer(torch.arange(t).double(), frequency)
    cos, sin = torch.cat((angle, angle), -1).cos(), torch.cat((angle, angle), -1).sin()
    mask = torch.full((t, t), -math.inf).triu(1).double()
    x = w['model.embed_tokens.weight'][ids]
    for i in range(c['num_hidden_layers']):
        p = f'model.layers.{i}.'
        y = norm(x, w[p + 'input_layernorm.weight'], c['rms_norm_eps'])
        heads = lambda name, count: linear(w, f'{p}self_attn.{name}_proj', y, lora).view(b, t, count, size).transpose(1, 2)
        q, k, v = rotate(heads('q', h), cos, sin), rotate(heads('k', g), cos, sin), heads('v', g)
        k, v = k.repeat_interleave(h // g, 1), v.repeat_interleave(h // g, 1)
        a = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(size) + mask, -1) @ v
        x = x + linear(w, p + 'self_attn.o_proj', a.transpose(1, 2).reshape(b, t, h * size), lora)
        y = norm(x, w[p + 'post_attention_layernorm.weight'], c['rms_norm_eps'])
        gate = torch.nn.functional.silu(linear(w, p + 'mlp.gate_proj', y, lora))
        x = x + linear(w, p + 'mlp.down_proj', gate * linear(w, p + 'mlp.up_proj', y, lora), lora)
    x = norm(x, w['model.norm.weight'], c['rms_norm_eps'])
    return x @ w['model.embed_tokens.weight'].t()


def loss_of(c, w, batch, lora):
    ids, targets, weights = batch
    losses = torch.nn.functional.cross_entropy(logits(c, w, ids, lora).flatten(0, 1), targets.flatten(), reduction='none')
    return (losses * weights.flatten()).sum() / weights.sum()


def quantised(matrix):
    """Values q - 8 times a scale of each 32 along a row: the matrix as it is then, its bytes (two values each, the lower half first), its scales."""
    blocks = matrix.reshape(matrix.shape[0], -1, 32)
    scales = (blocks.abs().amax(2, keepdim=True) / 7).half().double()
    values = (blocks / scales).round() + 8
    whole = values.to(torch.uint8)
    return ((values - 8) * scales).flatten(1), whole[..., 0::2] | whole[..., 1::2] << 4, scales.squeeze(2)


def write(path, tensors, dtype):
    kinds = {'F32': torch.float32, 'F16': torch.float16, 'BF16': torch.bfloat16, 'U8': torch.uint8}
    header, body = {'__metadata__': {'format': 'pt'}}, b''
    for name, tensor in tensors.items():
        kind = dtype if dtype in kinds else 'U8' if name.endswith('.packed') else 'F16' if name.endswith('.scales') else 'F32'
        stored = tensor.detach().to(kinds[kind]).contiguous()
        data = stored.view({'F32': torch.int32, 'U8': torch.uint8}.get(kind, torch.int16)).numpy().tobytes()
        header[name] = {'dtype': kind, 'shape': list(tensor.shape), 'data_offsets': [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack('<Q', len(text)) + text + body)


def batches(c, count):
    for _ in range(count):
        ids = torch.randint(0, c['vocab_size'], (BATCH, LENGTH + 1))
        weights = torch.rand(BATCH, LENGTH).double()
        weights[1, 4:] = 0  # padding
        # As float32 has them, so that both sides train on the same numbers.
        yield ids[:, :-1], ids[:, 1:], weights.float().double()


def main():
    for case, (c, lora, dtype) in CASES.items():
        if sys.argv[1:] and case not in sys.argv[1:]:
            continue
        torch.manual_seed(len(case))
        rounded = {'F16': torch.float16, 'BF16': torch.bfloat16}.get(dtype, torch.float32)
        w = {name: (torch.randn(shape) * 0.2 + (1 if 'norm' in name else 0)).to(rounded).double() for name, shape in shapes(c).items()}
        folder = HERE / case
        folder.mkdir(exist_ok=True)
        stored = dict(w)
        if dtype == 'PACKED':
            for name in [n for n in w if w[n].dim() == 2]:
                w[name], stored[name + '.packed'], stored[name + '.scales'] = quantised(stored.pop(name))
        if lora:
            first = lora.get('firstLayer', 0)
            upper = [n for n in w if '.layers.' in n and int(n.split('.')[2]) >= first]
            for name in [n for n in upper if any(n.endswith(t + '.weight') for t in lora['targets'])]:
                rows, columns = w[name].shape
                w[name[:-6] + 'lora_A.weight'] = (torch.randn(lora['rank'], columns) * 0.2).double()
                w[name[:-6] + 'lora_B.weight'] = (torch.randn(rows, lora['rank']) * 0.2).double()
            trained = [n for n in w if '.lora_' in n]
            stored |= {n: w[n] for n in trained}
        (folder / 'config.json').write_text(json.dumps(c, indent=1) + '\n')
        write(folder / 'model.safetensors', stored, 'F32' if dtype == 'BF16' else dtype)
        data = list(batches(c, 10 if lora else 1))
        golden = {'batches': [{'ids': i.flatten().tolist(), 'targets': t.flatten().tolist(), 'weights': x.flatten().tolist()} for i, t, x in data],
                  'batch': BATCH, 'length': LENGTH, 'logits': logits(c, w, data[0][0], lora).flatten().tolist()}
        if not lora:
            (folder / 'golden.json').write_text(json.dumps(golden) + '\n')
            continue
        golden |= {'lora': lora, 'losses': [], 'norms': []}
        for name in trained:
            w[name].requires_grad_()
        loss_of(c, w, data[0], lora).backward()
        write(folder / 'gradients.safetensors', {n: w[n].grad for n in trained}, 'F32')
        optimizer = torch.optim.AdamW([w[n] for n in trained], weight_decay=0.1, lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
        for batch in data:
            optimizer.zero_grad()
            loss = loss_of(c, w, batch, lora)
            loss.backward()
            golden['norms'].append(torch.nn.utils.clip_grad_norm_([w[n] for n in trained], 0.5).item())
            golden['losses'].append(loss.item())
            optimizer.step()
        (folder / 'golden.json').write_text(json.dumps(golden) + '\n')


if __name__ == '__main__':
    main()
