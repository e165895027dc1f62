"""The Rust tokenizers, asked over standard input: one JSON request a line.

{"load": tokenizer.json}  -> {"version": v}
{"encode": [texts]}       -> {"ids": [[id, ...], ...], "seconds": s}, of one core
{"hard": count}           -> {"texts": [text, ...]}, that are easily split wrongly
"""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers
from tokenizer_families import hard_texts

tokenizer = None


def answer(request):
    global tokenizer
    if "load" in request:
        tokenizer = tokenizers.Tokenizer.from_file(request["load"])
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return {"version": tokenizers.__version__}
    if "hard" in request:
        return {"texts": hard_texts(request["hard"])}
    start = time.process_time()
    encodings = tokenizer.encode_batch(request["encode"])
    seconds = time.process_time() - start
    return {"ids": [encoding.ids for encoding in encodings], "seconds": seconds}


for line in sys.stdin:
    print("answer", json.dumps(answer(json.loads(line))), flush=True)
