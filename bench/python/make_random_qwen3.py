"""An encoder of the shapes of Qwen3-Embedding-0.6B with random bfloat16 weights, for measurements of speed and memory.

    python make_random_qwen3.py FOLDER < TEXTS   # one a line, to train its tokenizer on
"""
import json
import pathlib
import sys

import torch
from tokenizer_families import FAMILIES
from transformers import Qwen3Config, Qwen3Model

folder = pathlib.Path(sys.argv[1])
(folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
torch.set_default_dtype(torch.bfloat16)
config = Qwen3Config(
    vocab_size=151_669,
    hidden_size=1024,
    intermediate_size=3072,
    num_hidden_layers=28,
    num_attention_heads=16,
    num_key_value_heads=8,
    head_dim=128,
    max_position_embeddings=32_768,
    rope_theta=1_000_000,
    tie_word_embeddings=True,
)
Qwen3Model(config).save_pretrained(folder)
FAMILIES["qwen3"](sys.stdin.read().split("\n"), 8000).save(str(folder / "tokenizer.json"))


def write(name, value):
    (folder / name).write_text(json.dumps(value), encoding="utf8")


write("tokenizer_config.json", {"tokenizer_class": "Qwen2Tokenizer", "pad_token": "<|endoftext|>", "padding_side": "left", "model_max_length": 131_072})
write("sentence_bert_config.json", {"max_seq_length": 128, "do_lower_case": False})
write("1_Pooling/config.json", {"word_embedding_dimension": 1024, "pooling_mode_lasttoken": True, "include_prompt": True})
module = "sentence_transformers.models."
write("modules.json", [
    {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
])
