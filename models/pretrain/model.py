# A Llama-layout decoder in PyTorch (tensor names as in Hugging Face transformers), attention as matmuls and a softmax.
import math

import torch
from torch import nn
from torch.nn import functional as F

PRESETS = {
    'S': {'hidden_size': 384, 'intermediate_size': 1024, 'num_hidden_layers': 6, 'num_attention_heads': 6, 'num_key_value_heads': 2},
    'tiny': {'hidden_size': 64, 'intermediate_size': 128, 'num_hidden_layers': 2, 'num_attention_heads': 2, 'num_key_value_heads': 1}}


def configuration(preset, vocabulary, context=1024):
    return {
        'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', **PRESETS[preset],
        'head_dim': PRESETS[preset]['hidden_size'] // PRESETS[preset]['num_attention_heads'], 'vocab_size': vocabulary,
        'max_position_embeddings': context, 'rms_norm_eps': 1e-5, 'rope_theta': 10000.0, 'hidden_act': 'silu', 'tie_word_embeddings': True,
        'attention_bias': False, 'mlp_bias': False, 'initializer_range': 0.02, 'bos_token_id': 1, 'eos_token_id': 1, 'pad_token_id': 0, 'torch_dtype': 'float16'}


class RMSNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.groups, self.size = c['num_attention_heads'], c['num_key_value_heads'], c['head_dim']
        d = c['hidden_size']
        self.q_proj = nn.Linear(d, self.heads * self.size, bias=False)
        self.k_proj = nn.Linear(d, self.groups * self.size, bias=False)
        self.v_proj = nn.Linear(d, self.groups * self.size, bias=False)
        self.o_proj = nn.Linear(self.heads * self.size, d, bias=False)

    def forward(self, x, cosine, sine, mask, cache=None):
        b, t, _ = x.shape
        each = self.heads // self.groups
        q = rotate(self.q_proj(x).view(b, t, self.heads, self.size).transpose(1, 2), cosine, sine) * (1 / math.sqrt(self.size))
        k = rotate(self.k_proj(x).view(b, t, self.groups, self.size).transpose(1, 2), cosine, sine)
        v = self.v_proj(x).view(b, t, self.groups, self.size).transpose(1, 2)
        if cache is not None:
            k, v = cache.add(self, k, v)
        past = k.shape[2] - t
        # The query heads of one key/value head become more rows of one matmul: [b * groups, each * block, size]. Queries go in
        # blocks, so that a block multiplies only the keys up to its own end.
        q = q.reshape(b * self.groups, each, t, self.size)
        k, v = k.reshape(b * self.groups, past + t, self.size).transpose(1, 2), v.reshape(b * self.groups, past + t, self.size)
        block, out = max(128, -(-t // 4)), []
        for start in range(0, t, block):
            end = min(t, start + block)
            part = q[:, :, start:end].reshape(b * self.groups, each * (end - start), self.size)
            keys = past + end
            scores = torch.bmm(part, k[:, :, :keys]).view(b * self.groups, each, end - start, keys)
            weights = torch.softmax(scores + mask[start:end, :keys], -1)
            out.append(torch.bmm(weights.view(b * self.groups, -1, keys), v[:, :keys]).view(b * self.groups, each, end - start, self.size))
        out = torch.cat(out, 2)
        return self.o_proj(out.view(b, self.heads, t, self.size).transpose(1, 2).reshape(b, t, -1))


class Cache:
    """Keys and values of the tokens so far, for generating: [rows, groups, tokens, head] a layer. All rows are equally long."""

    def __init__(self):
        self.kept, self.length = {}, 0

    def add(self, layer, k, v):
        if layer in self.kept:
            k, v = (torch.cat((past, new), 2) for past, new in zip(self.kept[layer], (k, v)))
        self.kept[layer] = k, v
        return k, v


def rotate(x, cosine, sine):
    """Rotary positions, halves layout as in transformers."""
    half = x.shape[-1] // 2
    left, right = x[..., :half], x[..., half:]
    return torch.cat((left * cosine - right * sine, right * cosine + left * sine), -1)


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj = nn.Linear(c['hidden_size'], c['intermediate_size'], bias=False)
        self.up_proj = nn.Linear(c['hidden_size'], c['intermediate_size'], bias=False)
        self.down_proj = nn.Linear(c['intermediate_size'], c['hidden_size'], bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RMSNorm(c['hidden_size'], c['rms_norm_eps'])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c['hidden_size'], c['rms_norm_eps'])
        self.mlp = MLP(c)

    def forward(self, x, cosine, sine, mask, cache=None):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine, mask, cache)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c['vocab_size'], c['hidden_size'])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c['num_hidden_layers']))
        self.norm = RMSNorm(c['hidden_size'], c['rms_norm_eps'])


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.model = Decoder(c)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deviation = c['initializer_range'] / (math.sqrt(2 * c['num_hidden_layers']) if name.endswith(('o_proj.weight', 'down_proj.weight')) else 1)
                nn.init.normal_(parameter, std=deviation)
        self.tables = {}

    def table(self, t, device, dtype):
        """cos, sin [t, head/2] and the causal mask [t, t], kept per length."""
        key = (t, device, dtype)
        if key not in self.tables:
            half = self.c['head_dim'] // 2
            angles = torch.outer(torch.arange(t).float(), self.c['rope_theta'] ** (-torch.arange(half).float() / half))
            mask = torch.full((t, t), -1e4).triu(1)
            self.tables[key] = tuple(x.to(device=device, dtype=dtype) for x in (angles.cos(), angles.sin(), mask))
        return self.tables[key]

    def forward(self, ids, dtype=torch.float32, cache=None):
        """Hidden states [b, t, d] after the final norm, of tokens that go on from what the cache holds."""
        past = cache.length if cache else 0
        cosine, sine, mask = (table[past:] for table in self.table(past + ids.shape[1], ids.device, dtype))
        x = F.embedding(ids, self.model.embed_tokens.weight).to(dtype)  # in fp32: its gradient sums hundreds of rows
        for layer in self.model.layers:
            x = layer(x, cosine, sine, mask, cache)
        if cache:
            cache.length += ids.shape[1]
        return self.model.norm(x)

    def loss(self, ids, targets, weights, dtype=torch.float32, chunk=512, teacher=None, share=0.0):
        """Weighted sum of next-token losses. The logits are made in chunks that stay in the cache. Of the loss, `share` is the cross-entropy to
        the teacher's distribution instead of the text's (logit distillation, Hinton et al., arXiv 1503.02531; alone in Minitron, 2407.14679)."""
        hidden = self.forward(ids, dtype).flatten(0, 1)
        embedding = self.model.embed_tokens.weight.to(dtype)
        if teacher is not None:
            with torch.no_grad():
                known = teacher.forward(ids, dtype).flatten(0, 1)
                output = teacher.model.embed_tokens.weight.to(dtype)
        total = hidden.new_zeros((), dtype=torch.float32)
        for i, (part, target, weight) in enumerate(zip(hidden.split(chunk), targets.flatten().split(chunk), weights.flatten().split(chunk))):
            logits = (part @ embedding.t()).float()
            each = F.cross_entropy(logits, target, reduction='none')
            if teacher is not None:
                with torch.no_grad():
                    wanted = torch.softmax((known[i * chunk:(i + 1) * chunk] @ output.t()).float(), -1)
                each = (1 - share) * each + share * F.cross_entropy(logits, wanted, reduction='none')
            total = total + (each * weight).sum()
        return total
