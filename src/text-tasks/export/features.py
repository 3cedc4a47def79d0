"""Labels texts as Easy Adaptation does. `python features.py --check` compares it with test-vector.json.

Needs numpy, onnxruntime and tokenizers. `Labeller().label(texts)` gives a dict for each text.
"""

import os

# From 1.29 on, onnxruntime's libraries for Linux and macOS report to their maker unless this is set before the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import json
import math
import re
import sys
import unicodedata
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
COLUMNS = 1 << 18
PARTS = 3
# UTF-16 units of a text that are used, and that the n-grams and the encoder read of it.
MAX_TEXT, MAX_READ = 20_000, 4_000
# Texts of a run, of like lengths.
BATCH = 16
SPACES = frozenset("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B))))


def cut(text, units):
    """The first UTF-16 units; half a character stays a lone surrogate, as in JavaScript."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")


def units_of(text):
    """A string with a character for each UTF-16 unit."""
    return "".join(map(chr, np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")))


def from_units(units):
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def for_tokenizer(text):
    """As the product's tokenizer reads it: lone surrogates are dropped, and a last sigma is written as one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").lower()


def hashed(part, gram):
    h = 0x811C9DC5 ^ part
    for unit in units_of(gram):
        h = ((h ^ ord(unit)) * 0x01000193) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 0x2C1B3C6D) & 0xFFFFFFFF
    return (h ^ (h >> 12)) % COLUMNS


@lru_cache(maxsize=100_000)
def word_columns(word):
    """Of the word, and of its substrings of 2 to 5 units with a space before and behind it."""
    padded = units_of(f" {word} ")
    return hashed(0, word), [
        hashed(1, padded[at : at + length]) for length in range(2, 6) for at in range(len(padded) - length + 1)
    ]


@lru_cache(maxsize=200_000)
def pair_column(first, second):
    return hashed(0, f"{first} {second}")


@lru_cache(maxsize=10_000)
def is_word_character(character):
    return character == "_" or unicodedata.category(character)[0] in "LN"


def words_of(text):
    words, word = [], ""
    for character in text.lower():
        if is_word_character(character):
            word += character
            continue
        if word:
            words.append(word)
            word = ""
        if character not in SPACES:
            words.append(character)
    return words + [word] if word else words


def grams(text):
    """Columns of each part, with repetitions: words and pairs; characters; the head of the text with each later word."""
    text = cut(text, MAX_READ)
    words = words_of(text)
    parts = [[], [], []]
    for i, word in enumerate(words):
        column, characters = word_columns(word)
        parts[0].append(column)
        if i > 0:
            parts[0].append(pair_column(words[i - 1], word))
        parts[1].extend(characters)
    match = re.match(r"([^\n]{1,60}?): (.*)\Z", units_of(text), re.S)
    head, rest = map(from_units, match.groups()) if match else (words[0] if words else "", text)
    rest_words = words_of(rest)
    first = next((i for i, word in enumerate(rest_words) if is_word_character(word[0])), None)
    start = [] if first is None else rest_words[first : first + 3]
    parts[2] = [hashed(2, f"{head}^{' '.join(start[: i + 1])}") for i in range(len(start))]
    letter = next((c for c in rest if unicodedata.category(c)[0] == "L"), "")
    parts[2].append(hashed(2, f"{head}^{'upper' if letter and unicodedata.category(letter) == 'Lu' else 'lower'}"))
    parts[2].extend(hashed(2, f"{head}~{word}") for word in dict.fromkeys(rest_words))
    return parts


def gram_inputs(texts):
    counted = [[np.unique(np.array(part, dtype=np.int64), return_counts=True) for part in grams(text)] for text in texts]
    width = max(1, max(len(columns) for parts in counted for columns, _ in parts))
    columns = np.zeros((len(texts), PARTS, width), dtype=np.int32)
    tf = np.zeros((len(texts), PARTS, width), dtype=np.float32)
    for i, parts in enumerate(counted):
        for part, (found, counts) in enumerate(parts):
            columns[i, part, : len(found)] = found
            tf[i, part, : len(found)] = 1 + np.log(counts)
    return {"columns": columns, "tf": tf}


def log_odds(p, margin):
    p = min(1 - margin, max(margin, p))
    return math.log(p / (1 - p))


def linear(model, values):
    terms = zip(model["weights"], values, model["mean"], model["scale"])
    standard = [(w, max(-5, min(5, (v - mean) / scale))) for w, v, mean, scale in terms if scale != 0]
    return model["intercept"] + sum(w * value for w, value in standard)


