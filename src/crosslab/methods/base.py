"""What a method is: one object that turns a batch into a loss."""

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from crosslab.classification import class_scores
from crosslab.data.batching import Encoded, Marks


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Sentence pairs as the model reads them, with their labels.

    A batch stays where it was made; what a model needs of it follows the model (``logits``).
    """

    input_ids: Tensor  # (batch, length)
    attention_mask: Tensor  # (batch, length)
    token_type_ids: Tensor  # (batch, length): 1 from the second sentence on
    labels: Tensor  # (batch,)
    movable: Tensor  # (batch, length): true for tokens of words
    words: Tensor  # (batch, length): the word that begins there, 0 for none, -1 if one goes on
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """The tokens of every word of a table, where words can have several."""

    tokens: Tensor  # (words, most tokens)
    counts: Tensor  # (words,): how many of them count


@dataclass(frozen=True, slots=True)
class WordTable:
    """For each word of a table, the words it may be replaced by."""

    words: Tensor  # (words, most choices)
    choices: Tensor  # (words,): how many of them count; 0 where there is none
    spelling: Spelling | None = None  # nothing where every word is the token of its number

    def drawn(self, words: Tensor, generator: torch.Generator) -> Tensor:
        """Return, for each word, a uniform draw from its choices; the word itself without any."""
        points = torch.rand(words.shape, generator=generator)
        known = words.clamp(min=0)  # where a word goes on, nothing is drawn
        choices = self.choices[known]
        place = (points * choices).long()
        return torch.where(choices > 0, self.words[known, place], words)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a method may know beside the batch."""

    neighbours: WordTable  # source words for source words; every word is its own first choice
    dictionary: WordTable  # translations into the target languages: only ``code-switch`` looks


@dataclass(frozen=True, slots=True)
class Context:
    """Where an update stands, what it may know, and where its chance comes from."""

    resources: Resources
    generator: torch.Generator
    progress: float  # share of the updates that are done


class Method(Protocol):
    """A way to fine-tune. Frozen: everything that changes during a run is passed in."""

    key: ClassVar[str]
    paper: ClassVar[str]
    section: ClassVar[str]

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the loss of one batch, every random draw taken from the context."""
        ...


@runtime_checkable
class Rewriting(Protocol):
    """A method that also rewrites the training set, once, before training begins."""

    @property
    def epochs(self) -> int:
        """How often the rewritten set is gone through."""
        ...

    def training_set(
        self, pairs: Encoded, resources: Resources, generator: torch.Generator
    ) -> Encoded:
        """Return the set to train on: a whole number of copies of the pairs, in their order."""
        ...


def logits(model: PreTrainedModel, batch: PairBatch, embeddings: Tensor | None = None) -> Tensor:
    """Return the class scores of a batch, shape ``(batch, labels)``.

    Word embeddings may be given in place of the words: that is how noise gets in.
    """
    there = model.device
    words = (
        {"input_ids": batch.input_ids.to(there)}
        if embeddings is None
        else {"inputs_embeds": embeddings}
    )
    return class_scores(
        model,
        attention_mask=batch.attention_mask.to(there),
        token_type_ids=batch.token_type_ids.to(there),
        **words,
    )


def cross_entropy(
    model: PreTrainedModel, batch: PairBatch, embeddings: Tensor | None = None
) -> Tensor:
    """Return the mean cross-entropy of a batch."""
    scores = logits(model, batch, embeddings)
    return functional.cross_entropy(scores, batch.labels.to(scores.device))


def replaced(
    batch: PairBatch, table: WordTable, generator: torch.Generator, where: Tensor | None = None
) -> PairBatch:
    """Return a copy of the batch with words drawn from a table in the places of its words.

    ``where`` says which words are replaced; all of them if nothing is said. A word without
    choices stays, and so does its spelling.
    """
    drawn = table.drawn(batch.words, generator)
    words = drawn if where is None else torch.where(where, drawn, batch.words)
    if table.spelling is None:
        return replace(batch, input_ids=words, words=words)
    return _respelled(batch, words, table.spelling)


def _respelled(batch: PairBatch, words: Tensor, spelling: Spelling) -> PairBatch:
    """Return the batch with other words in it, its rows as long as their tokens now are."""
    changed = words != batch.words
    counts = batch.attention_mask * ~(_going_on(batch.words) & _of_its_word(changed, batch.words))
    counts = torch.where(changed, spelling.counts[words.clamp(min=0)], counts)
    place = torch.repeat_interleave(counts.flatten())  # where each new token comes from
    number = torch.arange(len(place)) - (counts.flatten().cumsum(0) - counts.flatten())[place]
    spelled = spelling.tokens[words.flatten()[place].clamp(min=0), number]
    tokens = torch.where(changed.flatten()[place], spelled, batch.input_ids.flatten()[place])
    begun = torch.where(number == 0, words.flatten()[place], -1)
    lengths = counts.sum(dim=1)
    kept = torch.arange(int(lengths.max())) < lengths[:, None]

    def rows(values: Tensor, filling: int) -> Tensor:
        return torch.full(kept.shape, filling, dtype=values.dtype).masked_scatter(kept, values)

    return PairBatch(
        input_ids=rows(tokens, batch.padding),
        attention_mask=kept.long(),
        token_type_ids=rows(batch.token_type_ids.flatten()[place], 0),
        labels=batch.labels,
        movable=rows(batch.movable.flatten()[place], 0),
        words=rows(begun, 0),
        padding=batch.padding,
    )


def _going_on(words: Tensor) -> Tensor:
    return words < 0


def _of_its_word(said: Tensor, words: Tensor) -> Tensor:
    """Return, for each token, what is said of the token at which its word begins."""
    places = torch.arange(words.shape[1]).expand_as(words)
    begins = torch.where(_going_on(words), 0, places).cummax(dim=1).values
    return said.gather(1, begins)


def pair_batch(inputs: Encoded, labels: NDArray[np.integer]) -> PairBatch:
    """Return encoded pairs as the tensors a model takes."""
    ids = inputs.ids.astype(np.int64)
    attended = ids != inputs.marks.padding
    places = np.arange(ids.shape[1])[None, :]
    second = (places >= inputs.second_starts[:, None]) & attended
    input_ids = torch.from_numpy(ids)
    words = None if inputs.words is None else torch.from_numpy(inputs.words.astype(np.int64))
    return PairBatch(
        input_ids=input_ids,
        attention_mask=torch.from_numpy(attended.astype(np.int64)),
        token_type_ids=torch.from_numpy(second.astype(np.int64)),
        labels=torch.from_numpy(labels.astype(np.int64)),
        movable=torch.from_numpy(~np.isin(ids, inputs.marks.special)),
        words=input_ids if words is None else words,
        padding=inputs.marks.padding,
    )


def encoded_batch(batch: PairBatch, marks: Marks) -> Encoded:
    """Return the inputs that a batch was made of."""
    lengths = batch.attention_mask.sum(dim=1)
    return Encoded(
        batch.input_ids.numpy().astype(np.int32),
        lengths.numpy().astype(np.int32),
        (lengths - batch.token_type_ids.sum(dim=1)).numpy().astype(np.int32),
        marks,
        None if batch.words is batch.input_ids else batch.words.numpy().astype(np.int32),
    )
