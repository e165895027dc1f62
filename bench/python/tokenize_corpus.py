"""The Rust tokenizers, asked over standard input: one JSON request a line.

{"load": tokenizer.json}  -> {"version": v}
{"encode": [texts]}       -> {"ids": [[id, ...], ...], "seconds": s}, on one core
"""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers

tokenizer = None


def answer(request):
    global tokenizer
    if "load" in request:
        tokenizer = tokenizers.Tokenizer.from_file(request["load"])
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return {"version": tokenizers.__version__}
    start = time.perf_counter()
    encodings = tokenizer.encode_batch(request["encode"])
    seconds = time.perf_counter() - start
    return {"ids": [encoding.ids for encoding in encodings], "seconds": seconds}


for line in sys.stdin:
    print("answer", json.dumps(answer(json.loads(line))), flush=True)
