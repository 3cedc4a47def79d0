# Writes logits.json and blocks.json: what transformers and the gguf package read from the models of test/bases/crafted-models.ts.
#
#   node test/bases/crafted-models.ts FOLDER && python3 test/golden/bases/make.py FOLDER     (pip install torch transformers gguf accelerate)
import json
import pathlib
import random
import struct
import sys

import gguf
import numpy as np
import torch
from gguf.quants import dequantize
from transformers import AutoModelForCausalLM, GraniteConfig, GraniteForCausalLM

HERE = pathlib.Path(__file__).parent
IDS = [(7 * i + 3) % 270 for i in range(100)]


def logits(model):
    with torch.no_grad():
        return model.eval()(torch.tensor([IDS])).logits[0, [0, 50, 99], :24].tolist()


def granite(path):
    """transformers reads no Granite from a GGUF: tensors by hand, q and k turned back as llama.cpp's converter turned them."""
    reader = gguf.GGUFReader(path)
    value = lambda key: reader.fields['granite.' + key].contents()
    heads, kv = value('attention.head_count'), value('attention.head_count_kv')
    model = GraniteForCausalLM(GraniteConfig(
        vocab_size=288, hidden_size=value('embedding_length'), intermediate_size=value('feed_forward_length'),
        num_hidden_layers=value('block_count'), num_attention_heads=heads, num_key_value_heads=kv,
        rms_norm_eps=value('attention.layer_norm_rms_epsilon'), rope_theta=value('rope.freq_base'), tie_word_embeddings=True,
        embedding_multiplier=value('embedding_scale'), residual_multiplier=value('residual_scale'),
        attention_multiplier=value('attention.scale'), logits_scaling=value('logit_scale')))
    names = {'attn_norm': 'input_layernorm', 'attn_q': 'self_attn.q_proj', 'attn_k': 'self_attn.k_proj', 'attn_v': 'self_attn.v_proj',
             'attn_output': 'self_attn.o_proj', 'ffn_norm': 'post_attention_layernorm', 'ffn_gate': 'mlp.gate_proj',
             'ffn_up': 'mlp.up_proj', 'ffn_down': 'mlp.down_proj'}
    state = {}
    for tensor in reader.tensors:
        data = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        if tensor.name.startswith('blk.'):
            _, layer, part, kind = tensor.name.split('.')
            if part in ('attn_q', 'attn_k'):
                n = heads if part == 'attn_q' else kv
                data = data.reshape(n, data.shape[0] // n // 2, 2, -1).swapaxes(1, 2).reshape(data.shape)
            state[f'model.layers.{layer}.{names[part]}.{kind}'] = torch.from_numpy(data)
        else:
            state[{'token_embd.weight': 'model.embed_tokens.weight', 'output_norm.weight': 'model.norm.weight'}[tensor.name]] = torch.from_numpy(data)
    state['lm_head.weight'] = state['model.embed_tokens.weight']
    model.load_state_dict(state)
    return model


def blocks():
    """Two blocks of random bytes of every type, their scales small, and the values that the gguf package makes of them."""
    halves = {'Q4_0': [0], 'Q4_1': [0, 2], 'Q5_0': [0], 'Q8_0': [0], 'Q4_K': [0, 2], 'Q5_K': [0, 2], 'Q6_K': [208], 'F16': [], 'BF16': []}
    seeded = random.Random(5)
    out = {}
    for name, places in halves.items():
        kind = gguf.GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        if values == 1:
            numbers = np.array([seeded.gauss(0, 1) for _ in range(64)], dtype=np.float32)
            data = gguf.quants.quantize(numbers, kind).view(np.uint8).reshape(-1)
        else:
            raw = bytearray(seeded.randbytes(2 * size))
            for block in (0, size):
                for at in places:
                    raw[block + at:block + at + 2] = struct.pack('<e', seeded.gauss(0, 0.01))
            data = np.frombuffer(bytes(raw), dtype=np.uint8)
        read = data.view(np.float16) if name == 'F16' else data
        out[name] = {'id': int(kind), 'bytes': data.tobytes().hex(), 'values': [float(f'{x:.8g}') for x in np.array(dequantize(read, kind), dtype=np.float32).reshape(-1)]}
    return out


def main():
    folder = pathlib.Path(sys.argv[1])
    out = {'ids': IDS, 'rows': [0, 50, 99]}
    for name in ('llama.gguf', 'qwen2.gguf', 'qwen3.gguf'):
        out[name] = logits(AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32))
    out['granite.gguf'] = logits(granite(folder / 'granite.gguf'))
    for name in ('llama-shards', 'qwen2-whole', 'qwen3-whole', 'granite-whole'):
        out[name] = logits(AutoModelForCausalLM.from_pretrained(folder / name, dtype=torch.float32))
    short = lambda value: round(value, 5) if isinstance(value, float) else [short(each) for each in value] if isinstance(value, list) else value
    (HERE / 'logits.json').write_text(json.dumps({key: short(value) for key, value in out.items()}) + '\n')
    (HERE / 'blocks.json').write_text(json.dumps(blocks()) + '\n')


if __name__ == '__main__':
    main()
