"""Searches within domains and styles, and from one to another.

An encoder is aligned on queries of two domains, each with a style of its own, and asked within
either, in a domain and style that it has not met, and for passages that are said in the style of
the other domain. A probe says how much its vectors tell of the domain.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.lab.domains import specialized
from crosslab.lab.pairs import Pairs
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import Reader
from crosslab.methods.preparing import Aligning
from crosslab.models import MARKS, token_ids
from crosslab.retrieval.asking import ranked
from crosslab.retrieval.domains import Told, named_domains
from crosslab.retrieval.questions import sentences
from crosslab.retrieval.vectors import embedded
from crosslab.seeding import generator
from crosslab.trials.ground import Ground, Tried, asked, queries
from crosslab.trials.preparing import aligned

WITHIN, NEW, STYLES = "within", "new", "styles"


PROBE: Final = "probe"


def domains(encoder: BertForMaskedLM, ground: Ground, aligning: tuple[Aligning, ...]) -> Tried:
    """Align an encoder on queries of two domains and let it search in and across domains."""
    readers, new = _drawn(ground)
    learned = [each["train"] for each in readers]
    pairs = asked(learned, ground)
    told = _told(learned, ground) if ground.composition.confused else None
    model = encoder.base_model
    aligned(model, pairs, ground, aligning, told)
    searches = _searches(readers, new)
    return Tried(
        answers=_answers(model, searches, ground),
        metrics={},
        items=_items(readers, searches),
        tables={PROBE: _probed(model, ground)},
    )


Search = tuple[Reader, Reader]  # who says the queries, and who says the passages


def _drawn(ground: Ground) -> tuple[list[dict[str, Reader]], Reader]:
    """Return queries of the trained domains, and of the new one.

    No passage that is searched for in some domain is learned from in another.
    """
    config, lab = ground.config, ground.lab
    new = queries(specialized(lab, config.new_domain), config)["test"]
    first, second = (specialized(lab, each) for each in config.trained_domains)
    tests: list[bytes] = TASK.identities(new.items)
    of_first = TASK.identities(queries(first, config, apart=tests)["test"].items)
    of_second = queries(second, config, apart=[*tests, *of_first])
    others = TASK.identities(of_second["test"].items)
    return [queries(first, config, apart=[*tests, *others]), of_second], new


def _searches(readers: list[dict[str, Reader]], new: Reader) -> dict[str, list[Search]]:
    """Return what is searched: each search has a pool of its own."""
    here = [each["test"] for each in readers]
    crossed = [
        _restyled(reader, other.lab.formal)
        for reader, other in zip(here, reversed(here), strict=True)
    ]
    return {
        WITHIN: [(reader, reader) for reader in here],
        NEW: [(new, new)],
        STYLES: list(zip(here, crossed, strict=True)),
    }


def _restyled(reader: Reader, formal: float | None) -> Reader:
    """Return a reader of the same items that says them in another style."""
    return Reader(replace(reader.lab, formal=formal), reader.items, f"{reader.purpose}/restyled")


def _answers(model: PreTrainedModel, searches: dict[str, list[Search]], ground: Ground) -> pa.Table:
    """Return the ranks of every search; the name of an item begins with what is searched."""
    tables = []
    for kind, pairs in searches.items():
        for asking, answering in pairs:
            pool = asked([asking], ground, answering=[answering])
            named = replace(pool, names=tuple(f"{kind}-{name}" for name in pool.names))
            tables.append(ranked(model, named))
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _told(learned: list[Reader], ground: Ground) -> Told:
    """Return the passages of the training queries, and of which domain each is."""
    ids = {
        key: [sentence for reader in learned for sentence in reader.ids("second", key)]
        for key in ground.languages
    }
    numbers = np.repeat(np.arange(len(learned)), [len(each.items) for each in learned])
    return Told(sentences=sentences(ids, MARKS, ground.longest), domain=numbers)


def _probed(model: PreTrainedModel, ground: Ground) -> pa.Table:
    """Return which domain a probe names for sentences of both trained domains, by language."""
    found, domain = {}, np.repeat(np.arange(2), ground.config.measured)
    labs = [specialized(ground.lab, each) for each in ground.config.trained_domains]
    for key in ground.languages:
        ids = []
        for lab in labs:
            rng = generator(lab.config.world.seed, PROBE, lab.domain)
            meanings = lab.world.meanings(ground.config.measured, rng)
            rng = generator(lab.config.world.seed, PROBE, lab.domain, key)
            ids += token_ids(ground.tokenizer, lab.sentences(meanings, key, rng))
        found[key] = embedded(model, sentences({key: ids}, MARKS, ground.longest).in_language(key))
    asked, named = named_domains(found, domain)
    tables = [
        pa.table(
            {
                "item": pa.array([f"probe-{row:05d}" for row in asked.tolist()]),
                "first": pa.array([key] * len(asked)).dictionary_encode(),
                "prediction": pa.array(each.astype(np.int8)),
                "gold": pa.array(domain[asked].astype(np.int8)),
            }
        )
        for key, each in named.items()
    ]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _items(readers: list[dict[str, Reader]], searches: dict[str, list[Search]]) -> dict[str, Pairs]:
    here = {
        f"{each.lab.domain} {split}": each.items
        for of_domain in readers
        for split, each in of_domain.items()
    }
    (new, _) = searches[NEW][0]
    return {**here, f"{new.lab.domain} test": new.items}
