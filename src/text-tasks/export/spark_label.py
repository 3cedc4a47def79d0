"""Labels a table with Spark: spark-submit spark_label.py IN OUT --column text (or python, with pyspark installed)

IN is a file or folder of .csv, .parquet or .jsonl; OUT a folder, which gets files of the same kind.
"""

import argparse
import sys
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, DoubleType, StringType, StructField, StructType

HERE = Path(__file__).resolve().parent


def labelled_by(column, names, folder):
    def label(batches):
        # Loaded once for each task of a worker.
        sys.path.insert(0, SparkFiles.get(folder))
        from features import Labeller

        labeller = Labeller(threads=1)
        for batch in batches:
            rows = labeller.label(batch[column].fillna(""))
            for name, own in zip(["label", "how sure", "in doubt"], names):
                batch[own] = [row[name] for row in rows]
            yield batch

    return label


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--column", required=True, help="column of the texts")
    parser.add_argument("--separator", default=",")
    args = parser.parse_args()
    spark = SparkSession.builder.appName("label texts").getOrCreate()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1024")
    spark.sparkContext.addFile(str(HERE), recursive=True)
    kind = next((path.suffix for path in [Path(args.input), *Path(args.input).glob("*")] if path.suffix), "")
    if kind == ".csv":
        table = spark.read.csv(args.input, header=True, sep=args.separator, multiLine=True, quote='"', escape='"')
    elif kind == ".parquet":
        table = spark.read.parquet(args.input)
    elif kind in (".json", ".jsonl"):
        table = spark.read.json(args.input)
    else:
        parser.error(f"{args.input} is no .csv, .parquet or .jsonl")
    ours = zip(["label", "how sure", "in doubt"], [StringType(), DoubleType(), BooleanType()])
    fields = [(name if name not in table.columns else f"{name} (local)", type_) for name, type_ in ours]
    schema = StructType([*table.schema.fields, *(StructField(name, type_) for name, type_ in fields)])
    label = labelled_by(args.column, [name for name, _ in fields], HERE.name)
    tasks = 4 * spark.sparkContext.defaultParallelism
    write = table.repartition(tasks).mapInPandas(label, schema).write.mode("error")
    if kind == ".csv":
        write.csv(args.output, header=True, quote='"', escape='"')
    else:
        write.parquet(args.output) if kind == ".parquet" else write.json(args.output)


if __name__ == "__main__":
    main()
