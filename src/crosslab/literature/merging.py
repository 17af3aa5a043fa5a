"""The same work from several sources, told by its identifiers and, failing these, its title.

Sameness is transitive: a record with a DOI only and one with an arXiv id only become one
work through a third that has both. Where the sources then disagree, nobody is overruled:
the disagreement is listed with the work.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from crosslab.literature.works import SAME_TITLE, Work, likeness, plain_title, share_an_author

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Conflict(BaseModel):
    """A field on which the sources of one work disagree: what each of them says."""

    model_config = _STRICT

    field: str
    said: dict[str, tuple[str, ...]]


class Merged(BaseModel):
    """One work as all sources together describe it."""

    model_config = _STRICT

    title: str
    authors: tuple[str, ...]
    year: int | None
    doi: str | None
    arxiv: str | None
    anthology: str | None
    abstract: str | None
    url: str | None
    retracted: bool
    sources: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def merged(works: Iterable[Work]) -> list[Merged]:
    """Return the works that these records describe, whatever the order of the records.

    Example:
        >>> one = Work(source="dblp", identifier="1", title="On Fish", year=2021, doi="10.1000/a")
        >>> two = Work(source="arxiv", identifier="2", title="On fish.", year=2020)
        >>> [each.sources for each in merged([two, one])]
        [('arxiv', 'dblp')]
    """
    ordered = sorted(set(works), key=_place)
    groups = _Groups(len(ordered))
    for kind in ("doi", "arxiv", "anthology"):
        first: dict[str, int] = {}
        for number, work in enumerate(ordered):
            if (value := getattr(work, kind)) is not None:
                groups.join(first.setdefault(value, number), number)
    _join_by_title(ordered, groups)
    return sorted(
        (_one(group) for group in groups.of(ordered)),
        key=lambda each: (
            plain_title(each.title),
            each.year or 0,
            each.sources,
            each.doi or "",
            each.url or "",
        ),
    )


class _Groups:
    """Numbers that are joined into groups."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, number: int) -> int:
        """Return the number that stands for a group, shortening the way there."""
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        """Make two groups one."""
        self._parent[self.root(other)] = self.root(one)

    def of(self, works: Sequence[Work]) -> list[list[Work]]:
        """Return the groups of works, each in the order given."""
        groups: dict[int, list[Work]] = defaultdict(list)
        for number, work in enumerate(works):
            groups[self.root(number)].append(work)
        return list(groups.values())


def _join_by_title(works: Sequence[Work], groups: _Groups) -> None:
    """Join works of the same title, a year apart at most, that do not name other people.

    The year keeps a paper apart from its namesake of another decade, the people keep two
    papers called "Introduction" apart.
    """
    by_title: dict[str, list[int]] = defaultdict(list)
    for number, work in enumerate(works):
        if work.year is not None and (title := plain_title(work.title)):
            by_title[title].append(number)
    for numbers in by_title.values():
        for place, one in enumerate(numbers):
            for other in numbers[place + 1 :]:
                if _years_apart(works[one], works[other]) <= 1 and _same_people(
                    works[one].authors, works[other].authors
                ):
                    groups.join(one, other)


def _years_apart(one: Work, other: Work) -> int:
    return abs((one.year or 0) - (other.year or 0))


def _same_people(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or share_an_author(one, other)


def _place(work: Work) -> tuple[str, ...]:
    return (work.source, work.identifier, work.model_dump_json())


def _one(group: Sequence[Work]) -> Merged:
    """Return a group as one work; the title is the one that most records agree on."""
    counted = Counter(plain_title(work.title) for work in group if work.title)
    leading = max(counted, key=counted.__getitem__, default="")
    shown = next((work for work in group if plain_title(work.title) == leading), group[0])
    return Merged(
        title=shown.title,
        authors=shown.authors or _first(group, "authors") or (),
        year=shown.year if shown.year is not None else _first(group, "year"),
        doi=_first(group, "doi"),
        arxiv=_first(group, "arxiv"),
        anthology=_first(group, "anthology"),
        abstract=_first(group, "abstract"),
        url=_first(group, "url"),
        retracted=any(work.retracted for work in group),
        sources=tuple(sorted({work.source for work in group})),
        conflicts=tuple(_conflicts(group)),
    )


def _first(group: Sequence[Work], field: str) -> Any:
    return next((value for work in group if (value := getattr(work, field))), None)


def _conflicts(group: Sequence[Work]) -> Iterable[Conflict]:
    """Yield the fields in which two records of a work contradict each other."""
    differ: dict[str, Callable[[Any, Any], bool]] = {
        "title": lambda one, other: likeness(one, other) < SAME_TITLE,
        "authors": lambda one, other: not share_an_author(one, other),
        # A preprint and its publication a year later are no contradiction.
        "year": lambda one, other: abs(one - other) > 1,
        "doi": lambda one, other: bool(one != other),
        "arxiv": lambda one, other: bool(one != other),
        "anthology": lambda one, other: bool(one != other),
    }
    for field, contradicts in differ.items():
        said = [(work.source, value) for work in group if (value := getattr(work, field))]
        if any(
            contradicts(one, other)
            for place, (_, one) in enumerate(said)
            for _, other in said[place + 1 :]
        ):
            yield Conflict(field=field, said=_by_source(said))


def _by_source(said: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for source, value in said:
        found[source].add("; ".join(value) if isinstance(value, tuple) else str(value))
    return {source: tuple(sorted(values)) for source, values in sorted(found.items())}
