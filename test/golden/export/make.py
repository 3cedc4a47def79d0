# What Hugging Face's transformers and peft, and llama.cpp, make of the export that test/neural/models/export.test.ts makes again:
#   node test/golden/export/make.ts FOLDER
#   python3 test/golden/export/make.py FOLDER LLAMA_SERVER     (pip install torch transformers peft)
# Writes golden.json: SHA-256 of what was read, the ids of a text, and after the last of the tokens: logits of the base,
# of it with the adapter, of what is merged; of llama.cpp the logarithms of the probabilities.
import hashlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent
TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120]
FILES = ('adapter/adapter_model.safetensors', 'base/model.safetensors', 'merged/model.safetensors', 'adapter.gguf', 'base.gguf')


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def llama(server, tokens, size, *options):
    process = subprocess.Popen([server, *map(str, options), '--port', '18181', '-c', '256', '-t', '1', '--no-warmup'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ask = lambda path, body=None: json.load(urllib.request.urlopen(f'http://127.0.0.1:18181{path}', body and json.dumps(body).encode(), timeout=60))
    try:
        for _ in range(600):
            try:
                if ask('/health')['status'] == 'ok':
                    break
            except OSError:
                time.sleep(0.2)
        said = ask('/completion', {'prompt': tokens, 'n_predict': 1, 'n_probs': size, 'temperature': 1, 'cache_prompt': False})
        found = {each['id']: each['logprob'] for each in said['completion_probabilities'][0]['top_logprobs']}
        return [round(found[token], 5) for token in range(size)]
    finally:
        process.kill()
        process.wait()


def read(folder, server, tokens):
    load = lambda which: AutoModelForCausalLM.from_pretrained(folder / which, dtype=torch.float32)
    logits = lambda model: [round(x, 5) for x in model.eval()(torch.tensor([tokens])).logits[0, -1].tolist()]
    with torch.no_grad():
        base = logits(load('base'))
        return {
            'base': base,
            'adapter': logits(PeftModel.from_pretrained(load('base'), folder / 'adapter')),
            'merged': logits(load('merged')),
            'llama.cpp': llama(server, tokens, len(base), '-m', folder / 'base.gguf', '--lora', folder / 'adapter.gguf'),
        }


def main():
    at = pathlib.Path(sys.argv[1]) / 'export'
    words = AutoTokenizer.from_pretrained(at / 'merged').encode('return find(a);\n')
    golden = {'files': {file: digest(at / file) for file in FILES}, **read(at, sys.argv[2], TOKENS), 'words': words}
    (HERE / 'golden.json').write_text(json.dumps(golden) + '\n')


if __name__ == '__main__':
    main()
