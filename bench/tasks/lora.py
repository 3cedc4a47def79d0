# The paper's opponent: LoRA of a small language model on a task's labels, as peft trains it. Reads a request on standard input (peft.ts writes it) and
# prints a line of JSON after every rate. pip install torch transformers peft gguf accelerate. Every rate trains the same steps; the calibration texts choose between the rates.
import json
import os
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer

BATCH = 16
MOST_TOKENS = 96
RANK = 16


def batches(rows, generator):
    """Rows of similar length together, so that little is padding; the batches in random order."""
    order = torch.randperm(len(rows), generator=generator).tolist()
    chunks = [order[i:i + 20 * BATCH] for i in range(0, len(order), 20 * BATCH)]
    cut = [chunk[i:i + BATCH] for chunk in (sorted(c, key=lambda at: len(rows[at]['ids'])) for c in chunks) for i in range(0, len(chunk), BATCH)]
    return [cut[i] for i in torch.randperm(len(cut), generator=generator).tolist()]


def padded(rows, pad):
    length = max(len(row['ids']) for row in rows)
    ids = torch.tensor([row['ids'] + [pad] * (length - len(row['ids'])) for row in rows])
    mask = torch.tensor([[1] * len(row['ids']) + [0] * (length - len(row['ids'])) for row in rows])
    return ids, mask


def predict(model, rows, pad):
    model.eval()
    probabilities = []
    with torch.inference_mode():
        for at in range(0, len(rows), BATCH):
            ids, mask = padded(rows[at:at + BATCH], pad)
            probabilities += model(input_ids=ids, attention_mask=mask).logits.float().softmax(-1).tolist()
    return probabilities


def right(probabilities, rows):
    return sum(max(range(len(p)), key=p.__getitem__) == row['label'] for p, row in zip(probabilities, rows)) / len(rows)


def train(request, rows, tokenizer, rate):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(1)
    folder, file = os.path.split(request['model'])
    base = AutoModelForSequenceClassification.from_pretrained(folder, gguf_file=file, num_labels=request['labels'], dtype=torch.bfloat16)
    base.config.pad_token_id = tokenizer.pad_token_id
    model = get_peft_model(base, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules='all-linear', task_type='SEQ_CLS'))
    trainable = [each for each in model.parameters() if each.requires_grad]
    for each in trainable:
        each.data = each.data.float()
    optimizer = torch.optim.AdamW(trainable, lr=rate)
    steps = request['epochs'] * len(batches(rows['train'], generator))
    began, step = time.time(), 0
    for _ in range(request['epochs']):
        for chosen in batches(rows['train'], generator):
            model.train()
            some = [rows['train'][at] for at in chosen]
            ids, mask = padded(some, tokenizer.pad_token_id)
            with torch.autocast('cpu', dtype=torch.bfloat16):
                logits = model(input_ids=ids, attention_mask=mask).logits
            loss = torch.nn.functional.cross_entropy(logits.float(), torch.tensor([row['label'] for row in some]))
            loss.backward()
            # Linear: a tenth of the steps up, then down to zero.
            step += 1
            for group in optimizer.param_groups:
                group['lr'] = rate * min(1, 10 * step / steps) * max(0, 1 - step / steps)
            optimizer.step()
            optimizer.zero_grad()
            if step % 20 == 0:
                print(f'rate {rate}: step {step} of {steps}, loss {loss.item():.3f}, {time.time() - began:.0f} s', file=sys.stderr, flush=True)
    return model, time.time() - began, time.process_time()


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request.get('threads', 1))
    folder, file = os.path.split(request['model'])
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    rows = {split: [{'ids': tokenizer(f"{row['text']}\nLabel:")['input_ids'][-MOST_TOKENS:], 'label': row['label']} for row in some]
            for split, some in request['rows'].items()}
    best, rates = None, {}
    for rate in request['rates']:
        before = time.process_time()
        model, seconds, _ = train(request, rows, tokenizer, rate)
        processor = time.process_time() - before
        with torch.autocast('cpu', dtype=torch.bfloat16):
            calibration = right(predict(model, rows['calibration'], tokenizer.pad_token_id), rows['calibration'])
        rates[str(rate)] = calibration
        if best is None or calibration > best['calibration']:
            began, used = time.time(), time.process_time()
            with torch.autocast('cpu', dtype=torch.bfloat16):
                test = [probabilities for row in rows['test'] for probabilities in predict(model, [row], tokenizer.pad_token_id)]
            best = {'rate': rate, 'calibration': calibration, 'seconds': seconds, 'processor-seconds': processor, 'test': test,
                    'ms-a-text': 1000 * (time.time() - began) / len(test), 'processor-ms-a-text': 1000 * (time.process_time() - used) / len(test)}
        del model
        # After every rate, so that a run that is ended early has said something. Kilobytes on Linux.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({**best, 'rates': rates, 'peak-bytes': peak}), flush=True)


main()
