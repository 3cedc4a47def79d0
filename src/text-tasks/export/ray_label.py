"""Labels a table with Ray Data: python ray_label.py IN OUT --column text

IN is a file or folder of .csv, .parquet or .jsonl; OUT a folder, which gets files of the same kind.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
from pyarrow import csv
from ray.data import ActorPoolStrategy

HERE = Path(__file__).resolve().parent


class LabelBatch:
    def __init__(self, column):
        from features import Labeller

        self.column, self.labeller = column, Labeller(threads=1)

    def __call__(self, batch):
        rows = self.labeller.label(["" if text is None else text for text in batch[self.column]])
        for name in ["label", "how sure", "in doubt"]:
            batch[name if name not in batch else f"{name} (local)"] = [row[name] for row in rows]
        return batch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--column", required=True, help="column of the texts")
    parser.add_argument("--separator", default=",")
    parser.add_argument("--actors", type=int, default=None, help="processes, one core each; default: all cores")
    args = parser.parse_args()
    ray.init(runtime_env={"working_dir": str(HERE)}, include_dashboard=False)
    kind = next((path.suffix for path in [Path(args.input), *Path(args.input).glob("*")] if path.suffix), "")
    if kind == ".csv":
        options = csv.ParseOptions(delimiter=args.separator, newlines_in_values=True)
        table = ray.data.read_csv(args.input, parse_options=options)
    elif kind == ".parquet":
        table = ray.data.read_parquet(args.input)
    elif kind in (".json", ".jsonl"):
        table = ray.data.read_json(args.input)
    else:
        parser.error(f"{args.input} is no .csv, .parquet or .jsonl")
    actors = args.actors or int(ray.available_resources()["CPU"])
    # Smaller blocks, so that every actor has work.
    labelled = table.repartition(4 * actors).map_batches(
        LabelBatch,
        fn_constructor_kwargs={"column": args.column},
        batch_size=1024,
        # One thread each, and half of the cores is left for reading and writing, which would wait for ever.
        num_cpus=0.5,
        compute=ActorPoolStrategy(size=actors),
    )
    write = {".csv": labelled.write_csv, ".parquet": labelled.write_parquet}.get(kind, labelled.write_json)
    write(args.output)


if __name__ == "__main__":
    main()
