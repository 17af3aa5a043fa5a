"""What a study will take: from runs made before where there are any, else reckoned.

Nobody has run the paper scale yet, so its GPU hours are arithmetic on assumptions, and every
one of them is named here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Protocol

from crosslab.arms import CONTROL, method_key
from crosslab.config import RealStudyConfig, RealTaskConfig
from crosslab.data.catalogue import CARDS
from crosslab.errors import StoreError
from crosslab.experiments import PRETRAINING, experiments_of
from crosslab.identity.data import cards_read
from crosslab.identity.planned import PlannedRun
from crosslab.planning import Step, memory_gib
from crosslab.records import RECORD, Store, read_record
from crosslab.scales import study_config

# Assumed, not measured: a data-centre GPU of the years after 2022.
_FLOPS: Final = 2e14  # a second in bfloat16, at the small batches of the paper
_LEAST_SECONDS: Final = 0.03  # a part of an update, however small: kernels have to be started
_FOREIGN: Final = 1.3  # tokens of another language over those of English
# Measured on the two English training sets of the bench, in pieces of its vocabulary.
_TOKENS: Final = {"paraphrase": 53, "nli": 40}
_ROW_BYTES: Final = 3.2  # of compressed answers, measured on rung bench
_ANSWERED: Final = 2  # checkpoints whose answers are kept
_STATES: Final = 4  # weights, two moments and a kept checkpoint, in a bookmark
_FLOAT_BYTES: Final = 4
_HOUR: Final = 3600
_GIB: Final = 2**30

_START_SECONDS: Final = 4.0  # a kernel, and torch in it

# Seconds per run where none was made before, start-up included; measured on two cores.
TYPICAL_SECONDS: Final = {
    ("smoke", True): 8.0,
    ("smoke", False): 6.0,
    ("lab", True): 120.0,
    ("lab", False): 25.0,
    ("tuning", True): 120.0,
    ("tuning", False): 25.0,
    ("bench", True): 900.0,
    ("bench", False): 600.0,
    ("bench-tuning", True): 300.0,
    ("bench-tuning", False): 500.0,
}


SEARCHES_SECONDS: Final = 220.0  # of a run of searches in real languages, the same way


class Costs(Protocol):
    """What a study will take."""

    def numbers(self) -> dict[str, float]:
        """Return it as plain numbers."""
        ...

    def words(self) -> list[str]:
        """Return it in words, and what it rests on, line by line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCosts:
    """Time and memory on the cores of one machine."""

    minutes: float
    memory_gib: float
    cores: int

    def numbers(self) -> dict[str, float]:
        """Return the time and the memory."""
        return {"minutes": self.minutes, "memory_gib": self.memory_gib}

    def words(self) -> list[str]:
        """Return the time and the memory."""
        return [f"About {self.minutes} minutes and {self.memory_gib} GiB on {self.cores} cores."]


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuCosts:
    """GPU hours, disk and money."""

    hours_by_encoder: Mapping[str, float]
    disk_gib: float
    price_per_hour: float

    @property
    def gpu_hours(self) -> float:
        """The hours of all runs together."""
        return sum(self.hours_by_encoder.values())

    @property
    def price(self) -> float:
        """What the hours cost."""
        return self.gpu_hours * self.price_per_hour

    def numbers(self) -> dict[str, float]:
        """Return the hours, the disk and the price."""
        return {
            "gpu_hours": self.gpu_hours,
            "disk_gib": self.disk_gib,
            "price_per_hour": self.price_per_hour,
            "price": self.price,
        }

    def words(self) -> list[str]:
        """Return what the runs take and what that rests on."""
        if not self.gpu_hours:
            return []
        shares = ", ".join(f"{hours:.0f} {key}" for key, hours in self.hours_by_encoder.items())
        return [
            f"About {self.gpu_hours:.0f} GPU hours, {self.disk_gib:.0f} GiB of disk, and "
            f"{self.price:.0f} at {self.price_per_hour:g} a GPU hour (--price).",
            f"Of these hours: {shares}.",
            f"Reckoned, not measured: {_FLOPS / 1e12:.0f} TFLOP a second in bfloat16, "
            f"{1000 * _LEAST_SECONDS:.0f} ms at least for each part of an update.",
        ]


