# Writes logits.json and blocks.json: what transformers and the gguf package read from the models of test/neural/models/import/crafted-models.ts.
#
#   node test/neural/models/import/crafted-models.ts FOLDER && python3 test/golden/bases/make.py FOLDER     (pip install torch transformers gguf accelerate)
import json
import pathlib
import random
import struct
import sys

import gguf
import numpy as np
import torch
from gguf.quants import dequantize
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
IDS = [(7 * i + 3) % 270 for i in range(100)]


def logits(model):
    with torch.no_grad():
        return model.eval()(torch.tensor([IDS])).logits[0, [0, 50, 99], :24].tolist()


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
    short = lambda value: round(value, 5) if isinstance(value, float) else [short(each) for each in value] if isinstance(value, list) else value
    (HERE / 'logits.json').write_text(json.dumps({key: short(value) for key, value in out.items()}) + '\n')
    (HERE / 'blocks.json').write_text(json.dumps(blocks()) + '\n')


if __name__ == '__main__':
    main()
