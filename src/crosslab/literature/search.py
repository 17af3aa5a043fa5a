"""A search over all sources: found, merged, screened, counted, and the same when run again."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from crosslab.errors import UsageError
from crosslab.literature.answers import Answer, Unavailable
from crosslab.literature.asking import Asking
from crosslab.literature.found import Search, searched
from crosslab.literature.freezing import (
    SEARCHES,
    freeze,
    frozen,
    frozen_folder,
    frozen_questions,
)
from crosslab.literature.gathering import Access, gathered
from crosslab.literature.sources import SOURCES, source
from crosslab.literature.sources.base import Item, Source

MOST: Final = 1000  # works per source: what the strictest of them gives at most


def search(
    query: str,
    *,
    results: Path,
    limit: int = 100,
    chosen: Sequence[str] = (),
    access: Access | None = None,
) -> Search:
    """Return a search; only sources without a frozen answer are asked.

    Raises:
        UsageError: The query or limit cannot be used, or a source is unknown.
        StoreError: A frozen answer is damaged, or cannot be written.
    """
    query = " ".join(query.split())
    problems = []
    if not any(each.isalnum() for each in query):
        problems.append("The query has no words; give what to look for.")
    if not 1 <= limit <= MOST:
        problems.append(f"--limit {limit}: must be from 1 to {MOST}.")
    if problems:
        raise UsageError(problems)
    sources = _chosen(chosen)
    folder = frozen_folder(results / SEARCHES, query, limit)
    there = {each.key: frozen(folder, each.key) for each in sources}
    missing = [each for each in sources if there[each.key] is None]
    for answer in _ask(query, limit, missing, access or Access()):
        there[answer.source] = freeze(folder, answer)
    answers = [answer for answer in there.values() if answer is not None]
    return searched(query, limit, answers, {})


def refresh(
    results: Path,
    *,
    chosen: Sequence[str] = (),
    access: Access | None = None,
) -> list[Search]:
    """Ask the sources of every frozen search again and return the searches as they stand then.

    An answer that was better than the new one stays, and the search says so.

    Raises:
        UsageError: There is no frozen search, or a source is unknown.
        StoreError: A frozen answer is damaged, or cannot be written.
    """
    sources = {each.key for each in _chosen(chosen)}
    questions = frozen_questions(results)
    if not questions:
        raise UsageError(
            f"{results / SEARCHES} holds no search; make one with: crosslab literature search QUERY"
        )
    found = []
    for query, limit, asked in questions:
        folder = frozen_folder(results / SEARCHES, query, limit)
        there = {key: frozen(folder, key) for key in SOURCES if key in asked}
        again = [SOURCES[key] for key in there if key in sources]
        kept: dict[str, str] = {}
        for answer in _ask(query, limit, again, access or Access()):
            there[answer.source] = stands = freeze(folder, answer)
            if stands is not answer:
                kept[answer.source] = (
                    f"asked again at {answer.asked}: {answer.reason} ({answer.detail}); "
                    f"the answer of {stands.asked} stands"
                )
        answers = [answer for answer in there.values() if answer is not None]
        found.append(searched(query, limit, answers, kept))
    return found


def _chosen(keys: Sequence[str]) -> list[Source]:
    """Return the sources that were chosen, all if none were, in the order of the registry."""
    wanted = {source(key).key for key in keys} or set(SOURCES)
    return [each for each in SOURCES.values() if each.key in wanted]


def _ask(query: str, limit: int, sources: Sequence[Source], access: Access) -> list[Answer]:
    def items(each: Source, asking: Asking) -> Generator[Item, None, None]:
        if each.needs_key and asking.key is None:
            raise Unavailable("missing-key", f"{each.name} answers no search without a key")
        return each.items(query, limit, asking)

    return gathered(sources, items, access, query=query, limit=limit)
