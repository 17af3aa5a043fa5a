"""How the same work is done without this project: what ``make bench`` measures against.

Both baselines are given what they need in memory (token ids, sentences), so that
neither is charged for reading files or for tokenizing what it could have kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
)

from crosslab.config import FinetuneConfig, Precision
from crosslab.data.batching import Encoded
from crosslab.models import SEPARATOR, SPECIAL_WORDS, START, precise

Padding = Literal["fixed", "batch"]
Features = list[dict[str, Any]]
Encode = Callable[[str, str], Mapping[str, Any]]  # a pair of sentences as ids of a fixed length

_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def pair_tokenizer(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """Return a tokenizer of ``transformers`` that joins two sentences as the lab does."""
    own = Tokenizer.from_str(tokenizer.to_str())
    start, separator = SPECIAL_WORDS[START], SPECIAL_WORDS[SEPARATOR]
    own.post_processor = TemplateProcessing(
        single=f"{start} $A {separator}",
        pair=f"{start} $A {separator} $B:1 {separator}:1",
        special_tokens=[(start, START), (separator, SEPARATOR)],
    )
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=own,
        model_input_names=list(_INPUTS),
        **dict(zip(names, SPECIAL_WORDS, strict=True)),
    )


def features(inputs: Encoded, labels: NDArray[np.integer]) -> Features:
    """Return encoded pairs as ``transformers`` keeps them: a dictionary of lists an item."""
    return [
        {
            "input_ids": ids[:length].tolist(),
            "attention_mask": [1] * length,
            "token_type_ids": [0] * second + [1] * (length - second),
            "labels": label,
        }
        for ids, length, second, label in zip(
            inputs.ids,
            inputs.lengths.tolist(),
            inputs.second_starts.tolist(),
            labels.tolist(),
            strict=True,
        )
    ]


class _Watch(TrainerCallback):
    """Notes the time at the beginning of every update."""

    def __init__(self, note: Callable[[], None]) -> None:
        self.note = note

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Note the time."""
        self.note()


def trainer(  # noqa: PLR0913 - what a training consists of, each part named
    model: BertForSequenceClassification,
    items: Features,
    tokenizer: PreTrainedTokenizerFast,
    *,
    padding: Padding,
    longest: int,
    steps: int,
    config: FinetuneConfig,
    folder: Path,
    note: Callable[[], None],
) -> Trainer:
    """Return the ``Trainer`` of ``transformers``, with the settings of the study.

    Its collators are the two it falls back on: given a tokenizer it pads to the longest
    item of a batch, given none it expects items of a fixed length, which is how the
    released code of the paper under study pads (128 there, the longest input here).
    """
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=config.batch,
        max_steps=steps,
        learning_rate=config.optimizer.learning_rate,
        weight_decay=config.optimizer.weight_decay,
        warmup_steps=config.optimizer.warm_up_steps,
        max_grad_norm=config.optimizer.clip_norm,
        lr_scheduler_type="linear",
        use_cpu=True,
        bf16=config.precision == "bfloat16",
        dataloader_pin_memory=False,
        disable_tqdm=True,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
    )
    made = Trainer(
        model=model,
        args=arguments,
        train_dataset=items if padding == "batch" else _padded(items, tokenizer, longest),
        data_collator=DataCollatorWithPadding(tokenizer)
        if padding == "batch"
        else default_data_collator,
        callbacks=[_Watch(note)],
    )
    made.remove_callback(PrinterCallback)
    return made


def _padded(items: Features, tokenizer: PreTrainedTokenizerFast, longest: int) -> Features:
    return [dict(tokenizer.pad(each, padding="max_length", max_length=longest)) for each in items]


def answers_by_script(  # noqa: PLR0913 - what such a script is called with
    checkpoint: Path,
    encode: Encode,
    first: Sequence[str],
    second: Sequence[str],
    *,
    batch: int,
    precision: Precision = "float32",
) -> NDArray[np.float32]:
    """Return the answers to one pair of languages as a script called once a pair makes them.

    It loads the model, turns every pair of sentences into ids of a fixed length, and
    answers in small batches in the order of the file.
    """
    model = BertForSequenceClassification.from_pretrained(checkpoint).eval()
    pairs = [encode(one, other) for one, other in zip(first, second, strict=True)]
    with torch.inference_mode(), precise(model, precision):
        found = [
            model(**inputs).logits.float().softmax(dim=1).numpy()
            for inputs in _in_batches(pairs, batch)
        ]
    return np.concatenate(found)


def _in_batches(pairs: Sequence[Any], size: int) -> Iterator[dict[str, torch.Tensor]]:
    tensors = {name: torch.tensor([pair[name] for pair in pairs]) for name in _INPUTS}
    for begin in range(0, len(pairs), size):
        yield {name: each[begin : begin + size] for name, each in tensors.items()}
