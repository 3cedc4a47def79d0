# The same training step in PyTorch fp32, for bench/engine/main.ts: python3 bench/engine/pytorch.py PRESET BATCH LENGTH THREADS FEED_FORWARD
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'models' / 'pretrain'))
import torch  # noqa: E402
from model import Llama, configuration  # noqa: E402


def main():
    preset, batch, length, threads = sys.argv[1], *map(int, sys.argv[2:5])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = Llama({**configuration(preset, 16384), 'intermediate_size': int(sys.argv[5])})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1)
    ids = torch.randint(0, 16384, (batch, length))
    targets = torch.randint(0, 16384, (batch, length))
    least = float('inf')
    for _ in range(6):
        start = time.perf_counter()
        optimizer.zero_grad()
        logits = model(ids).flatten(0, 1) @ model.model.embed_tokens.weight.t()
        torch.nn.functional.cross_entropy(logits, targets.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        least = min(least, time.perf_counter() - start)
    import resource
    print(json.dumps({'tokens-per-second': batch * length / least, 'step-ms': least * 1000,
                      'peak-mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


main()
