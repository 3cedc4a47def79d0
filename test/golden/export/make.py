# What llama.cpp computes from the export that test/neural/models/export.test.ts makes again:
#   node test/golden/export/make.ts FOLDER
#   python3 test/golden/export/make.py FOLDER LLAMA_SERVER
# Writes golden.json: SHA-256 of what was read, and after the last of the tokens the logarithms of the probabilities.
import hashlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120]
FILES = ('adapter.gguf', 'base.gguf')
VOCABULARY = 320


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def llama(server, *options):
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
        said = ask('/completion', {'prompt': TOKENS, 'n_predict': 1, 'n_probs': VOCABULARY, 'temperature': 1, 'cache_prompt': False})
        found = {each['id']: each['logprob'] for each in said['completion_probabilities'][0]['top_logprobs']}
        return [round(found[token], 5) for token in range(VOCABULARY)]
    finally:
        process.kill()
        process.wait()


def main():
    at = pathlib.Path(sys.argv[1]) / 'export'
    probabilities = llama(sys.argv[2], '-m', at / 'base.gguf', '--lora', at / 'adapter.gguf')
    golden = {'files': {file: digest(at / file) for file in FILES}, 'llama.cpp': probabilities}
    (HERE / 'golden.json').write_text(json.dumps(golden) + '\n')


if __name__ == '__main__':
    main()
