# Training samples as a pure function of (seed, number): windows of the token stream, half of them rearranged for filling in the middle.
import json
import random

import numpy as np

from common import folder_of
from prompt import SNIPPET_TOKENS, fitting, prompt, snippet
from syntax import nodes_at
from tokenizer import END, EOM, Tokenizer

OPENERS = ('{', '(', '[', ':', '=>')


class Corpus:
    def __init__(self, name, tokenizer):
        folder = folder_of(name)
        self.tokens = np.load(folder / 'tokens.npy', mmap_mode='r')
        self.files = np.load(folder / 'files.npy')
        self.starts = self.files[:, 0].copy()
        self.languages = json.loads((folder / 'languages.json').read_text())
        changes = np.flatnonzero(np.diff(self.files[:, 3])) + 1
        edges = np.concatenate([[0], changes, [len(self.files)]])
        self.package_range = {int(self.files[a, 3]): (int(a), int(b)) for a, b in zip(edges[:-1], edges[1:])}
        self.tokenizer = tokenizer
        self.is_line = np.array([t.startswith(b'\n') for t in tokenizer.bytes])
        self.permutations = {}

    def file_at(self, position):
        return max(0, int(np.searchsorted(self.starts, position, 'right')) - 1)

    def line_start(self, position, end):
        """The next token within reach that begins a line, or the position itself."""
        near = np.flatnonzero(self.is_line[self.tokens[position:min(position + 40, end)]])
        return position + int(near[0]) if len(near) else position

    def windows(self, length):
        return (len(self.tokens) - length - 2) // length

    def place(self, seed, number, length):
        """Where window `number` begins: every epoch is its own permutation with its own phase."""
        count = self.windows(length)
        epoch, index = divmod(number, count)
        if (epoch, length) not in self.permutations:
            generator = np.random.Generator(np.random.PCG64([seed, epoch, length]))
            self.permutations = {(epoch, length): (generator.permutation(count), int(generator.integers(length)))}
        order, phase = self.permutations[epoch, length]
        return min(int(order[index]) * length + phase, len(self.tokens) - length - 2)

    def text(self, start, end):
        return b''.join([self.tokenizer.bytes[i] for i in self.tokens[start:end]]).decode('utf-8', 'ignore')


def line_at(text, at):
    """(start, end) of the line at a character, or of one shortly after it that has something in it; None where there is none."""
    begin = text.rfind('\n', 0, at) + 1
    for _ in range(6):
        end = text.find('\n', begin)
        end = len(text) if end < 0 else end
        if text[begin:end].strip():
            return begin, end
        begin = end + 1
    return None


def cut_node(text, at, random_, pieces, language):
    """The middle [start, end) as a syntax node near a character: all of it or, as often, its rest from a piece on. None where no node fits."""
    found = nodes_at(text, at, language, 600)
    if not found:
        return None
    start, end = random_.choice(found[:8])
    if random_.random() < 0.5:
        bounds = [start + m.start() for m in pieces.finditer(text[start:end])][1:]
        start = random_.choice(bounds) if bounds else start
    return start, end


def cut(text, at, random_, pieces, language):
    """The middle [start, end) of an infilling sample near a character: half of them syntax nodes, where the language has a grammar; else by
    lines, pieces, characters or blocks."""
    line = line_at(text, at)
    if not line:
        return None
    begin, end = line
    first = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
    kind = random_.random()
    if kind >= 0.55:  # below: the rest of the line, what the product asks for most; half of these end nodes too
        found = cut_node(text, random_.randint(first, end - 1), random_, pieces, language)
        if found and kind < 0.85:
            return found
        kind = random_.uniform(0.55, 1)
    bounds = [first + m.start() for m in pieces.finditer(text[begin:end].strip())][1:] or [first]
    if kind < 0.55:
        start = first if random_.random() < 0.4 else random_.choice(bounds)
        if text[start] == ' ' and random_.random() < 0.2:
            start += 1
        return start, end
    if kind < 0.67:  # characters
        start = random_.randint(first, end - 1)
        return (start, end) if random_.random() < 0.5 else (start, random_.randint(start + 1, min(end, start + 80)))
    if kind < 0.77:  # within the line, as between brackets that an editor closed
        start, stop = random_.choice(bounds), random_.choice(bounds)
        return (min(start, stop), max(start, stop)) if start != stop else (start, end)
    if kind < 0.90:  # lines
        stop = end
        for _ in range(random_.randint(0, 7)):
            following = text.find('\n', stop + 1)
            if following < 0:
                break
            stop = following
        return first, stop
    return cut_block(text, first, begin, end)


def cut_block(text, first, begin, end):
    """The body of the block that the line [begin, end) opens, or the line itself."""
    indent, stop, lines = first - begin, end, 0
    if not text[begin:end].rstrip().endswith(OPENERS):
        return first, end
    while lines < 30:
        following = text.find('\n', stop + 1)
        if following < 0:
            return first, end
        inner = text[stop + 1:following]
        if inner.strip() and len(inner) - len(inner.lstrip()) <= indent:
            break
        stop, lines = following, lines + 1
    return (end, stop) if lines else (first, end)


