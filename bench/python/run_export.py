"""Runs exported folders in other programs: PROGRAM, asked over standard input, one JSON a line.

{"folder": f, "texts": [...]}  -> {"vectors": [[...]]} or {"missing": reason}
PROGRAM is onnxruntime (with Hugging Face's tokenizers) or fastembed.
"""
import json
import sys

import numpy


def with_onnxruntime(folder, texts):
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    padding = json.load(open(f"{folder}/config.json", encoding="utf8"))["pad_token_id"]
    tokenizer.enable_padding(pad_id=padding)
    rows = tokenizer.encode_batch(texts)
    session = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx")
    matrices = {
        "input_ids": [row.ids for row in rows],
        "attention_mask": [row.attention_mask for row in rows],
        "token_type_ids": [row.type_ids for row in rows],
    }
    asked = [value.name for value in session.get_inputs()]
    feeds = {name: numpy.array(matrices[name], dtype=numpy.int64) for name in asked}
    return session.run(["sentence_embedding"], feeds)[0]


def with_fastembed(folder, texts):
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"local{folder}"
    size = json.load(open(f"{folder}/config.json", encoding="utf8"))["hidden_size"]
    TextEmbedding.add_custom_model(
        model=name,
        pooling=PoolingType.MEAN,
        normalization=False,
        sources=ModelSource(hf=name),
        dim=size,
        model_file="onnx/model.onnx",
    )
    return numpy.array(list(TextEmbedding(name, specific_model_path=folder).embed(texts)))


run = {"onnxruntime": with_onnxruntime, "fastembed": with_fastembed}[sys.argv[1]]
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"vectors": run(request["folder"], request["texts"]).tolist()}
    except ImportError as error:
        answer = {"missing": str(error)}
    print("answer " + json.dumps(answer), flush=True)
