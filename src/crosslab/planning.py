"""What a study still has to run, why, and in which batches.

Whether a run is done is decided by its fingerprint alone: a record that holds it is
kept, anything else is run, and the latest record of the same run tells why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crosslab.config import RealStudyConfig
from crosslab.experiments import PRETRAINING, SCRATCH, STEPS, experiments_of
from crosslab.identity.data import Revisions
from crosslab.identity.planned import PlannedRun, changes
from crosslab.records import Record, Store, Unit
from crosslab.runs import planned_runs
from crosslab.scales import study_config


@dataclass(frozen=True, slots=True)
class Step:
    """A planned run, whether it is there, and if not, why it must be run."""

    planned: PlannedRun
    state: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Runs of one experiment and seed that one notebook makes, one after the other."""

    name: str
    experiment: str
    seed: int
    arms: tuple[str, ...]
    needs: tuple[str, ...]
    threads: int
    memory_mb: int  # what a cluster is asked for
    priority: int  # the highest first


_LAST: Final = (9, 0, False)
# Of a run: a kernel, its papermill, a share of the rest. Measured in the laboratory and, on real
# languages, on fine-tuning; an encoder is reckoned alike (3.1 was seen, midway through a step of
# grafting). Of published encoders nobody measured it: all that training holds of a number.
GIB_OF_A_RUN: Final = {
    **dict.fromkeys(("smoke", "lab", "tuning"), 0.9),
    **dict.fromkeys(("bench", "bench-tuning"), 5.0),
}
_HELD: Final = 5  # a weight, its gradient, two moments, a kept checkpoint
_FLOAT_BYTES: Final = 4
_ROOM: Final = 1.5  # how much more than that a cluster is asked for


def steps(store: Store, scale: str, revisions: Revisions | None = None) -> list[Step]:
    """Return every run of a scale with its state in this store."""
    found = []
    for planned in planned_runs(scale, revisions):
        state = store.state(planned.unit)
        why = () if state == "present" else reasons(store, planned, state)
        found.append(Step(planned, state, why))
    return found


def reasons(store: Store, planned: PlannedRun, state: str) -> tuple[str, ...]:
    """Return why a run must be made: it is new, damaged, or something it depends on changed."""
    if state == "damaged":
        return ("its record is damaged",)
    earlier = store.earlier(planned.unit)
    if earlier is None:
        return ("not run yet",)
    return tuple(_differences(earlier, planned)) or ("its earlier record has another fingerprint",)


def _differences(earlier: Record, planned: PlannedRun) -> Iterator[str]:
    for module in sorted({*earlier.sources, *planned.sources}):
        if earlier.sources.get(module) != planned.sources.get(module):
            yield f"source {module} changed"
    old = {key: value for key, value in earlier.settings.items() if key != "encoder"}
    new = {key: value for key, value in planned.settings.items() if key != "encoder"}
    yield from (f"setting {change}" for change in changes(old, new))
    yield from (f"package {each}" for each in changes(earlier.packages, planned.packages))
    if earlier.parents != [parent.fingerprint for parent in planned.parents]:
        yield "its encoder is made anew"


def batches(todo: Sequence[PlannedRun]) -> list[Batch]:
    """Return the missing runs, batched by experiment and seed; long ones each by itself.

    Those that count most come first, so that a study which is stopped has decided what it could.
    """
    grouped: dict[str, list[PlannedRun]] = {}
    for planned in todo:
        grouped.setdefault(batch_name(planned.unit), []).append(planned)
    names = {planned.unit: name for name, group in grouped.items() for planned in group}
    ordered = sorted(grouped.items(), key=lambda each: min(_turn(one, todo) for one in each[1]))
    return [
        Batch(
            name=name,
            experiment=group[0].unit.experiment,
            seed=group[0].unit.seed,
            arms=tuple(planned.unit.arm for planned in group),
            needs=tuple(sorted({names[p] for each in group for p in each.parents if p in names})),
            threads=max(planned.threads for planned in group),
            memory_mb=round(_ROOM * 1024 * max(map(memory_gib, group))),
            priority=len(grouped) - place,
        )
        for place, (name, group) in enumerate(ordered)
    ]


def _turn(planned: PlannedRun, todo: Sequence[PlannedRun]) -> tuple[int, int, bool]:
    """Return when a run's turn is: what bars compare, what else bears on a claim, others.

    Within each, all arms under one seed before any under the next; an encoder just before the
    first run that begins with it.
    """
    unit = planned.unit
    if unit.experiment == PRETRAINING:
        builds = [_turn(each, todo) for each in todo if unit in each.parents]
        return (*min(builds, default=_LAST)[:2], False)
    asked = experiments_of(unit.scale)[unit.experiment]
    if unit.arm in asked.barred:
        return 1, unit.seed, True
    second_witness = asked.encoder == SCRATCH
    return 2 if asked.claims else 4 if second_witness else 3, unit.seed, True


def memory_gib(planned: PlannedRun) -> float:
    """Return the memory that a run takes."""
    scale = planned.unit.scale
    if scale in GIB_OF_A_RUN:
        return GIB_OF_A_RUN[scale]
    config = study_config(scale)
    assert isinstance(config, RealStudyConfig)
    arm, experiment = planned.unit.arm, planned.unit.experiment
    key = arm if experiment == PRETRAINING else experiments_of(scale)[experiment].encoder
    held = _HELD * _FLOAT_BYTES * config.checkpoints[key].parameters / 2**30
    return held + GIB_OF_A_RUN["lab"]


def batch_name(unit: Unit) -> str:
    """Return the name of the batch a run is in, which its log and its marker carry too.

    Starting a notebook takes seconds: much of a run in the laboratory, nothing of one on real
    languages, or of an encoder, where cores would stand idle behind a long batch. Steps of
    grafting build on each other and stay together.
    """
    long = _on_real_languages(unit) or unit.experiment == PRETRAINING
    alone = long and unit.arm not in STEPS
    return f"{unit.experiment}{f'-{unit.arm}' if alone else ''}-seed-{unit.seed}"


def _on_real_languages(unit: Unit) -> bool:
    return isinstance(study_config(unit.scale), RealStudyConfig)


def explained(plan: Sequence[Step]) -> list[str]:
    """Return what will run and why, one line per experiment, arm and reason."""
    todo: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for step in plan:
        if step.state != "present":
            key = (step.planned.unit.experiment, step.planned.unit.arm, step.why)
            todo[key] = todo.get(key, 0) + 1
    if not todo:
        return [f"All {len(plan)} runs are there; nothing to do."]
    there = sum(step.state == "present" for step in plan)
    head = f"{len(plan) - there} of {len(plan)} runs to make:"
    return [
        head,
        *(
            f"  {experiment} {arm}: {count} run{'s' if count > 1 else ''}, {'; '.join(why)}"
            for (experiment, arm, why), count in todo.items()
        ),
    ]
