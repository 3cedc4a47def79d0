# Memory of a LoRA of a large model, as peft trains it: python3 bench/adapt/lora.py prints JSON (pip install torch transformers peft).
# The model has the shape of Qwen2.5-0.5B and random weights, in bfloat16: what training takes hangs on the shape alone. As ours is trained: rank 16 on
# every projection, windows of 512 tokens one at a time, AdamW.
import json
import resource

import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

TOKENS = 512
STEPS = 2


def main():
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    config = Qwen2Config(vocab_size=151_936, hidden_size=896, intermediate_size=4_864, num_hidden_layers=24, num_attention_heads=14,
                         num_key_value_heads=2, tie_word_embeddings=True, use_cache=False)
    model = Qwen2ForCausalLM(config)
    parameters = sum(each.numel() for each in model.parameters())
    adapted = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules='all-linear', task_type='CAUSAL_LM'))
    optimizer = torch.optim.AdamW([each for each in adapted.parameters() if each.requires_grad], lr=1e-3)
    for _ in range(STEPS):
        ids = torch.randint(0, config.vocab_size, (1, TOKENS))
        adapted(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    print(json.dumps({'parameters': parameters, 'bytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
