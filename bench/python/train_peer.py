"""Training steps in PyTorch, asked over standard input: one JSON request a line.

{"load": folder, "threads": n, "rate": r}      -> {"parameters": n}
{"train": [texts], "length": t, "steps": n}    -> {"seconds": [s, ...], "losses": [l, ...]}
{"memory": true}                               -> {"megabytes": m}: the peak of this process
Mean squared error of mean-pooled embeddings to fixed targets; AdamW as PyTorch has it by default.
"""
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import torch
from transformers import AutoTokenizer, BertModel

state = {}


def load(request):
    torch.set_num_threads(request["threads"])
    model = BertModel.from_pretrained(request["load"], add_pooling_layer=False, dtype=torch.float32)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=request["rate"], weight_decay=0.01)
    tokenizer = AutoTokenizer.from_pretrained(request["load"])
    state.update(model=model, optimizer=optimizer, tokenizer=tokenizer)
    return {"parameters": sum(p.numel() for p in model.parameters())}


def step(batch, target):
    model, optimizer = state["model"], state["optimizer"]
    optimizer.zero_grad()
    hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1).float()
    embeddings = (hidden * mask).sum(1) / mask.sum(1)
    loss = torch.nn.functional.mse_loss(embeddings, target)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss)


def train(request):
    texts, length = request["train"], request["length"]
    batch = state["tokenizer"](texts, truncation=True, max_length=length, padding=True, return_tensors="pt")
    width = state["model"].config.hidden_size
    target = torch.full((len(texts), width), 0.5)
    seconds, losses = [], []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        losses.append(step(batch, target))
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "losses": losses}


def memory():
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return {"megabytes": int(line.split()[1]) / 1024}


def answer(request):
    if "load" in request:
        return load(request)
    return memory() if "memory" in request else train(request)


for line in sys.stdin:
    print("answer " + json.dumps(answer(json.loads(line))), flush=True)
