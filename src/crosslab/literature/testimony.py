"""What is in print about each claim and each question, and the stance that follows from it.

People write the rows of ``claims/evidence.yaml``: what one place in one source says. Nobody
writes a stance: ``stance_of`` derives it, and only from what was read. What the rows add up
to in words, and what could not be read, is a conclusion beside them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crosslab.arithmetic import Obstacle
from crosslab.claims import Stance, claims
from crosslab.entries import entries
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS
from crosslab.literature.references import LISTED, REFERENCES, Reference, references
from crosslab.published import Mark

EVIDENCE: Final = Path("evidence.yaml")  # all of them below the folder of the claims
QUESTIONS: Final = Path("questions.yaml")
BENCHMARKS: Final = Path("benchmarks.yaml")

Loaded = TypeVar("Loaded")
Text = Annotated[str, Field(min_length=1, max_length=700)]

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")
_DECIDING: Final = ("SEEN", "DERIVED")  # what is remembered, or was not found, decides nothing


class Statement(BaseModel):
    """What one place in one source says of a claim or a question."""

    model_config = _STRICT

    about: str
    source: str
    stance: Literal["supports", "contradicts", "qualifies", "silent"]
    locator: Text
    says: Text
    checked: Text
    mark: Mark

    @model_validator(mode="after")
    def _nothing_found_says_nothing(self) -> Self:
        """Refuse a row that takes a side with words that were not found."""
        if self.mark == "NOT FOUND" and self.stance != "silent":
            raise ValueError("what is marked NOT FOUND can only be silent")
        return self


class Conclusion(BaseModel):
    """What the rows about a claim or a question add up to, in our own words."""

    model_config = _STRICT

    about: str
    reason: Text


class Question(BaseModel):
    """A research question of a report, and what keeps it from being answered as it was asked."""

    model_config = _STRICT

    question_id: str
    name: str
    report: str
    experiment: str
    obstacle: Obstacle | None
    reason: Text


class Nearest(BaseModel):
    """A real thing that is near to a name behind which nothing was found."""

    model_config = _STRICT

    name: str
    fact: Text
    mark: Mark
    source: str | None = None


class KnownBenchmark(BaseModel):
    """A benchmark by the names that reports use, whether there is one or not."""

    model_config = _STRICT

    name: str
    aliases: list[str]
    exists: bool
    mark: Mark
    source: str | None = None
    searched: Text | None = None
    nearest: list[Nearest] = []

    @model_validator(mode="after")
    def _shown_or_searched(self) -> Self:
        """Refuse a benchmark without a source, and an absence without a search."""
        if self.exists and (self.source is None or self.mark == "NOT FOUND"):
            raise ValueError("one that exists needs a source, and a mark other than NOT FOUND")
        searched = self.searched is not None and self.nearest and self.mark == "NOT FOUND"
        if not self.exists and not searched:
            raise ValueError(
                "one that does not exist needs the mark NOT FOUND, searched and nearest"
            )
        return self

    @property
    def nearest_words(self) -> str:
        """What is real and near to it, as part of a sentence."""
        names = [each.name for each in self.nearest]
        if not names:
            return "nothing real is known to be near to it"
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        return f"the nearest real {'things are' if len(names) > 1 else 'thing is'} {listed}"


def statements(folder: Path = CLAIMS) -> list[Statement]:
    """Return every row of evidence."""
    return entries(folder / EVIDENCE, "evidence", Statement)


def conclusions(folder: Path = CLAIMS) -> dict[str, Conclusion]:
    """Return the conclusion about each claim and each question."""
    rows = entries(folder / EVIDENCE, "conclusions", Conclusion)
    _refuse_repeated([each.about for each in rows], place=f"{folder / EVIDENCE}, conclusions")
    return {each.about: each for each in rows}


def questions(folder: Path = CLAIMS) -> dict[str, Question]:
    """Return the questions of the reports by their id."""
    rows = entries(folder / QUESTIONS, "questions", Question)
    _refuse_repeated([each.question_id for each in rows], place=str(folder / QUESTIONS))
    return {each.question_id: each for each in rows}


def benchmarks(folder: Path = CLAIMS) -> list[KnownBenchmark]:
    """Return the benchmarks; no two share a name or an alias."""
    rows = entries(folder / BENCHMARKS, "benchmarks", KnownBenchmark)
    names = [name for each in rows for name in (each.name, *each.aliases)]
    _refuse_repeated(names, place=str(folder / BENCHMARKS))
    return rows


def stance_of(rows: Iterable[Statement]) -> Stance:
    """Return what the rows about one claim come to; only what was read, or follows from it, counts.

    A source that could have said so and does not makes the literature silent; that nothing
    was read at all is something else, and is called not-found.
    """
    said = {each.stance for each in rows if each.mark in _DECIDING}
    if {"supports", "contradicts"} <= said:
        return "conflicting"
    if "supports" in said:
        return "supported"
    if "contradicts" in said:
        return "contradicted"
    return "source-silent" if said else "not-found"


def stances(folder: Path = CLAIMS, known: Collection[str] | None = None) -> dict[str, Stance]:
    """Return the stance on each claim and each question.

    Raises:
        UsageError: A file cannot be used, or they do not agree with each other.
    """
    wrong = problems(folder, known)
    if wrong:
        raise UsageError(wrong)
    rows = statements(folder)
    about = [*_claim_ids(known), *questions(folder)]
    return {each: stance_of(row for row in rows if row.about == each) for each in about}


def problems(folder: Path = CLAIMS, known: Collection[str] | None = None) -> list[str]:
    """Return everything that is wrong with the files, each by itself and beside each other.

    ``known`` are the ids of the claims; without them they are those of the registry.
    """
    failed: list[str] = []
    cited = _tried(references, folder / REFERENCES.name, failed)
    rows = _tried(statements, folder, failed)
    concluded = _tried(conclusions, folder, failed)
    asked = _tried(questions, folder, failed)
    named = _tried(benchmarks, folder, failed)
    if cited is None or rows is None or concluded is None or asked is None or named is None:
        return failed
    subjects = [*_claim_ids(known), *asked]
    return [
        *(f"{folder / EVIDENCE}, {each}" for each in _astray(rows, concluded, subjects)),
        *(f"{folder / BENCHMARKS}, {each}" for each in _sourceless(named, cited)),
        *(f"{folder / EVIDENCE}, {each}" for each in _uncited(rows, cited)),
        *(f"{folder / REFERENCES.name}: {each}" for each in _unused(rows, named, cited)),
    ]


def _astray(
    rows: Sequence[Statement], concluded: Collection[str], subjects: Sequence[str]
) -> Iterator[str]:
    """Yield what is about nothing, what is said twice, and what nothing is concluded of."""
    for each in sorted({row.about for row in rows} - set(subjects)):
        yield _unknown("evidence about", each, subjects)
    for each in sorted(set(concluded) - set(subjects)):
        yield _unknown("conclusion about", each, subjects)
    for each in subjects:
        if each not in concluded:
            yield f"conclusions: there is none about {each}; say what its rows add up to."
    for each in _repeated(subjects):
        yield f"{each} is the id of a claim and of a question; rename the question."
    for place in _repeated([f"{row.about}: {row.source}, {row.locator}" for row in rows]):
        yield f"evidence about {place}: stands there twice; keep one row."


def _uncited(rows: Sequence[Statement], cited: Mapping[str, Reference]) -> Iterator[str]:
    for row in rows:
        if row.source not in cited:
            yield _unknown(f"evidence about {row.about}: source", row.source, list(cited))


def _sourceless(named: Iterable[KnownBenchmark], cited: Mapping[str, Reference]) -> Iterator[str]:
    for each in named:
        for source in sources_of(each):
            if source not in cited:
                yield _unknown(f"{each.name}: source", source, list(cited))


def _unused(
    rows: Sequence[Statement],
    named: Iterable[KnownBenchmark],
    cited: Mapping[str, Reference],
) -> Iterator[str]:
    """Yield entries that nothing cites, and the listed ids that have no entry."""
    used = {row.source for row in rows} | {key for each in named for key in sources_of(each)}
    for key, each in cited.items():
        if key not in used and each.arxiv not in LISTED:
            yield f"{key} is cited nowhere; cite it, or take the entry out."
    for arxiv in sorted(set(LISTED) - {each.arxiv for each in cited.values()}):
        yield f"arXiv {arxiv}, which the reports list, has no entry; add one, if only NOT FOUND."


def sources_of(benchmark: KnownBenchmark) -> list[str]:
    """Return the keys of the sources of what is known of a benchmark."""
    everywhere = (benchmark.source, *(each.source for each in benchmark.nearest))
    return [source for source in everywhere if source is not None]


def _claim_ids(known: Collection[str] | None) -> list[str]:
    return [each.claim_id for each in claims()] if known is None else list(known)


def _tried(load: Callable[[Path], Loaded], path: Path, failed: list[str]) -> Loaded | None:
    """Return what a file holds, or None with its problems added to those of the others."""
    try:
        return load(path)
    except UsageError as error:
        failed += [problem for problem in error.problems if problem not in failed]
        return None


def _refuse_repeated(names: Sequence[str], *, place: str) -> None:
    twice = [f"{place}: {name} stands there twice; keep one row." for name in _repeated(names)]
    if twice:
        raise UsageError(twice)


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _unknown(what: str, name: str, accepted: Collection[str]) -> str:
    """Return that a name is unknown, with the nearest one that is, or all where none is near."""
    near = get_close_matches(name, accepted, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(accepted))}."
    return f"{what} {name}, which is unknown; {hint}"
