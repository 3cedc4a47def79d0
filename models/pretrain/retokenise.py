# A base under another vocabulary that cuts words alike: a token's row begins as the mean of the rows of the old tokens that spell it.
#
#   python3 retokenise.py --base ../small --tokenizer NEW/tokenizer.json --out FOLDER
#
# As in fast vocabulary transfer (Gee et al., arXiv 2402.09977). Special tokens keep their row by name; new ones begin at the mean of all.
import argparse
import json
import pathlib
import shutil

import numpy as np

from quantise import unpack
from safetensors_f16 import read_safetensors, write_safetensors
from tokenizer import SPECIAL, Tokenizer

EMBEDDING = 'model.embed_tokens.weight'


def spelled(tokenizer, text):
    """Ids of any bytes, those of no whole character too: a piece's merges, lowest rank first."""
    ids = [tokenizer.byte_id[b] for b in text]
    while len(ids) > 1:
        rank, i = min((tokenizer.merges.get(pair, (1 << 30,))[0], i) for i, pair in enumerate(zip(ids, ids[1:])))
        if rank == 1 << 30:
            break
        ids[i:i + 2] = [tokenizer.merges[ids[i], ids[i + 1]][1]]
    return ids


def retokenised(embedding, old, new, old_special):
    """Rows [new.size, width]."""
    rows = np.empty((new.size, embedding.shape[1]), np.float32)
    for token in range(new.size):
        if token < len(SPECIAL):
            name = SPECIAL[token]
            rows[token] = embedding[old_special[name]] if name in old_special else embedding.mean(0)
        else:
            rows[token] = embedding[spelled(old, new.bytes[token])].mean(0)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--base', required=True)
    parser.add_argument('--tokenizer', required=True)
    parser.add_argument('--out', required=True)
    o = parser.parse_args()
    base, out = pathlib.Path(o.base), pathlib.Path(o.out)
    old, new = Tokenizer(base / 'tokenizer.json'), Tokenizer(o.tokenizer)
    special = {token['content']: token['id'] for token in json.loads((base / 'tokenizer.json').read_text('utf-8'))['added_tokens']}
    tensors = {name: np.asarray(value, np.float32) for name, value in unpack(read_safetensors(base / 'model.safetensors')[0]).items()}
    tensors[EMBEDDING] = retokenised(tensors[EMBEDDING], old, new, special)
    out.mkdir(parents=True, exist_ok=True)
    write_safetensors(out / 'model.safetensors', tensors, {'format': 'pt', 'tokens': '0'})
    config = json.loads((base / 'config.json').read_text())
    (out / 'config.json').write_text(json.dumps({**config, 'vocab_size': new.size}, indent=2) + '\n')
    shutil.copy(o.tokenizer, out / 'tokenizer.json')
    print(f'{new.size} rows from {old.size}: {sum(v.size for v in tensors.values()) / 1e6:.2f} M parameters')


if __name__ == '__main__':
    main()
