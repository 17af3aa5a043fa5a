"""Published multilingual encoders, from a folder of models or from the hub."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel

from crosslab.config import CheckpointConfig
from crosslab.errors import DataError
from crosslab.models import seeded
from crosslab.provenance import digest
from crosslab.vocabularies.published import PublishedVocabulary

MODELS: Final = "models"  # in a folder of data, one folder per checkpoint

_WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
_CONFIG: Final = "config.json"
_TOKENIZER: Final = ("tokenizer*", "vocab*", "merges*", "sentencepiece*", "special_tokens*")


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A published encoder, and the vocabulary that it reads by."""

    encoder: PreTrainedModel
    vocabulary: PublishedVocabulary


def checkpoint_folder(config: CheckpointConfig, models: Path | None) -> Path:
    """Return where a checkpoint lies: among these models if it is there, else in the hub's cache.

    Raises:
        DataError: It cannot be had, or is not what the study is about.
    """
    own = models / config.name.rpartition("/")[2] if models else None
    folder = own if own and own.is_dir() else _downloaded(config, own)
    problems = _problems(folder, config)
    if problems:
        raise DataError(problems)
    return folder


def _problems(folder: Path, config: CheckpointConfig) -> list[str]:
    weights = _weights(folder)
    if not (folder / _CONFIG).is_file() or weights is None:
        wanted = f"{_CONFIG} and {' or '.join(_WEIGHTS)}"
        return [f"{folder} is no checkpoint: it needs {wanted}. {_again(config)}"]
    problems = []
    kind = json.loads((folder / _CONFIG).read_text(encoding="utf-8")).get("model_type")
    if kind != config.model_type:
        problems.append(
            f"{folder} holds a model of type '{kind}', and {config.name} is of type "
            f"'{config.model_type}'. {_again(config)}"
        )
    if config.sha256 is not None and (found := digest(weights.read_bytes())) != config.sha256:
        problems.append(
            f"{weights} has SHA-256 {found}, and the study is about the weights with "
            f"{config.sha256}. {_again(config)}"
        )
    return problems


def checkpoint_hashes(folder: Path) -> dict[str, str]:
    """Return the hashes of a checkpoint's configuration and weights."""
    weights = _weights(folder)
    assert weights is not None
    return {path.name: digest(path.read_bytes()) for path in (folder / _CONFIG, weights)}


def load_pretrained(folder: Path) -> Pretrained:
    """Return the encoder as a classifier reads it: with a pooler where the classifier has one."""
    with seeded(0, "checkpoint"):  # for what a checkpoint may lack
        classifier = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Pretrained(classifier.base_model.eval(), PublishedVocabulary(tokenizer))


def _weights(folder: Path) -> Path | None:
    return next((folder / each for each in _WEIGHTS if (folder / each).is_file()), None)


def _downloaded(config: CheckpointConfig, own: Path | None) -> Path:
    from huggingface_hub import snapshot_download  # only where no folder has it

    try:
        for weights in _WEIGHTS:
            folder = Path(
                snapshot_download(
                    config.name,
                    revision=config.revision,
                    allow_patterns=[_CONFIG, weights, *_TOKENIZER],
                )
            )
            if _weights(folder) is not None:
                break
    except Exception as error:
        raise DataError(
            f"The checkpoint {config.name} could not be had from the hub: "
            f"{type(error).__name__}. Where there is no network, put it into "
            f"{own or f'DIR/{MODELS}/{config.name}'} and give its folder of data with --data."
        ) from error
    return folder


def _again(config: CheckpointConfig) -> str:
    return f"Remove it and fetch {config.name} again, or give another folder with --data."
