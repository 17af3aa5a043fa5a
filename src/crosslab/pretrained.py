"""Published multilingual encoders, from a folder of models or from the hub."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Final

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from crosslab.config import CheckpointConfig
from crosslab.errors import DataError
from crosslab.models import seeded
from crosslab.provenance import digest
from crosslab.vocabularies.published import PublishedVocabulary

MODELS: Final = "models"  # in a folder of data, one folder per checkpoint

# The second, where nobody has the first, is read by torch's reader of tensors, which runs no code.
_WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
_CONFIG: Final = "config.json"
_TOKENIZER: Final = ("tokenizer*", "vocab*", "merges*", "sentencepiece*", "special_tokens*")
_UNREADABLE: Final = (
    OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError, UnpicklingError,
)  # fmt: skip
_ANY_TEXT: Final = "a e i o n s t r"  # of which every vocabulary knows a letter


_ANEW: Final = "Remove it and fetch it again."


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
    try:
        kind = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))["model_type"]
    except _UNREADABLE as error:
        said = f"{type(error).__name__}: {error}"
        return [f"{folder / _CONFIG} says no model_type ({said}). {_again(config)}"]
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
    """Return the encoder as a classifier reads it: with a pooler where the classifier has one.

    Raises:
        DataError: Files are damaged, lack weights that the configuration has, or know no letter.
    """
    with _readable(folder):
        with seeded(0, "checkpoint"):  # for what a checkpoint may lack
            classifier, loading = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32, output_loading_info=True
            )
        tokenizer = AutoTokenizer.from_pretrained(folder)
    problems = [
        *_lacking(folder, loading["missing_keys"], classifier.base_model_prefix),
        *_illiterate(folder, tokenizer),
    ]
    if problems:
        raise DataError(problems)
    return Pretrained(classifier.base_model.eval(), PublishedVocabulary(tokenizer))


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Say which checkpoint it is that cannot be read, in one line."""
    try:
        yield
    except (*_UNREADABLE, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "mismatched" not in str(error):
            raise  # of memory, say
        said = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        raise DataError(f"The checkpoint {folder} cannot be read ({said}). {_ANEW}") from error


def _lacking(folder: Path, missing: Collection[str], body: str) -> list[str]:
    """Return whether weights of the body are missing; a head is new for every run."""
    gone = sorted(each for each in missing if each.startswith(f"{body}.") and "pooler" not in each)
    if not gone:
        return []
    return [
        f"{folder} has no weights for {len(gone)} parts that its {_CONFIG} has, {gone[0]} among "
        f"them: they would be drawn at random. {_ANEW}"
    ]


def _illiterate(folder: Path, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Return whether every letter is unknown, as where files of the tokenizer are missing."""
    found = tokenizer(_ANY_TEXT, add_special_tokens=False)["input_ids"]
    if set(found) - {tokenizer.unk_token_id}:
        return []
    return [
        f"The tokenizer in {folder} knows none of the letters {_ANY_TEXT}: files of it are missing "
        f"or empty ({', '.join(_TOKENIZER)}). {_ANEW}"
    ]


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