def costs_of(  # noqa: PLR0913 - what a cost depends on
    scale: str,
    store: Store,
    published: Store,
    plan: Sequence[Step],
    *,
    cores: int,
    price_per_hour: float,
) -> Costs:
    """Return what the runs of a plan that are not there yet will take."""
    todo = [each.planned for each in plan if each.state != "present"]
    config = study_config(scale)
    if isinstance(config, RealStudyConfig) and config.checkpoints:
        return gpu_costs(config, todo, price_per_hour)
    return core_costs(todo, store, published, cores)


def only_in_folders(scale: str, plan: Sequence[Step]) -> list[str]:
    """Return, in a line, which data only a folder can give, and how many runs wait for them."""
    todo = [each.planned for each in plan if each.state != "present"]
    found = [key for key in cards_read(scale) if CARDS[key].hub is None]
    waiting = [each.unit.arm for each in todo if set(found) & set(each.settings.get("data", ()))]
    if not waiting:
        return []
    arms = ", ".join(dict.fromkeys(waiting))
    return [
        f"Not on the hub: {', '.join(found)}, which {len(waiting)} of {len(todo)} runs read "
        f"({arms}). Give a folder that has them: --data DIR (README)."
    ]


def core_costs(todo: Sequence[PlannedRun], store: Store, published: Store, cores: int) -> CoreCosts:
    """Return the minutes and GiB of some runs, from runs made before where there are any.

    Encoders come first, one after another, and leave no core to others; the rest share the cores.
    """
    earlier = _Earlier(store, published)
    alone = [earlier.seconds(each) for each in todo if each.unit.experiment == PRETRAINING]
    shared = [earlier.seconds(each) for each in todo if each.unit.experiment != PRETRAINING]
    seconds = sum(alone) + sum(shared) / max(1, min(cores, len(shared)))
    return CoreCosts(
        minutes=round(seconds / 60, 1), memory_gib=round(_memory(todo, cores), 1), cores=cores
    )


def _memory(todo: Sequence[PlannedRun], cores: int) -> float:
    """Return the GiB of as many runs at once as there are cores for; an encoder is made alone."""
    if not todo:
        return 0.0
    arms = sum(each.unit.experiment != PRETRAINING for each in todo)
    return max(map(memory_gib, todo)) * max(1, min(cores, arms))


class _Earlier:
    """How long runs took that were made before: one's own first, then the published."""

    def __init__(self, *stores: Store) -> None:
        self.stores = stores
        self.known: dict[tuple[str, str], dict[str, float]] = {}

    def seconds(self, planned: PlannedRun) -> float:
        """Return how long this run took, or this arm under other seeds, or others of its kind."""
        unit = planned.unit
        for store in self.stores:
            before = store.earlier(unit.model_copy(update={"fingerprint": ""}))
            if before is not None:
                return before.wall_seconds + _START_SECONDS
        known = self._of(unit.scale, unit.experiment)
        if unit.arm in known:
            return known[unit.arm]
        if unit.experiment == PRETRAINING:
            return TYPICAL_SECONDS[unit.scale, True]
        if "searches" in planned.settings:
            return SEARCHES_SECONDS
        plain = known.get(CONTROL, TYPICAL_SECONDS[unit.scale, False])
        return plain * _passes(unit.arm, planned.settings["method"]) * _longer(planned)

    def _of(self, scale: str, experiment: str) -> dict[str, float]:
        """Return the median over the runs of every arm of an experiment."""
        if (scale, experiment) not in self.known:
            self.known[scale, experiment] = dict(self._medians(scale, experiment))
        return self.known[scale, experiment]

    def _medians(self, scale: str, experiment: str) -> Iterator[tuple[str, float]]:
        for store in reversed(self.stores):  # one's own last: they replace the published
            for arm in sorted((store.root / scale / experiment).glob("*/")):
                found = [_wall_seconds(path.parent) for path in arm.glob(f"*/{RECORD}")]
                known = [each for each in found if each is not None]
                if known:
                    yield arm.name, median(known) + _START_SECONDS


