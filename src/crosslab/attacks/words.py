"""Attacks by words: some words of a sentence are exchanged for others that mean the same.

What a word may be exchanged for is a table: synonyms, or translations (which mixes languages).
Every word is exchanged once at most, so a budget is a number of words.
"""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from crosslab.attacks.margins import Found, Margin
from crosslab.errors import UsageError
from crosslab.methods.base import PairBatch, WordTable, replaced


@dataclass(frozen=True, slots=True)
class Exchange:
    """Words that may be exchanged: in which rows, for which others, with what in view."""

    margin: Margin
    batch: PairBatch
    items: Tensor
    table: WordTable


def worst(exchange: Exchange, budget: int, *, tries: int, generator: torch.Generator) -> Found:
    """Return the least margins after 0, 1, ... exchanges, and the words they were found with.

    Each exchange is the worst of so many that are tried, drawn without repetition among those
    that are left; where none of them is worse than what there is, the row stays as it is.
    """
    if budget < 0 or tries < 1:
        raise UsageError(f"A budget is 0 or more, tries 1 or more (got {budget}, {tries}).")
    words, least = exchange.batch.words, _margins(exchange, exchange.batch.words)
    found = [(least, words)]
    for _ in range(budget):
        offers = _offers(exchange, words, tries, generator)
        if offers.words.shape[1] > 0:
            margins = _margins_of_many(exchange, offers.words)
            lowest, place = margins.masked_fill(~offers.there, torch.inf).min(dim=1)
            lower = lowest < least
            chosen = offers.words[torch.arange(len(place)), place]
            words = torch.where(lower[:, None], chosen, words)
            least = torch.where(lower, lowest, least)
        found.append((least, words))
    return _stacked(found)


def at_random(exchange: Exchange, budget: int, *, generator: torch.Generator) -> Found:
    """Return the margins after 0, 1, ... random exchanges, and the words."""
    words = exchange.batch.words
    found = [(_margins(exchange, words), words)]
    for _ in range(budget):
        offers = _offers(exchange, words, 1, generator)
        if offers.words.shape[1] > 0:
            words = torch.where(offers.there[:, :1], offers.words[:, 0], words)
        found.append((_margins(exchange, words), words))
    return _stacked(found)


def exchanged(exchange: Exchange, words: Tensor) -> PairBatch:
    """Return the batch with words that an attack found in place of its own."""
    return replaced(exchange.batch, _decided(exchange.table, words), torch.Generator())


def _stacked(found: list[tuple[Tensor, Tensor]]) -> Found:
    margins, words = zip(*found, strict=True)
    return Found(torch.stack(margins), torch.stack(words))


@dataclass(frozen=True, slots=True)
class _Offers:
    """For each row some ways to exchange one more word; fewer where fewer are left."""

    words: Tensor  # (rows, offers, length)
    there: Tensor  # (rows, offers)


def _offers(exchange: Exchange, words: Tensor, tries: int, generator: torch.Generator) -> _Offers:
    original, table = exchange.batch.words, exchange.table
    known = original.clamp(min=0)
    choices = table.words[known]  # (rows, length, choices)
    numbers = torch.arange(choices.shape[2])
    open_ = (numbers < table.choices[known][..., None]) & (choices != original[..., None])
    open_ &= ((words == original) & (original > 0))[..., None]
    keys = torch.rand(open_.shape, generator=generator).masked_fill(~open_, -1).flatten(1)
    best, flat = keys.topk(min(tries, keys.shape[1]), dim=1)
    place, choice = flat // choices.shape[2], flat % choices.shape[2]
    rows = torch.arange(len(words))[:, None]
    offered = words[:, None, :].repeat(1, flat.shape[1], 1)
    offered.scatter_(2, place[..., None], choices[rows, place, choice][..., None])
    there = best >= 0
    offered = torch.where(there[..., None], offered, words[:, None, :])
    kept = there.any(dim=0)
    return _Offers(offered[:, kept], there[:, kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided(WordTable):
    """A table that leaves nothing to chance: each word becomes what was decided."""

    decided: Tensor = field(default_factory=lambda: torch.zeros(0))

    def drawn(self, words: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        return self.decided


def _decided(table: WordTable, words: Tensor) -> WordTable:
    return _Decided(
        words=table.words, choices=table.choices, spelling=table.spelling, decided=words
    )


def _margins(exchange: Exchange, words: Tensor) -> Tensor:
    return _margins_of_many(exchange, words[:, None, :])[:, 0]


def _margins_of_many(exchange: Exchange, words: Tensor) -> Tensor:
    """Return the margins of each row with each of its offered words, shape ``(rows, offers)``."""
    rows, offers, _ = words.shape
    batch = _repeated(exchange.batch, offers)
    said = replaced(batch, _decided(exchange.table, words.flatten(0, 1)), torch.Generator())
    with torch.no_grad():
        margins = exchange.margin(said, exchange.items.repeat_interleave(offers))
    return margins.cpu().reshape(rows, offers)


def _repeated(batch: PairBatch, times: int) -> PairBatch:
    names = ("input_ids", "attention_mask", "token_type_ids", "labels", "movable", "words")
    return replace(
        batch, **{name: getattr(batch, name).repeat_interleave(times, dim=0) for name in names}
    )
