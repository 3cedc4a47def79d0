# What Hugging Face's transformers and peft, and llama.cpp, make of the exports that test/package/export.test.ts makes again:
#   node test/golden/export/make.ts FOLDER
#   python3 test/golden/export/make.py FOLDER LLAMA_SERVER     (pip install torch transformers peft)
# Writes golden.json: per model SHA-256 of what was read, and what comes after the last token: logits of base, of base with adapter, of what
# is merged; of llama.cpp the logarithms of all probabilities.
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

TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def llama(server, *options):
    process = subprocess.Popen([server, *map(str, options), '--port', '18181', '-c', '64', '-t', '1', '--no-warmup'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ask = lambda path, body=None: json.load(urllib.request.urlopen(f'http://127.0.0.1:18181{path}', body and json.dumps(body).encode(), timeout=60))
    try:
        for _ in range(300):
            try:
                if ask('/health')['status'] == 'ok':
                    break
            except OSError:
                time.sleep(0.2)
        said = ask('/completion', {'prompt': TOKENS, 'n_predict': 1, 'n_probs': 320, 'temperature': 1, 'cache_prompt': False})
        found = {each['id']: each['logprob'] for each in said['completion_probabilities'][0]['top_logprobs']}
        return [round(found[token], 5) for token in range(320)]
    finally:
        process.kill()
        process.wait()


def main():
    folder = pathlib.Path(sys.argv[1])
    golden = {}
    for name in ('llama', 'qwen2'):
        at = folder / name
        load = lambda which: AutoModelForCausalLM.from_pretrained(at / which, dtype=torch.float32)
        logits = lambda model: [round(x, 5) for x in model.eval()(torch.tensor([TOKENS])).logits[0, -1].tolist()]
        with torch.no_grad():
            golden[name] = {
                'files': {file: digest(at / file) for file in ('adapter/adapter_model.safetensors', 'base/model.safetensors', 'merged/model.safetensors', 'adapter.gguf', 'base.gguf')},
                'base': logits(load('base')),
                'adapter': logits(PeftModel.from_pretrained(load('base'), at / 'adapter')),
                'merged': logits(load('merged')),
                'llama.cpp': llama(sys.argv[2], '-m', at / 'base.gguf', '--lora', at / 'adapter.gguf'),
                'words': AutoTokenizer.from_pretrained(at / 'merged').encode('return find(a);\n'),
            }
    (pathlib.Path(__file__).resolve().parent / 'golden.json').write_text(json.dumps(golden, separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main()
