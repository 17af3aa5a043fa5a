"""What encoders learn to search by in real languages, and what they are asked.

Questions and the sentences that answer them are LAReQA's, encyclopedic; the first paragraphs are
learned from, later ones asked about. Sentences that search for their translation are of FLORES
(general), TICO-19 (medical) and Tatoeba (everyday). Of each set rows are taken at even distances:
rows that follow one another are often of one text.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosslab.config import SearchesConfig
from crosslab.data import rows
from crosslab.data.catalogue import CARDS
from crosslab.data.loading import dictionary, neighbours, parallel, questions, translations
from crosslab.data.sources import Source
from crosslab.errors import DataError
from crosslab.grafting.training_data import measured_sentences
from crosslab.materials.real import MixedDesign, RealMaterial, word_places
from crosslab.methods.base import WordTable
from crosslab.retrieval.domains import Told
from crosslab.retrieval.material import real_questions
from crosslab.retrieval.questions import Numbers, Questions, Sentences, sentences
from crosslab.vocabularies.vocabulary import ENGLISH, Vocabulary
from crosslab.vocabularies.words import normal


@dataclass(frozen=True, slots=True)
class Halves:
    """Questions to learn from, and others to be asked, as they were published."""

    learned: rows.Questions
    asked: rows.Questions


def halves(source: Source, config: SearchesConfig) -> Halves:
    """Return the questions about the paragraphs that are learned from, and about those asked."""
    found = questions(source, config.languages)
    count = min(len(each) for each in found.paragraphs.values())
    if config.asked[1] > count:
        raise DataError(
            f"{CARDS[found.card].name} has {count} paragraphs; up to {config.asked[1]} are asked "
            "about. Ask about fewer."
        )
    return Halves(_about(found, 0, config.learned), _about(found, *config.asked))


def _about(found: rows.Questions, begin: int, end: int) -> rows.Questions:
    """Return the questions about some paragraphs, with the sentences of these alone."""
    inside = {
        key: np.flatnonzero((each >= begin) & (each < end))
        for key, each in found.paragraph_of.items()
    }
    first = {key: int(each[0]) for key, each in inside.items()}
    within = {key: np.isin(found.answers[key], each) for key, each in inside.items()}
    chosen = np.flatnonzero(np.logical_and.reduce(list(within.values())))
    return replace(
        found,
        items=_taken(found.items, chosen),
        questions={key: _taken(each, chosen) for key, each in found.questions.items()},
        candidates={key: _taken(each, inside[key]) for key, each in found.candidates.items()},
        answers={key: each[chosen] - first[key] for key, each in found.answers.items()},
        paragraphs={key: each[begin:end] for key, each in found.paragraphs.items()},
        paragraph_of={key: each[inside[key]] - begin for key, each in found.paragraph_of.items()},
    )


def _taken(values: Sequence[str], chosen: Numbers) -> tuple[str, ...]:
    return tuple(values[row] for row in chosen.tolist())


def asked(found: rows.Questions, vocabulary: Vocabulary, config: SearchesConfig) -> Questions:
    """Return questions as an encoder reads them, every sentence of their paragraphs a passage."""
    return real_questions(found, vocabulary, config.languages, config.longest)


# Attacks


@dataclass(frozen=True, slots=True)
class Attackable:
    """Queries to be attacked, and what words of English ones may be exchanged for."""

    queries: Questions
    tables: Mapping[str, WordTable]

    def of(self, language: str) -> Mapping[str, WordTable]:
        """Return what words of a language may be exchanged for: known for English alone."""
        return self.tables if language == ENGLISH else {}


SYNONYMS, MIXING = "synonyms", "mixing"


def attackable(
    found: rows.Questions, vocabulary: Vocabulary, source: Source, config: SearchesConfig
) -> Attackable:
    """Return as many queries as are attacked, at even distances, their English words marked."""
    chosen = spread(len(found), config.attack.items)
    everything = asked(found, vocabulary, config)
    said = _taken(found.questions[ENGLISH], chosen)
    known = _words(said, vocabulary, source, config)
    queries = {key: each.rows(chosen) for key, each in everything.queries.of.items()}
    words = word_places(vocabulary, said, known.split("train").words or {}, "handled")
    english = queries[ENGLISH]
    places = np.zeros_like(english.ids)
    begin = len(english.marks.before)
    for row, (each, length) in enumerate(zip(words, english.lengths.tolist(), strict=True)):
        kept = each[: length - begin - len(english.marks.after)]
        places[row, begin : begin + len(kept)] = kept
    queries[ENGLISH] = replace(english, words=places)
    tables = {SYNONYMS: known.resources.neighbours, MIXING: known.resources.dictionary}
    few = Questions(
        queries=Sentences(queries),
        passages=everything.passages,
        answer=everything.answer[:, chosen],
        names=tuple(everything.names[row] for row in chosen.tolist()),
    )
    return Attackable(few, tables)


def _words(
    said: Sequence[str], vocabulary: Vocabulary, source: Source, config: SearchesConfig
) -> RealMaterial:
    """Return the material that knows what words of English sentences may be exchanged for."""
    targets = tuple(key for key in config.languages if key != ENGLISH)
    queries = rows.LabelledPairs(
        card="lareqa",
        split="train",
        items=tuple(f"query-{row}" for row in range(len(said))),
        own_ids=(),
        first={ENGLISH: tuple(said)},
        second={ENGLISH: tuple(said)},
        labels=np.zeros(len(said), dtype=np.int8),
        label_names=("query",),
        left_out=(),
    )
    return RealMaterial(
        splits={"train": queries},
        vocabulary=vocabulary,
        targets=targets,
        neighbours=neighbours(source),
        dictionary={
            key: {
                normal(word): [normal(each) for each in said]
                for word, said in dictionary(source, key).translations.items()
            }
            for key in targets
        },
        longest=config.longest,
        design=MixedDesign(languages=config.languages, pairs_per_item=1),
    )


# Domains


GENERAL, MEDICAL, EVERYDAY = "general", "medical", "everyday"


def translated(
    source: Source, vocabulary: Vocabulary, config: SearchesConfig
) -> list[tuple[str, Questions]]:
    """Return sentences that search for their translations, by domain.

    Sentences of Tatoeba are translated into English and no further, so each language has a set
    of its own with English.
    """
    found = []
    for domain, card in ((GENERAL, "flores"), (MEDICAL, "tico19")):
        (split,) = CARDS[card].splits.values()
        there = [key for key in config.languages if key in split.rows]
        every = parallel(source, card, there)
        found.append((domain, _translations(every.sentences, domain, vocabulary, config)))
    for key in config.languages:
        if key != ENGLISH:
            pairs = translations(source, "tatoeba", key)
            sides = {ENGLISH: pairs.english, key: pairs.foreign}
            name = f"{EVERYDAY}-{key}"
            found.append((EVERYDAY, _translations(sides, name, vocabulary, config)))
    return found


def _translations(
    said: Mapping[str, Sequence[str]], name: str, vocabulary: Vocabulary, config: SearchesConfig
) -> Questions:
    """Return sentences as queries, and as passages; one that was there before is left out."""
    every = list(zip(*said.values(), strict=True))
    seen: list[set[str]] = [set() for _ in said]
    once = []
    for row, sides in enumerate(every):
        if all(side not in known for side, known in zip(sides, seen, strict=True)):
            once.append(row)
            for side, known in zip(sides, seen, strict=True):
                known.add(side)
    chosen = np.array(once, dtype=np.intp)[spread(len(once), config.sentences)]
    ids = {key: vocabulary.ids(_taken(each, chosen), key) for key, each in said.items()}
    read = sentences(ids, vocabulary.marks, config.longest)
    return Questions(
        queries=read,
        passages=read,
        answer=np.tile(np.arange(len(chosen)), (len(said), 1)),
        names=tuple(f"{name}-{row:05d}" for row in chosen.tolist()),
    )


def told(
    learned: rows.Questions, source: Source, vocabulary: Vocabulary, config: SearchesConfig
) -> Told:
    """Return sentences of the two domains that are known while learning, none of them asked.

    Encyclopedic ones are those that are learned from, everyday ones are of Tatoeba.
    """
    domains = [learned.candidates, _everyday(source, config)]
    return _of_domains(domains, config.told, vocabulary, config)


def _everyday(source: Source, config: SearchesConfig) -> dict[str, Sequence[str]]:
    """Return everyday sentences that nothing is asked about; English ones have some translation."""
    measured = {key: measured_sentences(source, key) for key in config.languages if key != ENGLISH}
    every = set[str]().union(*measured.values())
    found: dict[str, Sequence[str]] = {ENGLISH: ()}
    for key, asked_about in measured.items():
        pairs = translations(source, "tatoeba-mt", key)
        found[key] = _without(pairs.foreign, asked_about)
        found[ENGLISH] = found[ENGLISH] or _without(pairs.english, every)
    return found


def _without(said: Sequence[str], measured: Collection[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(said) if normal(each) not in measured)


def probed(
    found: rows.Questions, source: Source, vocabulary: Vocabulary, config: SearchesConfig
) -> Told:
    """Return sentences of the same two domains that nothing was learned from."""
    everyday: dict[str, Sequence[str]] = {}
    for key in config.languages:
        if key != ENGLISH:
            pairs = translations(source, "tatoeba", key)
            everyday[key] = tuple(dict.fromkeys(pairs.foreign))
            everyday.setdefault(ENGLISH, tuple(dict.fromkeys(pairs.english)))
    return _of_domains([found.candidates, everyday], config.probed, vocabulary, config)


def _of_domains(
    domains: Sequence[Mapping[str, Sequence[str]]],
    count: int,
    vocabulary: Vocabulary,
    config: SearchesConfig,
) -> Told:
    """Return as many sentences of each domain in every language, at even distances."""
    ids: dict[str, list[list[int]]] = {key: [] for key in config.languages}
    for of_domain in domains:
        for key in config.languages:
            said = of_domain[key]
            chosen = spread(len(said), count)
            if len(chosen) < count:
                raise DataError(
                    f"{count} sentences of each domain are needed in every language, and there "
                    f"are {len(chosen)} in '{key}'. Ask for fewer."
                )
            ids[key] += vocabulary.ids(_taken(said, chosen), key)
    numbers = np.repeat(np.arange(len(domains)), count)
    return Told(sentences=sentences(ids, vocabulary.marks, config.longest), domain=numbers)


def spread(there: int, wanted: int) -> Numbers:
    """Return so many rows at even distances, all where there are fewer.

    Example:
        >>> spread(10, 4)
        array([0, 2, 5, 7])
    """
    count = min(there, wanted)
    return np.arange(count, dtype=np.intp) * there // max(count, 1)
