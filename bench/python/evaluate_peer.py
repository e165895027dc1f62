"""sentence-transformers' own evaluator, asked over standard input: one JSON request a line.

{"load": folder, "threads": n, "prompt": p}
{"evaluate": [{"first": [texts], "second": [texts], "gold": [numbers]}, ...]} -> {"seconds": s, "scores": [...]}
"""
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator

model = None


def answer(request):
    global model
    if "load" in request:
        torch.set_num_threads(request["threads"])
        model = SentenceTransformer(request["load"], device="cpu", model_kwargs={"dtype": torch.float32}, prompts={"bench": request["prompt"]}, default_prompt_name="bench")
        return {"threads": torch.get_num_threads()}
    start = time.perf_counter()
    scores = []
    for task in request["evaluate"]:
        evaluator = EmbeddingSimilarityEvaluator(task["first"], task["second"], task["gold"], batch_size=32, write_csv=False, similarity_fn_names=["cosine", "manhattan", "euclidean", "dot"])
        scores.append(100 * float(evaluator(model)["spearman_cosine"]))
    return {"seconds": time.perf_counter() - start, "scores": scores}


for line in sys.stdin:
    print("answer " + json.dumps(answer(json.loads(line))), flush=True)
