# Prints the loss curve of a run: training loss averaged over equal stretches, every validation, speed.
import argparse
import json

from common import folder_of


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', default='S', help='run, or run/branch, under the cache')
    parser.add_argument('--points', type=int, default=30)
    options = parser.parse_args()
    rows = [json.loads(line) for line in open(folder_of(options.run) / 'log.jsonl')]
    training = [r for r in rows if 'loss' in r]
    width = max(1, -(-len(training) // options.points))
    print('step      tokens      loss   tokens/s')
    top = max((r['loss'] for r in training), default=1)
    for i in range(0, len(training), width):
        part = training[i:i + width]
        loss = sum(r['loss'] for r in part) / len(part)
        rate = len(part) / sum(1 / max(1, r['rate']) for r in part)
        print(f"{part[-1]['step']:>7} {part[-1]['tokens'] / 1e6:>8.2f} M {loss:>9.4f} {rate:>9.0f}  {'#' * round(50 * loss / top)}")
    for row in rows:
        if 'validation' in row:
            print(f"validation at {row['step']}: {row['validation']}")


if __name__ == '__main__':
    main()