def _wall_seconds(folder: Path) -> float | None:
    try:
        return read_record(folder).wall_seconds
    except StoreError:
        return None  # a damaged record is reported by its own run


def gpu_costs(
    config: RealStudyConfig, todo: Sequence[PlannedRun], price_per_hour: float
) -> GpuCosts:
    """Return what runs that are still to be made would take."""
    arms = [each for each in todo if each.unit.experiment != PRETRAINING]
    hours: dict[str, float] = {}
    for each in arms:
        key = _encoder_key(config, each)
        hours[key] = hours.get(key, 0.0) + _run_seconds(config, each) / _HOUR
    rows = [_rows(_task(config, each)) for each in arms]
    weights = sum(each.parameters for each in config.checkpoints.values())
    largest = max(each.parameters for each in config.checkpoints.values())
    disk = _ROW_BYTES * sum(rows) + _FLOAT_BYTES * (weights + _STATES * largest) * bool(todo)
    return GpuCosts(hours_by_encoder=hours, disk_gib=disk / _GIB, price_per_hour=price_per_hour)


def _run_seconds(config: RealStudyConfig, planned: PlannedRun) -> float:
    task, encoder = _task(config, planned), config.checkpoints[_encoder_key(config, planned)]
    tokens = _TOKENS[str(planned.settings["task"])]
    updates = planned_updates(task, planned)
    passes = _passes(planned.unit.arm, planned.settings["method"])
    part = 6 * encoder.body_parameters * tokens * task.finetune.batch / encoder.accumulation
    training = updates * encoder.accumulation * passes * max(_LEAST_SECONDS, part / _FLOPS)
    looks = updates / (task.finetune.look_every or updates)
    read = _ANSWERED * _rows(task) + looks * task.test
    return training + 2 * encoder.body_parameters * tokens * _FOREIGN * read / _FLOPS


def planned_updates(task: RealTaskConfig, planned: PlannedRun) -> int:
    """Return how many updates a run makes: a method that copies the items has epochs of its own."""
    copied = method_key(planned.unit.arm) in {"smoothing-synonyms-static", "clean-matched"}
    epochs, copies = (
        (task.copies.epochs, task.copies.copies) if copied else (task.finetune.epochs, 1)
    )
    return epochs * _batches(task, copies)


def _longer(planned: PlannedRun) -> float:
    """Return how many times the updates of plain fine-tuning a run makes, on real languages."""
    config = study_config(planned.unit.scale)
    if not isinstance(config, RealStudyConfig):
        return 1.0
    task = _task(config, planned)
    return planned_updates(task, planned) / (task.finetune.epochs * _batches(task))


def _batches(task: RealTaskConfig, copies: int = 1) -> int:
    return -(-copies * task.train // task.finetune.batch)


def _passes(arm: str, method: Mapping[str, Any] | None) -> float:
    """Return how many times an update goes through the model, on average over training."""
    key = method_key(arm)
    if key == "adversarial" and method:
        return float(1 + method["steps"] * (1 - method["plain_share"]))
    return 2.0 if key == "consistency" else 1.0


def _rows(task: RealTaskConfig) -> int:
    return task.test * (len(task.targets) + 1 + task.pairs_per_item)


def _task(config: RealStudyConfig, planned: PlannedRun) -> RealTaskConfig:
    return config.tasks[str(planned.settings["task"])]


def _encoder_key(config: RealStudyConfig, planned: PlannedRun) -> str:
    return experiments_of(config.scale)[planned.unit.experiment].encoder
