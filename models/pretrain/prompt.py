# The one form of a prompt and of a sample, in Python; src/mix/prompt-planner.ts is the same in TypeScript, test/golden/prompt.json holds both to it:
#
#   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
#
# The middle goes on from the prefix with no token between, so that a keystroke adds tokens at the end and nothing else moves.
from tokenizer import FILE, PREFIX, SNIPPET, SUFFIX

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
