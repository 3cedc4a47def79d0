# What Hugging Face's transformers and peft, and llama.cpp, make of the exports that test/package/export.test.ts makes again:
#   node test/golden/export/make.ts FOLDER
#   python3 test/golden/export/make.py FOLDER LLAMA_SERVER     (pip install torch transformers peft)
# Writes golden.json: per model SHA-256 of what was read, what bench/own/readers.py says of it, and the ids of a text.
import hashlib
import json
import pathlib
import sys

from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / 'bench' / 'own'))
from readers import read  # noqa: E402

TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120]
FILES = ('adapter/adapter_model.safetensors', 'base/model.safetensors', 'merged/model.safetensors', 'adapter.gguf', 'base.gguf')


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def main():
    folder = pathlib.Path(sys.argv[1])
    golden = {}
    for name in ('llama', 'qwen2', 'qwen3'):
        at = folder / name
        words = AutoTokenizer.from_pretrained(at / 'merged').encode('return find(a);\n')
        golden[name] = {'files': {file: digest(at / file) for file in FILES}, **read(at, sys.argv[2], TOKENS), 'words': words}
    (HERE / 'golden.json').write_text(json.dumps(golden, separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main()
