"""Numbers that stand in print, as ``claims/published.yaml`` holds them.

Each has a source and a mark that says how it was come by. A file that contradicts itself
is refused, every problem at once.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crosslab.entries import validation_problems
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS

PUBLISHED_NUMBERS: Final = CLAIMS / "published.yaml"

Mark = Literal["SEEN", "RECALLED", "NOT FOUND", "DERIVED"]
AccuracyPoints = Annotated[float, Field(ge=0, le=100)]
Figure = Literal[
    "own", "other", "pool", "first_own", "first_other", "first_pool", "bias", "gain", "recall"
]
Count = Annotated[int, Field(gt=0)]

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Benchmark(BaseModel):
    """A test set: how many items each language has."""

    model_config = _STRICT

    key: str
    name: str
    test_items: dict[str, Count]
    training_items: Count
    mark: Mark
    source: str


class System(BaseModel):
    """What one system scores; languages that were not found in print are absent."""

    model_config = _STRICT

    key: str
    name: str
    benchmark: str
    accuracy_points: dict[str, AccuracyPoints]
    average_points: AccuracyPoints | None
    mark: Mark
    source: str


class Rerun(BaseModel):
    """Averages of one system: the published one first, then attempts to repeat it."""

    model_config = _STRICT

    system: str
    benchmark: str
    average_points: Annotated[list[AccuracyPoints], Field(min_length=2)]
    mark: Mark
    source: str


class Generalized(BaseModel):
    """A figure for pairs in one language beside that for pairs in two."""

    model_config = _STRICT

    what: str
    benchmark: str
    one_language_points: float
    two_languages_points: float
    mark: Mark
    source: str


class Schedule(BaseModel):
    """How long something is fine-tuned."""

    model_config = _STRICT

    key: str
    name: str
    benchmark: str
    copies: Count
    epochs: Count
    batch: Count
    mark: Mark
    source: str


class Search(BaseModel):
    """How an encoder searches that was trained with batches of one language, of two, or of both."""

    model_config = _STRICT

    encoder: str
    benchmark: str
    batches: Literal["one language", "two languages", "hybrid"]
    figures: dict[Figure, Annotated[float, Field(ge=0)]]
    mark: Mark
    source: str


class Claimed(BaseModel):
    """The figure of a claim, and which published system stands in for its baseline."""

    model_config = _STRICT

    claim_id: str
    benchmark: str | None
    gain_points: float | None
    control: str | None
    mark: Mark


class Published(BaseModel):
    """Everything in the file."""

    model_config = _STRICT

    benchmarks: list[Benchmark]
    systems: list[System]
    reruns: list[Rerun]
    generalized: list[Generalized]
    schedules: list[Schedule]
    searches: list[Search]
    claimed: list[Claimed]
    not_found: list[str]

    def benchmark(self, key: str) -> Benchmark:
        """Return one benchmark; loading made sure that it is there."""
        return next(each for each in self.benchmarks if each.key == key)

    def system(self, key: str) -> System:
        """Return one system; loading made sure that it is there."""
        return next(each for each in self.systems if each.key == key)


def published() -> Published:
    """Return the published numbers.

    Raises:
        UsageError: The file is missing, no YAML, ill-typed or contradicts itself.
    """
    try:
        content = yaml.safe_load(PUBLISHED_NUMBERS.read_text(encoding="utf-8"))
        found = Published.model_validate(content)
    except ValidationError as error:
        found_wrong = [f"{PUBLISHED_NUMBERS}: {each}" for each in validation_problems(error)]
        raise UsageError(found_wrong) from error
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(
            f"{PUBLISHED_NUMBERS} cannot be read: {str(error).splitlines()[0]}."
        ) from error
    problems = [f"{PUBLISHED_NUMBERS}: {problem}." for problem in _contradictions(found)]
    if problems:
        raise UsageError(problems)
    return found


def _contradictions(found: Published) -> Iterator[str]:
    """Yield what refers to nothing, or stands there twice."""
    languages = {each.key: set(each.test_items) for each in found.benchmarks}
    systems = {each.key: each for each in found.systems}
    keys = [f"benchmark {each.key}" for each in found.benchmarks]
    keys += [f"system {each.key}" for each in found.systems]
    keys += [f"schedule {each.key} on {each.benchmark}" for each in found.schedules]
    keys += [f"search {e.encoder}, {e.benchmark}, {e.batches}" for e in found.searches]
    keys += [f"claim {each.claim_id}" for each in found.claimed]
    yield from (f"{key} stands there twice" for key in sorted(set(keys)) if keys.count(key) > 1)
    named = [each.benchmark for each in found.systems] + [each.benchmark for each in found.reruns]
    named += [each.benchmark for each in found.schedules]
    named += [each.benchmark for each in found.claimed if each.benchmark is not None]
    for strange in sorted(set(named) - set(languages)):
        yield f"{strange} is no benchmark; there are {', '.join(languages)}"
    for each in found.systems:
        others = set(each.accuracy_points) - languages.get(each.benchmark, set())
        if others and each.benchmark in languages:
            yield f"system {each.key}: {', '.join(sorted(others))} not in {each.benchmark}"
    yield from (problem for each in found.claimed for problem in _unusable(each, systems))


def _unusable(claimed: Claimed, systems: dict[str, System]) -> Iterator[str]:
    """Yield why the gain of a claim could not be set beside its control."""
    given = (claimed.benchmark, claimed.gain_points, claimed.control)
    if None in given and given != (None, None, None):
        yield f"claim {claimed.claim_id}: give benchmark, gain_points and control, or none of them"
    elif claimed.control is not None and claimed.control not in systems:
        yield f"claim {claimed.claim_id}: {claimed.control} is no system"
    elif claimed.control is not None and systems[claimed.control].benchmark != claimed.benchmark:
        yield f"claim {claimed.claim_id}: {claimed.control} is on another benchmark"
    elif claimed.control is not None and systems[claimed.control].average_points is None:
        yield f"claim {claimed.claim_id}: {claimed.control} has no average"
