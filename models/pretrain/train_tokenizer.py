# Trains the byte-level BPE on a sample of the corpus and writes models/small/tokenizer.json; --compare prints characters per token by size.
import argparse
import collections
import heapq
import json
import pathlib
import re

from common import cache, folder_of
from filters import hash_bucket
from tokenizer import DEFAULT, PATTERN, SPECIAL, Tokenizer, byte_alphabet


def count_pieces(folder, sample_bytes):
    """Piece counts over a sample of whole files spread evenly over the corpus."""
    counts, total = collections.Counter(), 0
    files = [line.rstrip('\n').split('\t') for line in open(folder / 'files.tsv', encoding='utf-8')]
    everything = sum(int(f[4]) for f in files)
    share = int(1000 * min(1, sample_bytes / everything))
    pieces = re.compile(PATTERN)
    with open(folder / 'text.bin', 'rb') as text:
        for name, _, path, offset, size in files:
            if hash_bucket(name + path) % 1000 >= share:
                continue
            text.seek(int(offset))
            data = text.read(int(size)).decode('utf-8')
            counts.update(pieces.findall(data))
            total += len(data)
    return counts, total


def as_bytes(counts, minimum=3):
    return [(list(piece.encode('utf-8')), n) for piece, n in counts.items() if n >= minimum]


def learn(words, texts, size):
    """Merges in order, [(left, right)], of `words` [(ids, count)] over `texts`, which grows to `size`; ids count them as they come."""
    pairs, where = collections.defaultdict(int), collections.defaultdict(set)
    for index, (ids, n) in enumerate(words):
        for pair in zip(ids, ids[1:]):
            pairs[pair] += n
            where[pair].add(index)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapq.heapify(heap)
    merges = []
    known = {t: i for i, t in enumerate(texts)}
    while len(known) < size and heap:
        n, pair = heapq.heappop(heap)
        if pairs.get(pair, 0) != -n:
            continue
        text = texts[pair[0]] + texts[pair[1]]
        fresh = known.setdefault(text, len(texts))  # two merges may spell the same token
        if fresh == len(texts):
            texts.append(text)
        merges.append(pair)
        changed = set()
        for index in where.pop(pair):
            ids, count = words[index]
            for old in zip(ids, ids[1:]):
                pairs[old] -= count
            out, i = [], 0
            while i < len(ids):
                if i + 1 < len(ids) and ids[i] == pair[0] and ids[i + 1] == pair[1]:
                    out.append(fresh)
                    i += 2
                else:
                    out.append(ids[i])
                    i += 1
            words[index] = (out, count)
            for new in zip(out, out[1:]):
                pairs[new] += count
                where[new].add(index)
                changed.add(new)
            changed.update(zip(ids, ids[1:]))
        pairs.pop(pair, None)
        for other in changed:
            if other != pair and pairs.get(other, 0) > 0:
                heapq.heappush(heap, (-pairs[other], other))
    return merges


def document(merges, size):
    """Hugging Face's tokenizer.json of the first merges, up to a vocabulary of `size`."""
    alphabet = byte_alphabet()
    texts, used = [alphabet[b] for b in range(256)], []
    vocabulary = {t: i for i, t in enumerate(SPECIAL + texts)}
    for left, right in merges:
        text = texts[left] + texts[right]
        if text not in vocabulary:
            if len(vocabulary) == size:
                break
            vocabulary[text] = len(vocabulary)
            texts.append(text)
        used.append([texts[left], texts[right]])
    return {
        'version': '1.0', 'truncation': None, 'padding': None,
        'added_tokens': [{'id': i, 'content': t, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False, 'special': True}
                         for i, t in enumerate(SPECIAL)],
        'normalizer': None,
        'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [
            {'type': 'Split', 'pattern': {'Regex': PATTERN}, 'behavior': 'Isolated', 'invert': False},
            {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': False, 'use_regex': False}]},
        'post_processor': None,
        'decoder': {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': False, 'use_regex': False},
        'model': {'type': 'BPE', 'dropout': None, 'unk_token': None, 'continuing_subword_prefix': None, 'end_of_word_suffix': None,
                  'fuse_unk': False, 'byte_fallback': False, 'ignore_merges': False, 'vocab': vocabulary,
                  'merges': used}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--corpus', default='corpus')
    parser.add_argument('--size', type=int, default=8192, help='vocabulary, special tokens included')
    parser.add_argument('--sample', type=float, default=100, help='MB of text')
    parser.add_argument('--compare', action='store_true')
    parser.add_argument('--out', default=str(DEFAULT))
    options = parser.parse_args()
    counts, total = count_pieces(folder_of(options.corpus), options.sample * 1e6)
    print(f'{total / 1e6:.0f} M characters, {len(counts)} different pieces, {sum(counts.values()) / 1e6:.1f} M pieces', flush=True)
    largest = 16384 if options.compare else options.size
    merges = learn(as_bytes(counts), [bytes([b]) for b in range(256)], largest - len(SPECIAL))
    if options.compare:
        held = folder_of(options.corpus + '-held')
        for size in (6144, 8192, 10240, 12288, 16384):
            path = cache(f'tokenizer-{size}.json')
            path.write_text(json.dumps(document(merges, size), ensure_ascii=False))
            measure(Tokenizer(path), held, size)
        return
    pathlib.Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(options.out).write_text(json.dumps(document(merges, options.size), ensure_ascii=False, separators=(',', ':')) + '\n', 'utf-8')


def measure(tokenizer, folder, size):
    characters, tokens = collections.Counter(), collections.Counter()
    with open(folder / 'text.bin', 'rb') as text:
        for line in open(folder / 'files.tsv', encoding='utf-8'):
            _, language, _, offset, length = line.rstrip('\n').split('\t')
            if characters[language] < 1_500_000:
                text.seek(int(offset))
                data = text.read(int(length)).decode('utf-8')
                characters[language] += len(data)
                tokens[language] += len(tokenizer.encode(data))
    print(size, ' '.join(f'{k} {characters[k] / tokens[k]:.3f}' for k in ('typescript', 'javascript', 'python', 'go', 'markdown') if tokens[k]),
          f'all {sum(characters.values()) / sum(tokens.values()):.3f}', flush=True)


if __name__ == '__main__':
    main()
