# The reference encoder and decoder of models/small/tokenizer.json: byte-level BPE over pieces that one regular expression cuts.
import json
import pathlib
import re

# The same text works in Python's `re` and, with the flags `gu`, in JavaScript. Only ASCII classes, every code point is matched by one branch:
# newlines with the indent after them; a word with the space or underscore before it (camelCase cut before a capital; capitals as one word);
# one digit with its space; a run of punctuation with its space; a run of non-ASCII with its space; blanks (less the one space that a
# following piece takes); any other control character. Runs are bounded so that odd input costs linear time.
PATTERN = (r'(?:\r?\n){1,16}[ \t]{0,128}'
           r'|[ _]?[A-Z]?[a-z]{1,32}'
           r'|[ _]?[A-Z]{1,32}(?![a-z])'
           r'| ?[0-9]'
           r'| ?[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]{1,32}'
           r'| ?[^\x00-\x7F]{1,32}'
           r'|[ \t]{1,128}(?= [^ \t\r\n])|[ \t]{1,128}'
           r'|[\x00-\x1F\x7F]')
SPECIAL = ['<|pad|>', '<|end|>', '<|file|>', '<|prefix|>', '<|suffix|>', '<|middle|>', '<|eom|>', '<|snippet|>', '<|repo|>',
           # For what comes: a change and its message, a notebook's cell, a text's label, an edit.
           '<|diff|>', '<|message|>', '<|cell|>', '<|label|>', '<|edit|>', '<|reserved_0|>', '<|reserved_1|>']
PAD, END, FILE, PREFIX, SUFFIX, MIDDLE, EOM, SNIPPET, REPO = range(9)
DEFAULT = pathlib.Path(__file__).resolve().parent.parent / 'small' / 'tokenizer.json'


def byte_alphabet():
    """GPT-2's mapping of the 256 bytes to printable characters, as Hugging Face's ByteLevel uses it."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {}, 0
    for byte in range(256):
        if byte in keep:
            table[byte] = chr(byte)
        else:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


class Tokenizer:
    def __init__(self, path=DEFAULT):
        row = json.loads(pathlib.Path(path).read_text('utf-8'))
        alphabet = byte_alphabet()
        back = {c: b for b, c in alphabet.items()}
        self.pieces = re.compile(row['pre_tokenizer']['pretokenizers'][0]['pattern']['Regex'])
        vocabulary = row['model']['vocab']
        self.size = len(vocabulary)
        self.bytes = [b''] * self.size
        special = {token['content'] for token in row['added_tokens']}
        for text, number in vocabulary.items():
            self.bytes[number] = bytes(back[c] for c in text) if text not in special else b''
        self.byte_id = [vocabulary[alphabet[b]] for b in range(256)]
        self.merges = {}
        for rank, (left, right) in enumerate(row['model']['merges']):
            self.merges[vocabulary[left], vocabulary[right]] = (rank, vocabulary[left + right])
        self.cache = {}

    def encode_piece(self, piece):
        ids = self.cache.get(piece)
        if ids is None:
            ids = [self.byte_id[b] for b in piece.encode('utf-8')]
            while len(ids) > 1:
                best = min(((self.merges.get(pair, (1 << 30, 0))[0], i) for i, pair in enumerate(zip(ids, ids[1:]))))
                if best[0] == 1 << 30:
                    break
                i = best[1]
                ids[i:i + 2] = [self.merges[ids[i], ids[i + 1]][1]]
            if len(self.cache) < 1_000_000:
                self.cache[piece] = ids
        return ids

    def encode(self, text):
        """Ids of plain text; special tokens are never read out of text."""
        out, cache = [], self.cache
        for piece in self.pieces.findall(text):
            ids = cache.get(piece)
            out += ids if ids is not None else self.encode_piece(piece)
        return out

    def decode(self, ids):
        table = self.bytes
        return b''.join([table[i] for i in ids]).decode('utf-8', 'replace')

    def boundary(self, ids, byte):
        """Index of the last token that begins at or before a byte of the text and not inside a character, len(ids) at its end."""
        at, index, best = 0, 0, 0
        for index, i in enumerate(ids):
            if at > byte:
                return best
            if self.bytes[i] and self.bytes[i][0] & 0xC0 != 0x80:
                best = index
            at += len(self.bytes[i])
        return len(ids) if at <= byte else best
