"""Write a sentence-transformers folder around a BERT with random weights: FOLDER LAYERS VOCAB_TXT [WIDTH].

12 heads, 768 wide as bert-base where no width is given; mean pooling; 256 tokens. Seeded.
"""
import json
import os
import shutil
import sys

import torch
from transformers import BertConfig, BertModel

folder, layers, vocabulary = sys.argv[1], int(sys.argv[2]), sys.argv[3]
width = int(sys.argv[4]) if len(sys.argv) > 4 else 768
os.makedirs(f"{folder}/1_Pooling", exist_ok=True)
torch.manual_seed(0)
config = BertConfig(
    vocab_size=21128, num_hidden_layers=layers, hidden_size=width, intermediate_size=4 * width
)
BertModel(config, add_pooling_layer=False).save_pretrained(folder)
shutil.copy(vocabulary, f"{folder}/vocab.txt")


def write(name, value):
    with open(f"{folder}/{name}", "w", encoding="utf8") as file:
        json.dump(value, file)


write("tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512})
write("sentence_bert_config.json", {"max_seq_length": 256, "do_lower_case": False})
write("1_Pooling/config.json", {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True})
module = "sentence_transformers.models."
write("modules.json", [
    {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
])
