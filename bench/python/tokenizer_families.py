"""Tokenizers with the steps of today's encoders, trained on texts of ours, and texts that are hard for them.

The steps are those of the models' own tokenizer.json: of Qwen3-Embedding, of EmbeddingGemma (Gemma 3) and of
ModernBERT (gte, granite). Only the vocabularies are made here.

    python tokenizer_families.py FOLDER SIZE < TEXTS   # one text a line; SIZE tokens or a few more each
"""
import json
import pathlib
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

QWEN2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def byte_alphabet():
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def plain(content, normalized=False):
    return AddedToken(content, special=False, normalized=normalized)


def qwen3(texts, size):
    """The end of a text is a token that Qwen pads with as well; its chat tokens lie behind the vocabulary."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2_WORDS), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, initial_alphabet=byte_alphabet(), show_progress=False))
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_pad|>"]
    tokenizer.add_tokens([special(name) for name in names])
    tokenizer.add_tokens([plain(name) for name in ["<tool_call>", "</tool_call>", "<think>", "</think>"]])
    end = tokenizer.token_to_id("<|endoftext|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        processors.TemplateProcessing("$A <|endoftext|>", "$A:0 $B:0 <|endoftext|>:0", [("<|endoftext|>", end)]),
    ])
    return tokenizer


def gemma3(texts, size):
    """SentencePiece's byte-pair encoding: spaces are marks, words are whole lines, bytes spell what is unknown."""
    named = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    lines = ["\n" * count for count in range(1, 6)]
    marks = ["▁" * count for count in range(2, 8)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    # SentencePiece learns no token over the beginning of a word, nor over digits.
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\d|▁*[^▁\d]+|▁+"), "isolated")
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[*named, *BYTES, *lines, *marks], limit_alphabet=size // 2, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    description = json.loads(tokenizer.to_str())
    model, added = description["model"], [*named, *lines, *marks]
    # Every token of the vocabulary that is two others is a merge there, runs of marks too.
    model["merges"] += [["▁" * left, "▁" * (total - left)] for total in range(2, 8) for left in range(1, total)]
    model["vocab"].setdefault("▁", len(model["vocab"]))
    description["added_tokens"] = [
        {"id": model["vocab"][content], "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": content in named}
        for content in added
    ]
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing("<bos> $A <eos>", "<bos> $A <eos> <bos>:1 $B:1 <eos>:1", [("<bos>", 2), ("<eos>", 1)])
    return tokenizer


def modernbert(texts, size):
    """GPT-NeoX's vocabulary: runs of spaces are tokens beside it, found once a text is normalized."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    first = [special("|||IP_ADDRESS|||"), special("<|padding|>")]
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=first, initial_alphabet=byte_alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([plain(" " * count, normalized=True) for count in range(24, 1, -1)])
    tokenizer.add_tokens([plain("|||EMAIL_ADDRESS|||", normalized=True), special("<|endoftext|>")])
    tokenizer.add_tokens([special(name, lstrip=name == "[MASK]") for name in ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]])
    frame = [(name, tokenizer.token_to_id(name)) for name in ["[CLS]", "[SEP]"]]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", frame)
    return tokenizer


FAMILIES = {"qwen3": qwen3, "gemma3": gemma3, "modernbert": modernbert}

# Blocks from which random characters are drawn: of scripts with cases, marks and digits of their own, of signs,
# beyond the first plane, and not assigned; no letters or numbers that Unicode 17 added, which the reference's
# regular expressions do not know and some engines do.
BLOCKS = [
    (0x00, 0x7F), (0x80, 0x24F), (0x2B0, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0xE00, 0xEFF),
    (0x1100, 0x11FF), (0x1AB0, 0x1AFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x24FF), (0x2E80, 0x312F),
    (0x3130, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA7CD), (0xA800, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xE0FF),
    (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x107FF), (0x11000, 0x11AFF), (0x17000, 0x187F7), (0x18800, 0x18AFF),
    (0x1D000, 0x1D7FF), (0x1F000, 0x1FAFF), (0x20000, 0x2A6DF), (0x30000, 0x323AF), (0xE0000, 0xE01EF), (0x10FF00, 0x10FFFF),
]
PARTS = [
    "'s", "'S", "'ſ", "'ll", "'LL", "'lL", "'t", "'RE", "'Ve", "'d", "'m", "'", "’s", " 's", "can't", "DON'T", "I'VE",
    " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\n ", "\u3000", "\xa0", "\u2028", "\u200b", "\ufeff", "\x85", "\x0b", "\x1c",
    "花呗", "还款", "，", "。", "句子", "向量", "語句", "１２３", "0", "12", "3.14", "1,000", "٣٤", "Ⅷ", "½", "²", "५", "𝟘",
    "é", "e\u0301", "\u1100\u1161\u11a8", "각", "Å", "\u212b", "가\u11a8", "ﬁ", "ß", "İ", "Σς", "\u0345",
    "👍", "👍🏽", "👨‍👩‍👧‍👦", "🇨🇳", "❤️", "☺", "𠮷", "𝒳", "🀄", "def f(x):\n    return x", "a_b", "camelCase", "==", "->", "/* */", "http://a.b/c?d=1",
    "▁", "▁▁", "▁▁▁", "##", "Ġ", "<0x41>", "<0xE4>", "\u2581 ",
    "<|endoftext|>", "<|im_end|>", "<|im_start|>", "<think>", "</think>", "<tool_call>", "<bos>", "<eos>", "<pad>", "<unk>", "<mask>", " <mask>",
    "[CLS]", "[SEP]", "[MASK]", "  [MASK] ", "[PAD]", "[UNK]", "</s>", "<s>", "|||IP_ADDRESS|||", "|||EMAIL_ADDRESS|||", "<|padding|>",
]


def hard_texts(count, seed=21):
    """Texts of characters drawn from all of Unicode, of parts that are easily split wrongly, and of both."""
    draw = random.Random(seed)
    character = lambda: chr(draw.randint(*draw.choice(BLOCKS)))
    letters = "abcdefghijklmnopqrstuvwxyz"
    kinds = [
        lambda: "".join(character() for _ in range(draw.randint(1, 24))),
        lambda: "".join(draw.choice(PARTS) for _ in range(draw.randint(1, 12))),
        lambda: "".join(draw.choice(PARTS) if draw.random() < 0.6 else character() for _ in range(draw.randint(1, 16))),
        lambda: draw.choice(" \t\n\u3000") * draw.randint(1, 60) + draw.choice(PARTS),
        lambda: "".join(draw.choice("0123456789") for _ in range(draw.randint(1, 40))),
        lambda: draw.choice(PARTS) * draw.randint(2, 40),
        lambda: "".join(draw.choice(letters) for _ in range(draw.randint(1, 80))),
    ]
    return ["", " ", "\n", *(draw.choice(kinds)() for _ in range(count - 3))]


def main(folder, size):
    texts = sys.stdin.read().split("\n")
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for name, train in FAMILIES.items():
        train(texts, size).save(f"{folder}/{name}.tokenizer.json", pretty=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
