"""Questions of the laboratory, and of real languages."""

from collections.abc import Mapping, Sequence

import numpy as np

from crosslab.data import rows
from crosslab.materials.laboratory import Reader
from crosslab.models import MARKS
from crosslab.retrieval.questions import Numbers, Questions, Sentences, sentences
from crosslab.vocabularies.vocabulary import Vocabulary


def lab_questions(
    asking: Reader | Sequence[Reader],
    languages: Sequence[str],
    longest: int,
    *,
    answering: Sequence[Reader] | None = None,
) -> Questions:
    """Return the items of splits as queries and passages; each passage answers one query.

    Several readers are one after the other, in one pool. Passages are said by readers of the
    same items; by the same ones, unless others are given.
    """
    readers = [asking] if isinstance(asking, Reader) else list(asking)
    queries = _said(readers, "first", languages, longest)
    passages = _said(answering or readers, "second", languages, longest)
    names = tuple(name for reader in readers for name in reader.names)
    answer = np.tile(np.arange(len(names)), (len(languages), 1))
    return Questions(queries=queries, passages=passages, answer=answer, names=names)


def _said(
    readers: Sequence[Reader], side: str, languages: Sequence[str], longest: int
) -> Sentences:
    ids = {
        key: [sentence for reader in readers for sentence in reader.ids(side, key)]
        for key in languages
    }
    return sentences(ids, MARKS, longest)


def real_questions(
    found: rows.Questions, vocabulary: Vocabulary, languages: Sequence[str], longest: int
) -> Questions:
    """Return questions of real languages, every sentence of every paragraph a passage.

    A sentence that occurs twice in a language is one passage: whoever finds the other place has
    found the answer.
    """
    once = {key: _once(found.candidates[key]) for key in languages}
    queries = {key: vocabulary.ids(found.questions[key], key) for key in languages}
    passages = {key: vocabulary.ids(said, key) for key, (said, _) in once.items()}
    return Questions(
        queries=sentences(queries, vocabulary.marks, longest),
        passages=sentences(passages, vocabulary.marks, longest),
        answer=_answers(found.answers, once, languages),
        names=found.items,
    )


Once = tuple[tuple[str, ...], Numbers]  # sentences, each once, and where every row of before went


def _once(candidates: Sequence[str]) -> Once:
    places = {said: number for number, said in enumerate(dict.fromkeys(candidates))}
    return tuple(places), np.array([places[each] for each in candidates], dtype=np.intp)


def _answers(
    answers: Mapping[str, np.ndarray], once: Mapping[str, Once], languages: Sequence[str]
) -> Numbers:
    found: Numbers = np.stack([once[key][1][answers[key]] for key in languages])
    return found
