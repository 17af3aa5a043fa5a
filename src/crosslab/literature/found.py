"""A search as it was found: what each source gave, the counts, and the works.

It is put together from frozen answers alone, so that a book can show it where no client of
a service is installed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from crosslab.literature.answers import NAMES, Answer, Reason, State
from crosslab.literature.flow import Flow, flow
from crosslab.literature.freezing import SEARCHES, frozen, frozen_folder, frozen_questions
from crosslab.literature.merging import merged
from crosslab.literature.references import references
from crosslab.literature.screening import Screened, criteria, screened

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Asked(BaseModel):
    """How it stands with one source of a search."""

    model_config = _STRICT

    source: str
    name: str
    state: State
    reason: Reason | None
    detail: str | None
    works: int = Field(ge=0)
    asked: str
    client: str
    endpoint: str
    items_sha256: str
    kept: str | None  # why an older answer stands although the source was asked again


class Search(BaseModel):
    """A search: how it stands with each source, the counts, and the works."""

    model_config = _STRICT

    query: str
    limit: int
    sources: tuple[Asked, ...]
    flow: Flow
    works: tuple[Screened, ...]

    @property
    def failed(self) -> bool:
        """Whether no source at all gave anything."""
        return all(each.state == "unavailable" for each in self.sources)


def kept_searches(results: Path) -> list[Search]:
    """Return every search that was frozen, as its answers stand.

    Raises:
        StoreError: A frozen answer is damaged.
    """
    return [
        searched(query, limit, _answers(results, query, limit, asked), {})
        for query, limit, asked in frozen_questions(results)
    ]


def _answers(results: Path, query: str, limit: int, asked: Sequence[str]) -> list[Answer]:
    """Return the frozen answers to a question, in the order in which sources are shown."""
    folder = frozen_folder(results / SEARCHES, query, limit)
    there = [frozen(folder, key) for key in NAMES if key in asked]
    return [each for each in there if each is not None]


def searched(query: str, limit: int, answers: Sequence[Answer], kept: Mapping[str, str]) -> Search:
    """Return the search that some answers make, whether they were frozen or are new.

    Works that came by hand are those of ``claims/references.bib``.
    """
    by = criteria()
    decided = screened(merged(work for each in answers for work in each.works), by)
    return Search(
        query=query,
        limit=limit,
        sources=tuple(_asked(each, kept.get(each.source)) for each in answers),
        flow=flow(answers, decided, by, by_hand=len(references())),
        works=tuple(decided),
    )


def _asked(answer: Answer, kept: str | None) -> Asked:
    return Asked(
        source=answer.source,
        name=NAMES[answer.source],
        works=len(answer.works),
        kept=kept,
        **answer.model_dump(
            include={"state", "reason", "detail", "asked", "client", "endpoint", "items_sha256"}
        ),
    )
