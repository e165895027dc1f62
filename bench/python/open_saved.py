"""Opens a model folder with sentence-transformers and compares its vectors with golden ones.

    python bench/python/open_saved.py FOLDER [--texts F.json --golden F.npy] [--against FOLDER]

The golden vectors are those of the texts in order, without normalisation or prompt. `--against`
compares with another folder instead, opened the same way. Prints one line of JSON.
"""

import argparse
import json
import logging
import pathlib
import warnings

import numpy
from sentence_transformers import SentenceTransformer

ROOT = pathlib.Path(__file__).parents[2]


def texts_of(path: pathlib.Path) -> list[str]:
    content = json.loads(path.read_text())
    rows = content["texts"] if isinstance(content, dict) else content
    return [row["text"] if isinstance(row, dict) else row for row in rows]


def described(model: SentenceTransformer) -> dict:
    return {
        "modules": [type(module).__name__ for module in model],
        "max_seq_length": model.max_seq_length,
        "prompts": model.prompts,
        "default_prompt_name": model.default_prompt_name,
        "similarity": str(model.similarity_fn_name),
        "dtype": str(next(model.parameters()).dtype),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--texts", type=pathlib.Path, default=ROOT / "test/fixtures/texts.json")
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--against")
    options = parser.parse_args()
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.WARNING)

    model = SentenceTransformer(options.folder, device="cpu")
    result = {"folder": options.folder, **described(model)}
    texts = texts_of(options.texts)
    vectors = model.encode(texts, batch_size=32)
    if options.golden:
        golden = numpy.load(options.golden)
        result["largest_difference_from_golden"] = float(abs(vectors - golden).max())
    if options.against:
        other = SentenceTransformer(options.against, device="cpu")
        result["against"] = described(other)
        difference = abs(vectors - other.encode(texts, batch_size=32)).max()
        result["largest_difference_from_other"] = float(difference)
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
