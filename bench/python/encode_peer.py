"""sentence-transformers on PyTorch, or on ONNX Runtime (through Optimum), asked over standard input:
one JSON request a line.

{"load": folder, "threads": n, "max_length": t | null, "backend": "torch" | "onnx", default torch}
{"encode": [texts], "batch_size": n}           -> {"seconds": s}
{"vectors": [texts]}                           -> {"vectors": [[x, ...], ...]}
{"one_by_one": [texts]}                        -> {"milliseconds": [m, ...]}
"""
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import torch
from sentence_transformers import SentenceTransformer

model = None


def model_options(backend, threads):
    if backend == "torch":
        return {"dtype": torch.float32}
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return {"file_name": "onnx/model.onnx", "provider": "CPUExecutionProvider", "session_options": options}


def answer(request):
    global model
    if "load" in request:
        torch.set_num_threads(request["threads"])
        backend = request.get("backend", "torch")
        model = SentenceTransformer(request["load"], device="cpu", backend=backend, model_kwargs=model_options(backend, request["threads"]))
        if request.get("max_length"):
            model.max_seq_length = request["max_length"]
        return {"threads": torch.get_num_threads()}
    if "encode" in request:
        start = time.perf_counter()
        model.encode(request["encode"], batch_size=request["batch_size"], show_progress_bar=False)
        return {"seconds": time.perf_counter() - start}
    if "vectors" in request:
        return {"vectors": model.encode(request["vectors"], show_progress_bar=False).tolist()}
    times = []
    for text in request["one_by_one"]:
        start = time.perf_counter()
        model.encode(text, show_progress_bar=False)
        times.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": times}


for line in sys.stdin:
    print("answer " + json.dumps(answer(json.loads(line))), flush=True)
