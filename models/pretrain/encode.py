# Encodes a corpus folder into token shards: tokens.npy (uint16) and files.npy (start, body, end, package) per file.
import argparse
import concurrent.futures
import json
import os
import re

import numpy as np

from common import folder_of
from tokenizer import DEFAULT, END, FILE, REPO, Tokenizer


ADDRESS = re.compile(r'[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}')


CHUNK = 500  # files that a process encodes at a time


def encode_files(path, folder, rows):
    """Token ids of a run of files, and (header's start, body's start, end) of each within them."""
    tokenizer, out, places = process_tokenizer(path), [], []
    with open(folder / 'text.bin', 'rb') as text:
        for name, path, offset, size, is_first in rows:
            text.seek(offset)
            body = tokenizer.encode(ADDRESS.sub('someone@example.com', text.read(size).decode('utf-8')))
            if is_first:
                out += [REPO, *tokenizer.encode(name + '\n')]
            # A file's header for samples that begin inside it is `<|file|>path`, without the package's name.
            start = len(out)
            out += [FILE, *tokenizer.encode(path + '\n')]
            begin = len(out)
            out += body
            out.append(END)
            places.append((start, begin, len(out)))
    return np.array(out, np.uint16), places


def process_tokenizer(path, kept=[]):
    if not kept:
        kept.append(Tokenizer(path))
    return kept[0]


def encode(folder, tokenizer):
    rows, packages, owners, languages = [], {}, [], []
    for line in open(folder / 'files.tsv', encoding='utf-8'):
        name, language, path, offset, size = line.rstrip('\n').split('\t')
        rows.append((name, path, int(offset), int(size), name not in packages))
        owners.append(packages.setdefault(name, len(packages)))
        languages.append(language)
    chunks = [rows[i:i + CHUNK] for i in range(0, len(rows), CHUNK)]
    parts, files, position = [], [], 0
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, (ids, places) in enumerate(pool.map(encode_files, [tokenizer] * len(chunks), [folder] * len(chunks), chunks)):
            files += [(a + position, b + position, c + position, owners[number * CHUNK + i]) for i, (a, b, c) in enumerate(places)]
            parts.append(ids)
            position += len(ids)
            if number % 40 == 0:
                print(number, len(chunks), position, flush=True)
    np.save(folder / 'tokens.npy', np.concatenate(parts))
    np.save(folder / 'files.npy', np.array(files, np.int64))
    (folder / 'languages.json').write_text(json.dumps(languages))
    print(folder.name, f'{position / 1e6:.1f} M tokens in {len(files)} files of {len(packages)} packages', flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--corpus', default='corpus')
    parser.add_argument('--tokenizer', default=str(DEFAULT))
    options = parser.parse_args()
    for name in (options.corpus + '-held', options.corpus):
        encode(folder_of(name), options.tokenizer)


if __name__ == '__main__':
    main()
