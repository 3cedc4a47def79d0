# Writes test/golden/tokenizer.json, odd and fuzzed strings with their ids, and packed/, a model in 4 bits: what TypeScript is held to.
# (test/golden/prompt.json is the other way round: build/golden-prompt.ts writes it, and prompt.py is held to it.)
import json
import pathlib
import random

from common import HERE
from prompt import check
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


def packed_model():
    """test/golden/packed: a random model with its matrices in 4 bits, and PyTorch's logits for a few tokens."""
    import torch
    from model import Llama
    from quantise import pack, rounded
    from safetensors_f16 import write_safetensors
    config = {'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'vocab_size': 48, 'hidden_size': 64, 'intermediate_size': 96, 'num_hidden_layers': 2,
              'num_attention_heads': 4, 'num_key_value_heads': 2, 'head_dim': 16, 'max_position_embeddings': 32, 'rms_norm_eps': 1e-5, 'rope_theta': 100000.0,
              'hidden_act': 'silu', 'tie_word_embeddings': True, 'attention_bias': False, 'mlp_bias': False, 'initializer_range': 0.5, 'torch_dtype': 'float16'}
    torch.manual_seed(3)
    model = Llama(config)
    for p in model.parameters():
        if p.dim() == 2:
            p.data = rounded(p.data)
    ids = torch.tensor([[1, 7, 30, 7, 12, 47, 0, 5]])
    with torch.no_grad():
        logits = model(ids) @ model.model.embed_tokens.weight.t()
    target = pathlib.Path(HERE.parent.parent, 'test', 'golden', 'packed')
    target.mkdir(exist_ok=True)
    write_safetensors(target / 'model.safetensors', pack(model.state_dict()), {'format': 'pt'})
    (target / 'config.json').write_text(json.dumps(config, indent=2) + '\n')
    (target / 'logits.json').write_text(json.dumps({'ids': ids[0].tolist(), 'logits': [[float(f'{x:.7g}') for x in row] for row in logits[0].tolist()]}) + '\n')


def write(name, rows):
    target = pathlib.Path(HERE.parent.parent, 'test', 'golden', name)
    target.write_text('[\n' + ',\n'.join(json.dumps(r, separators=(',', ':')) for r in rows) + '\n]\n', 'utf-8')


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
    write('tokenizer.json', rows)
    check(tokenizer)
    packed_model()


if __name__ == '__main__':
    main()
