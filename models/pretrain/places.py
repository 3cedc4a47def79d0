# Cursors in held-out files with the prompt that the product would ask there: lines to end and blocks to fill.
import random

from data import cut_block, line_at
from generate import residue
from prompt import HEAD_TOKENS, PREFIX_TOKENS, SUFFIX_TOKENS, prompt
from tokenizer import END

# Every prompt is filled up to this length with the files before, as in training: then a batch needs no padding.
PROMPT_TOKENS = 3 + HEAD_TOKENS + SUFFIX_TOKENS + PREFIX_TOKENS
BLOCK_TOKENS = 96


class Place:
    """prompt: ids, PROMPT_TOKENS of them; truth: the text that stands there, for a block from its first line's end on."""

    def __init__(self, prompt_, truth, tokens):
        self.prompt, self.truth, self.tokens = prompt_, truth, tokens


def place(corpus, file, text, start, end):
    """The place whose middle is text[start:end]; None where the cursor is in no token's beginning, hence would have to be healed."""
    start_of_file, body, _, package = map(int, corpus.files[file])
    encode, left = corpus.tokenizer.encode, max(0, start - PREFIX_TOKENS * 33)
    ids, byte = encode(text[left:end]), len(text[left:start].encode('utf-8'))
    at = corpus.tokenizer.boundary(ids, byte)
    if sum(len(corpus.tokenizer.bytes[i]) for i in ids[:at]) != byte:
        return None
    prefix, middle = ids[:at], ids[at:]
    if len(prefix) > PREFIX_TOKENS:
        prefix = prefix[-PREFIX_TOKENS:]
        prefix = prefix[next((i for i, t in enumerate(prefix[:40]) if corpus.is_line[t]), 0):]
    made = prompt([], corpus.tokens[start_of_file + 1:body].tolist(), encode(text[end:end + SUFFIX_TOKENS * 6])[:SUFFIX_TOKENS], prefix)
    missing, floor = PROMPT_TOKENS - len(made), int(corpus.files[corpus.package_range[package][0], 0])
    earlier = corpus.tokens[max(floor, start_of_file - missing):start_of_file].tolist()
    return Place([END] * (missing - len(earlier)) + earlier + made, text[start:end], len(middle))


def line_in(text, at, random_, pieces):
    """The rest of a line, half from its first character on and half from a piece's beginning; None where nothing worth completing is."""
    found = line_at(text, at)
    if not found:
        return None
    begin, end = found
    first = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
    bounds = [first + m.start() for m in pieces.finditer(text[begin:end].strip())][1:]
    start = random_.choice(bounds) if bounds and random_.random() < 0.5 else first
    return (start, end) if any(c.isalnum() for c in text[start:end]) else None


def block_in(text, at, random_, pieces):
    """The body of a block that a line near `at` opens; None where none does or its brackets cross, as in strings."""
    at = text.find('{\n', at, at + 2000)
    if at < 0:
        return None
    begin, end = text.rfind('\n', 0, at) + 1, at + 1
    first = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
    start, stop = cut_block(text, first, begin, end)
    return (start, stop) if start == end and residue(text[start:stop]) == '' else None


def chosen(corpus, language, count, find, seed=7):
    """`count` places in files of a language, larger files as often as they are larger. find: line_in or block_in."""
    files = [i for i, x in enumerate(corpus.languages) if x == language]
    sizes = [int(corpus.files[i, 2] - corpus.files[i, 1]) for i in files]
    random_, out, seen = random.Random(f'{seed} {language} {find.__name__}'), [], set()
    for _ in range(200 * count):
        if len(out) == count:
            break
        file = random_.choices(files, sizes)[0]
        text = corpus.text(int(corpus.files[file, 1]), int(corpus.files[file, 2]) - 1)
        found = find(text, random_.randrange(len(text)), random_, corpus.tokenizer.pieces)
        made = found and found[0] < found[1] and (file, found) not in seen and place(corpus, file, text, *found)
        if made and (find is line_in or made.tokens <= BLOCK_TOKENS):
            seen.add((file, found))
            out.append(made)
    return out
