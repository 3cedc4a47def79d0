# The one form of a prompt and of a sample, in Python; src/prompts/completion/prompt-form.ts is the same in TypeScript, and writes test/golden/prompt.json.
# `python3 models/pretrain/prompt.py` compares:
#
#   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
#
# The middle goes on from the prefix with no token between, so that a keystroke adds tokens at the end and nothing else moves.
import json
import pathlib

from tokenizer import FILE, PREFIX, SNIPPET, SUFFIX, Tokenizer

# Tokens of each part at most, as the product asks.
PREFIX_TOKENS, SUFFIX_TOKENS, SNIPPET_TOKENS, HEAD_TOKENS = 256, 64, 144, 40
LEAST_SNIPPET = 24  # room below which no snippet is begun


def snippet(name, lines):
    """name: ids of the path and its newline; lines: ids of whole lines of that file."""
    return [SNIPPET, *name, *lines]


def fitting(snippets, room):
    """Ids of the snippets that fit, the best first, the last one cut. Which stands nearest to the file made no difference (LOG.md)."""
    out = []
    for ids in snippets:
        if room - len(out) < LEAST_SNIPPET:
            break
        out += ids[:room - len(out)]
    return out


def prompt(snippets, name, suffix, prefix):
    """Ids up to the cursor. snippets: as `fitting` gives them; name, suffix and prefix: ids, cut by the caller."""
    return [*snippets, FILE, *name[:HEAD_TOKENS], SUFFIX, *suffix, PREFIX, *prefix]


def check(tokenizer):
    """Asserts that the golden prompts, which the product wrote, are those that pretraining writes, to the token."""
    encode = tokenizer.encode
    golden = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'golden' / 'prompt.json'
    for place in json.loads(golden.read_text('utf-8')):
        found = fitting([snippet(encode(s['path'] + '\n'), encode(s['text'])) for s in place['snippets']], SNIPPET_TOKENS)
        prefix = encode(place['prefix'])
        assert len(prefix) <= PREFIX_TOKENS
        ids = prompt(found, encode(place['path'] + '\n'), encode(place['suffix'])[:SUFFIX_TOKENS], prefix)
        assert ids == place['ids'], f"{place['path']}: {ids} instead of {place['ids']}"


if __name__ == '__main__':
    check(Tokenizer())