def estimate(fitted, values, prior):
    score = prior + (linear(fitted["model"], values) if fitted.get("model") else 0)
    if fitted.get("calibrator"):
        score += linear(fitted["calibrator"], [score])
    return 1 / (1 + math.exp(-score)) if score >= 0 else 1 - 1 / (1 + math.exp(score))


class Labeller:
    def __init__(self, folder=HERE, threads=1):
        folder = Path(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        load = lambda name: ort.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
        self.model = load("model.onnx")
        exported = json.loads((folder / "labels.json").read_text("utf-8"))
        self.names = [label["name"] for label in exported["labels"]]
        self.calibration = exported["calibration"]
        self.encoder = load("encoder.onnx") if exported["encoder"] else None
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json")) if self.encoder else None

    def vectors(self, texts):
        """f32 [texts, 384] of length one: the mean over tokens."""
        ids = [self.tokenizer.encode(for_tokenizer(cut(text, MAX_READ))).ids for text in texts]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            width = max(len(ids[i]) for i in batch)
            tokens = np.zeros((len(batch), width), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, i in enumerate(batch):
                tokens[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            feeds = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            states = self.encoder.run(None, feeds)[0].astype(np.float64)
            sums = (states * mask[:, :, None]).sum(axis=1)
            vectors[batch] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors

    def probabilities(self, texts):
        """[texts, labels] of the local model, not calibrated."""
        out = []
        # The encoder sorts by length what it gets: the more texts, the less padding.
        for window in (texts[start : start + 1024] for start in range(0, len(texts), 1024)):
            vectors = self.vectors(window) if self.encoder else None
            for start in range(0, len(window), 64):
                feeds = gram_inputs(window[start : start + 64])
                if vectors is not None:
                    feeds["vectors"] = vectors[start : start + 64]
                out.append(self.model.run(None, feeds)[0])
        return np.concatenate(out) if out else np.zeros((0, len(self.names)), dtype=np.float32)

    def label(self, texts):
        """For each text its label, how sure that is (calibrated), and whether the product would doubt it."""
        plain = [cut(str(text), MAX_TEXT).strip() for text in texts]
        known = [i for i, text in enumerate(plain) if text]
        rows = [{"label": "", "how sure": 0.0, "in doubt": False} for _ in plain]
        for i, probabilities in zip(known, self.probabilities([plain[i] for i in known])):
            rows[i] = self.row(plain[i], probabilities.astype(float))
        return rows

    def row(self, text, probabilities):
        calibration = self.calibration
        first, second = sorted(probabilities, reverse=True)[:2]
        entropy = -sum(p * math.log(max(p, 1e-12)) for p in probabilities)
        expected = sum(p * accuracy for p, accuracy in zip(probabilities, calibration["apiAccuracy"]))
        before, after = log_odds(first, 0.005), log_odds(expected, 0.005)
        length = math.log1p(len(units_of(text)))
        values = [before, log_odds(second, 0.005), entropy, after, length, float(calibration["informed"])]
        sure = max(1 / len(probabilities), estimate(calibration["beforeCall"], values, before))
        if calibration["isAlone"]:
            in_doubt = sure < 0.5
        elif calibration["keepBelow"] is None:
            in_doubt = True
        else:
            after_call = calibration["assumed"]
            if after_call is None:
                after_call = estimate(calibration["afterCall"], values, after)
            in_doubt = after_call - sure >= calibration["keepBelow"]
        return {"label": self.names[int(np.argmax(probabilities))], "how sure": sure, "in doubt": bool(in_doubt)}


def check():
    """Exits with 1 if a text of test-vector.json gets another label, or is surer or less sure by more than 0.001."""
    expected = json.loads((HERE / "test-vector.json").read_text("utf-8"))
    rows = Labeller().label([row["text"] for row in expected])
    wrong = [
        f"{row['text'][:60]!r}: {got}, expected {row['label']}, {row['how sure']}, {row['in doubt']}"
        for row, got in zip(expected, rows)
        if got["label"] != row["label"]
        or abs(got["how sure"] - row["how sure"]) > 1e-3
        or got["in doubt"] != row["in doubt"]
    ]
    print("\n".join(wrong) or f"{len(rows)} texts are labelled as expected.")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] != ["--check"]:
        sys.exit("Usage: python features.py --check")
    sys.exit(check())
