"""Ask a running server as clients of openai and of huggingface_hub do. Usage: check_server.py URL MODEL"""
import sys

import huggingface_hub
import numpy
import openai

url, model = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
texts = ["今天天气真好", "今天是晴天", "我饿了"]

default = client.embeddings.create(model=model, input=texts)
floats = client.embeddings.create(model=model, input=texts, encoding_format="float")
assert default.usage.prompt_tokens == default.usage.total_tokens > 0
for decoded, plain in zip(default.data, floats.data, strict=True):
    assert len(decoded.embedding) == len(plain.embedding)
    assert max(abs(a - b) for a, b in zip(decoded.embedding, plain.embedding)) < 1e-7
short = client.embeddings.create(model=model, input=texts[0], dimensions=8)
assert len(short.data[0].embedding) == 8
assert client.models.list().data[0].id == model
try:
    client.embeddings.create(model="other", input=texts)
    raise SystemExit("a model that is not served was accepted")
except openai.NotFoundError as error:
    assert error.code == "model-unknown", error.code
print("openai", openai.__version__, "passes")

# The page's address alone, as for a server of text-embeddings-inference.
hub = huggingface_hub.InferenceClient(url)
vectors = hub.feature_extraction(texts, normalize=True, truncate=True)
assert numpy.abs(vectors - [row.embedding for row in floats.data]).max() < 1e-6
assert hub.feature_extraction(texts[0]).shape == (1, vectors.shape[1])
scores = huggingface_hub.InferenceClient(f"{url}/similarity").sentence_similarity(texts[0], other_sentences=texts[1:])
assert len(scores) == 2 and scores[0] > scores[1]
print("huggingface_hub", huggingface_hub.__version__, "passes")
