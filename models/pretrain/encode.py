# Encodes a corpus folder into token shards: tokens.npy (uint16) and files.npy (start, body, end, package) per file.
import argparse
import json
import re

import numpy as np

from common import folder_of
from tokenizer import END, FILE, REPO, Tokenizer


ADDRESS = re.compile(r'[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}')


def encode(folder):
    tokenizer = Tokenizer()
    rows = [line.rstrip('\n').split('\t') for line in open(folder / 'files.tsv', encoding='utf-8')]
    out, position, files, packages, languages = np.zeros(1 << 20, np.uint16), 0, [], {}, []
    with open(folder / 'text.bin', 'rb') as text:
        for number, (name, language, path, _, size) in enumerate(rows):
            body = tokenizer.encode(ADDRESS.sub('someone@example.com', text.read(int(size)).decode('utf-8')))
            head = [FILE, *tokenizer.encode(path + '\n')]
            if name not in packages:
                packages[name] = len(packages)
                head = [REPO, *tokenizer.encode(name + '\n'), *head]
            ids = head + body + [END]
            if position + len(ids) > len(out):
                out = np.concatenate([out, np.zeros(max(len(out), len(ids)), np.uint16)])
            out[position:position + len(ids)] = ids
            # A file's header for samples that begin inside it is `<|file|>path`, without the package's name.
            files.append((position + len(head) - head[::-1].index(FILE) - 1, position + len(head), position + len(ids), packages[name]))
            languages.append(language)
            position += len(ids)
            if number % 20000 == 0:
                print(number, len(rows), position, flush=True)
    np.save(folder / 'tokens.npy', out[:position])
    np.save(folder / 'files.npy', np.array(files, np.int64))
    (folder / 'languages.json').write_text(json.dumps(languages))
    print(folder.name, f'{position / 1e6:.1f} M tokens in {len(files)} files of {len(packages)} packages', flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--corpus', default='corpus')
    options = parser.parse_args()
    for name in (options.corpus + '-held', options.corpus):
        encode(folder_of(name))


if __name__ == '__main__':
    main()
