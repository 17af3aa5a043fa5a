"""Pre-training: an encoder from raw text, and its weights to and from bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import torch
from safetensors.torch import load, save
from transformers import BertForMaskedLM

from crosslab.alignment import word_translations
from crosslab.config import EncoderConfig, PretrainConfig
from crosslab.lab.laboratory import Laboratory, pretraining_text
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.models import masked_encoder, seeded, settle
from crosslab.recipes import masked_batches, masked_word_loss
from crosslab.training import Report, train, whole


@dataclass(frozen=True, slots=True)
class Pretrained:
    """An encoder, the text it learned from, how that went, and how its words line up."""

    model: BertForMaskedLM
    text: Mapping[str, Sequence[str]]
    losses: list[float]
    translations: pa.Table


def pretrained(
    lab: Laboratory, encoder: EncoderConfig, config: PretrainConfig, report: Report
) -> Pretrained:
    """Return an encoder pre-trained on the text of all languages of a laboratory."""
    settle(config.threads)
    tokenizer = lab_tokenizer(lab)
    text = {key: pretraining_text(lab, key) for key in (lab.config.source, *lab.config.targets)}
    model = masked_encoder(encoder, len(tokenizer.get_vocab()), config.seed)
    with seeded(config.seed, "dropout"):
        losses = train(
            model,
            whole(masked_batches(tokenizer, text, config)),
            lambda batch, _: masked_word_loss(model, batch),
            steps=config.steps,
            optimizer=config.optimizer,
            report=report,
        )
    return Pretrained(model, text, losses, word_translations(model, tokenizer, lab))


def weights(model: BertForMaskedLM) -> bytes:
    """Return the weights of an encoder, those that are shared between layers once."""
    seen: set[int] = set()
    kept: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            kept[name] = tensor.contiguous()
    return bytes(save(kept))


def restored(lab: Laboratory, encoder: EncoderConfig, content: bytes) -> BertForMaskedLM:
    """Return the encoder these weights were taken from."""
    model = masked_encoder(encoder, len(lab_tokenizer(lab).get_vocab()), seed=0)
    missing, unexpected = model.load_state_dict(load(content), strict=False)
    # The output layer shares its weights with the input embeddings, which are saved.
    assert not unexpected
    assert all(name.startswith("cls.predictions.") for name in missing)
    return model
