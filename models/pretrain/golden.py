# Writes test/golden/tokenizer.json: odd and fuzzed strings with their ids, so that every encoder can be held to the Python reference.
import json
import pathlib
import random

from common import HERE
from tokenizer import Tokenizer

FIXED = [
    '', ' ', '  ', '\n', '\r\n', '\r', '\t', '\n\n\n', '\r\n\r\n\t\t', ' \n', '\n ', 'a', ' a', '  a', '   a', '\ta', ' \ta', '\t a', '_a', '__a', ' _a', 'a_b', 'aB', 'AB', 'ABc', 'HTMLElement',
    'getElementById', 'XMLHttpRequest2', 'MAX_SIZE', '__init__', 'snake_case_name', 'iOS', 'x1y2', '3.14159', ' 42', '  42', '0xFF', '1e-9', '#fff', '$el', '@media', 'a.b.c()', 'foo(bar);', '=> {', '});',
    '/**\n * Comment\n */', '<div class="a">', '{{ value }}', '"""doc"""', "it's", 'naïve café', 'Ωμέγα', '日本語テキスト', ' 日本', '😀', ' 😀😀', '👩‍👩‍👧', 'e\u0301', '\u00a0', '\u200b', '\ufeff', '\u2028', '\ufffd', '\0', '\x01\x02\x7f', '\x1b[0m',
    'a\u00a0b', 'x\u3000y', '–—…“”', '<|end|>', '<|file|>a.ts\n', 'a' * 100, 'A' * 100, 'A' * 40 + 'b', '=' * 80, ' ' * 300, ' ' * 300 + 'x', '\n' * 40, '\r\n' * 20 + 'x', '\t' * 140 + 'y', 'é' * 70, '1' * 20, '_' * 40,
    'if (x) {\n    return null\n}\n', 'def f(a, b=1):\n\treturn a  # b\n', 'const s = `a${b}c`\r\n  .trim()\r\n', 'func (s *Server) Run() error {\n\tif err != nil {\n\t\treturn err\n\t}\n}\n',
    'SELECT * FROM "users" WHERE id = $1;\n', '# Title\n\n- item **bold** `code`\n', 'key: value\n  - list\n', 'trailing   \nspaces \t\n', '\n  \n    \n', 'CamelCASEWord', 'ABCdEFg', ' ABc', '_ABc', ' _ABc', 'a _b', 'a  _b', 'a\x0bb\x0cc', '\x85', '\u1e9e', 'İi', 'ǅ']
PARTS = [' ', '  ', '\n', '\r\n', '\t', '    ', '\n\n  ', 'foo', 'Bar', 'BAZ', '_', '__', '0', '17', '(', ')', '();', '=>', '"', "'", '`', '${', '//', '/*', '*/', '<', '>', '&&', '.', ',', ';', ':', 'é', 'ß', 'я', '中', '😀', '\u0301', '\u200d', '\u00a0',
         '\x00', '\x7f', '\r', 'a', 'Z', 'return', 'function', 'self', 'HTTPServer', 'x' * 33, 'Q' * 33, '-' * 33]


def main():
    tokenizer, random_ = Tokenizer(), random.Random(7)
    texts = list(FIXED)
    while len(texts) < 250:
        texts.append(''.join(random_.choice(PARTS) for _ in range(random_.randint(1, 14))))
    while len(texts) < 310:
        texts.append(''.join(chr(random_.choice([random_.randint(0, 127), random_.randint(0, 0x7FF), random_.randint(0xE000, 0xFFFF), random_.randint(0x10000, 0x10FFFF)]))
                             for _ in range(random_.randint(1, 24))))
    rows = [{'text': text, 'ids': tokenizer.encode(text)} for text in texts]
    for row in rows:
        assert tokenizer.decode(row['ids']) == row['text'], row
    target = pathlib.Path(HERE.parent.parent, 'test', 'golden', 'tokenizer.json')
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text('[\n' + ',\n'.join(json.dumps(r, separators=(',', ':')) for r in rows) + '\n]\n', 'utf-8')


if __name__ == '__main__':
    main()
