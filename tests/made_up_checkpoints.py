"""Tiny checkpoints of the architectures and tokenizers of the paper: nobody trained them."""

import json

import torch
from made_up_data import FUNCTION_WORDS, PLACES, SUBJECTS, VERBS, word_in
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    XLMConfig,
    XLMModel,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaTokenizer,
    XLMTokenizer,
)

WORDS = [*SUBJECTS, *VERBS, *PLACES, *FUNCTION_WORDS]
LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FOREIGN = {
    letter for language in ("de", "zh") for word in WORDS for letter in word_in(language, word)
}
LETTERS = [*LATIN, *sorted(FOREIGN - set(LATIN))]
SIGNS = ".,?!'"


def bert_tokenizer(folder):
    """Word pieces, some words whole, all letters."""
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SIGNS]
    known += [*WORDS[::2], *LETTERS, *(f"##{each}" for each in LETTERS)]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(known))}
    return BertTokenizer(vocab=vocabulary, do_lower_case=False)


def xlm_roberta_tokenizer(folder):
    """A unigram model over text whose spaces are signs."""
    special = [(each, 0.0) for each in ("<s>", "<pad>", "</s>", "<unk>")]
    words = [(f"▁{word}", -2.0) for word in WORDS[::2]]
    letters = [(each, -8.0) for each in ("▁", *LETTERS, *SIGNS)]
    pieces = list(dict([*special, *words, *letters]).items())
    return XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)])


def xlm_tokenizer(folder):
    """Byte pairs that mark the ends of words; letters, and a few pairs of them."""
    special = ["<s>", "</s>", "<pad>", "<unk>", *(f"<special{each}>" for each in range(10))]
    pairs = [("t", "h"), ("th", "e</w>"), ("i", "n</w>")]
    known = [*special, *LETTERS, *(f"{each}</w>" for each in [*LETTERS, *SIGNS])]
    known += ["".join(pair) for pair in pairs]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(known))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text(
        "".join(f"{one} {two} 9\n" for one, two in pairs), encoding="utf-8"
    )
    return XLMTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), do_lowercase_and_remove_accent=False
    )


SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
KINDS = {
    "bert": (BertModel, BertConfig, bert_tokenizer, {**SMALL, "max_position_embeddings": 128}),
    "xlm-roberta": (
        XLMRobertaModel,
        XLMRobertaConfig,
        xlm_roberta_tokenizer,
        {**SMALL, "max_position_embeddings": 130, "type_vocab_size": 1},
    ),
    "xlm": (
        XLMModel,
        XLMConfig,
        xlm_tokenizer,
        {
            "emb_dim": 16,
            "n_layers": 2,
            "n_heads": 2,
            "n_langs": 100,
            "use_lang_emb": False,
            "max_position_embeddings": 128,
        },
    ),
}


def write_made_up_checkpoint(folder, kind):
    """Write a checkpoint of a kind as it would be published, and return its folder."""
    model, config, tokenizer, sizes = KINDS[kind]
    folder.mkdir(parents=True)
    made = tokenizer(folder)
    marks = {"pad_token_id": made.pad_token_id} if kind == "xlm-roberta" else {}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        if kind == "xlm":
            sizes = {**sizes, "pad_index": made.pad_token_id}
        encoder = model(config(vocab_size=len(made), **sizes, **marks))
    encoder.save_pretrained(folder)
    made.save_pretrained(folder)
    return folder