def snippets(corpus, file, random_, wanted, room):
    """Lines of other files of the package that share the rarest words with `wanted`."""
    low, high = corpus.package_range[int(corpus.files[file, 3])]
    if high - low < 2:
        return []
    candidates = []
    for _ in range(24):
        other = random_.randint(low, high - 1)
        start, body, end, _ = map(int, corpus.files[other])
        if other == file or end - body < 24:
            continue
        length = random_.randint(24, 80)
        begin = corpus.line_start(random_.randint(body, max(body, end - length)), end)
        ids = corpus.tokens[begin:min(begin + length, end - 1)].tolist()
        score = sum(1 for t in set(ids) & wanted if t > 700)
        candidates.append((score, begin, start, body, ids))
    candidates.sort(key=lambda c: -c[0])
    return fitting([snippet(corpus.tokens[start + 1:body].tolist(), ids) for _, _, start, body, ids in candidates[:random_.randint(1, 3)]], room)


def infill(corpus, position, length, random_, middle_weight):
    """A sample [snippets] file suffix prefix middle: ids and weights of length + 1, or None.
    middle_weight: of a middle's tokens and its end; they are a few of hundreds, and all that the product asks for."""
    file = corpus.file_at(position)
    start, body, end, _ = map(int, corpus.files[file])
    end -= 1
    if end - body < 24:
        return None
    position = min(max(position, body), end - 8)
    left = max(body, position - length)
    text, before = corpus.text(left, min(end, position + 400)), len(corpus.text(left, position))
    found = cut(text, before, random_, corpus.tokenizer.pieces, corpus.languages[file])
    if not found or found[1] <= found[0]:
        return None
    encode = corpus.tokenizer.encode
    # Cut into tokens as text always is, from the last boundary before the cursor on: completing heals the cursor likewise.
    ids = encode(text[:found[1]])
    at = corpus.tokenizer.boundary(ids, len(text[:found[0]].encode('utf-8')))
    prefix, middle = ids[:at], ids[at:]
    if len(middle) > length // 3:
        return None
    wanted = random_.choice((0, length // 16, length // 8, length // 8))
    suffix = encode(text[found[1]:found[1] + wanted * 6])[:wanted]
    name = corpus.tokens[start + 1:body].tolist()
    room = min(SNIPPET_TOKENS, length // 3) if length <= 512 else length // 4
    extra = snippets(corpus, file, random_, set(prefix[-100:]) | set(suffix), room) if random_.random() < 0.5 else []
    room = length - len(prompt(extra, name, suffix, [])) - len(middle)
    if room < 16:
        return None
    if len(prefix) > room:
        prefix = prefix[-room:]
        cutoff = next((i for i, t in enumerate(prefix[:40]) if corpus.is_line[t]), 0)
        prefix = prefix[cutoff:]
    ids = prompt(extra, name, suffix, prefix) + middle + [EOM]
    weights = [1.0] * (len(ids) - len(middle) - 1) + [middle_weight] * (len(middle) + 1)
    missing = length + 1 - len(ids)
    if missing:  # a short prefix leaves room: earlier files of the package before it, else the following file after it
        floor = int(corpus.files[corpus.package_range[int(corpus.files[file, 3])][0], 0])
        earlier = corpus.tokens[max(floor, start - missing):start].tolist() if not extra else []
        later = corpus.tokens[end:end + missing - len(earlier)].tolist()
        ids = earlier + ids + later
        weights = [1.0] * len(earlier) + weights + [1.0] * len(later)
    ids += [END] * (length + 1 - len(ids))
    weights += [0.0] * (length + 1 - len(weights))
    return ids[:length + 1], weights[:length + 1]


def plain(corpus, position, length):
    """Running text; inside a file it begins at a line, after the file's name."""
    file = corpus.file_at(position)
    start, body, end, _ = map(int, corpus.files[file])
    if start <= position <= body:
        return corpus.tokens[start:start + length + 1].tolist(), [1.0] * (length + 1)
    head = corpus.tokens[start:body].tolist()[:64]
    position = corpus.line_start(position, end)
    ids = head + corpus.tokens[position:position + length + 1 - len(head)].tolist()
    return ids, [0.0] * len(head) + [1.0] * (length + 1 - len(head))


def sample(corpus, seed, number, length, share, middle_weight):
    """Sample `number` of the endless stream, infilling with the probability `share`: (ids, weights), each length + 1 long;
    weights belong to targets."""
    random_ = random.Random(seed * 1_000_003 + number)
    position = corpus.place(seed, number, length)
    made = None
    if random_.random() < share:
        made = infill(corpus, position + random_.randint(0, length), length, random_, middle_weight)
    ids, weights = made or plain(corpus, position, length)
    if len(ids) < length + 1:
        weights += [0.0] * (length + 1 - len(ids))
        ids += [END] * (length + 1 - len(ids))
    return ids, weights


def batch(corpus, seed, first, rows, length, share=0.5, middle_weight=4.0):
    """Inputs [rows, length], targets and weights of the samples first, first + 1, ..."""
    made = [sample(corpus, seed, first + i, length, share, middle_weight) for i in range(rows)]
    ids = np.array([m[0] for m in made], np.int64)
    return ids[:, :-1], ids[:, 1:], np.array([m[1] for m in made], np.float32)[:, 1:]
