"""A tiny English encoder in a package of its own, as the real one comes: nobody trained it."""

import torch
from made_up_data import FUNCTION_WORDS, PLACES, SUBJECTS, VERBS
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

from crosslab.config import EnglishConfig
from crosslab.provenance import digest

PACKAGE = "tiny_english_encoder"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def pieces():
    """Return word pieces: half of the words whole, the others in two pieces, and letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = dict.fromkeys([*SPECIAL, *letters, *(f"##{each}" for each in letters)])
    for number, word in enumerate([*SUBJECTS, *VERBS, *PLACES, *FUNCTION_WORDS]):
        if number % 2 or len(word) < 5:
            known[word] = None
        else:
            known[word[:3]] = known[f"##{word[3:]}"] = None
    vocabulary = {word: number for number, word in enumerate(known)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    return made


def write_made_up_english(folder):
    """Write the package below a folder that Python looks in, and return what to ask for."""
    tokenizer = pieces()
    model = folder / PACKAGE / "model"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = BertModel(
            BertConfig(
                vocab_size=tokenizer.get_vocab_size(),
                hidden_size=16,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=32,
                max_position_embeddings=64,
            )
        )
    encoder.save_pretrained(model)
    tokenizer.save(str(model / "tokenizer.json"))
    (folder / PACKAGE / "__init__.py").write_text("")
    weights = (model / "model.safetensors").read_bytes()
    return EnglishConfig(name="made-up/english", package=PACKAGE, sha256=digest(weights))
