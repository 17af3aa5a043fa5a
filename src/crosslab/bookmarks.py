"""Where a run stands, on disk: a killed run goes on inside itself and ends in the same bits.

One safetensors file holds the weights that learn, the optimizer's moments, the state of every
source of chance, the checkpoints kept so far; its metadata hold the rest as JSON. No pickle
is ever read.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from crosslab.clocks import Seconds
from crosslab.crews import AccelerateCrew
from crosslab.finetuning import Checkpoints, Kept
from crosslab.records import Unit

BOOKMARKS: Final = ".bookmarks"  # below a folder of records
EVERY: Final = 200  # updates a run on real languages is kept
_FACTS: Final = "facts"


def bookmark_file(root: Path, unit: Unit) -> Path:
    """Return where a run of a store is kept while it is under way."""
    return root / BOOKMARKS / f"{unit.fingerprint}.safetensors"


def seconds_kept(path: Path, processes: int = 1) -> Seconds:
    """Return what the updates in a bookmark took, in all sittings; none if it will not be used."""
    if not path.exists():
        return Seconds()
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()[_FACTS])
    if facts["processes"] != processes:
        return Seconds()
    return Seconds(**facts.get("seconds", {}))  # bookmarks once said nothing of it


@dataclass(slots=True)
class FileBookmark:
    """Keeps a run in a file every so many updates."""

    path: Path
    every: int
    checkpoints: Checkpoints
    draws: torch.Generator
    crew: AccelerateCrew | None = None  # the first of it writes; chance is kept of every process
    _earlier: Seconds = field(init=False)  # what earlier sittings took
    _began: Seconds = field(default_factory=Seconds.now, init=False)

    def __post_init__(self) -> None:
        self._earlier = seconds_kept(self.path, self._processes)

    def resume(self, adam: torch.optim.Optimizer, schedule: LambdaLR) -> list[float]:
        """Put everything back as it was; return the losses so far, none for a fresh start."""
        if not self.path.exists():
            return []
        with safe_open(self.path, framework="pt") as file:
            facts = json.loads(file.metadata()[_FACTS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if facts["processes"] != self._processes:
            return []  # other processes draw otherwise: begin again
        self._put_back(_below(tensors, "model."))
        _put_back_moments(adam, _below(tensors, "adam."))
        schedule.load_state_dict({**schedule.state_dict(), **facts["schedule"]})
        for group, rate in zip(adam.param_groups, facts["rates"], strict=True):
            group["lr"] = rate
        self._put_back_chance(_below(tensors, f"chance.{self.crew.rank if self.crew else 0}."))
        self.checkpoints.history[:] = facts["history"]
        for name, (update, score) in facts["kept"].items():
            weights = _below(tensors, f"kept.{name}.")
            self.checkpoints.kept[name] = Kept(update, score, weights)
        return list(facts["losses"])

    def keep(
        self, adam: torch.optim.Optimizer, schedule: LambdaLR, losses: Sequence[float]
    ) -> None:
        """Write everything, whole or not at all, every so many updates."""
        if len(losses) % self.every:
            return
        tensors = self._tensors(adam)  # every process has its say before one writes
        if self.crew and self.crew.rank:
            return
        facts = {
            "schedule": {
                key: value for key, value in schedule.state_dict().items() if key != "lr_lambdas"
            },
            "rates": [group["lr"] for group in adam.param_groups],
            "history": self.checkpoints.history,
            "kept": {name: (k.update, k.score) for name, k in self.checkpoints.kept.items()},
            "losses": list(losses),
            "processes": self._processes,
            "seconds": asdict(self._earlier + (Seconds.now() - self._began)),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        save_file(tensors, scratch, metadata={_FACTS: json.dumps(facts)})
        scratch.replace(self.path)

    @property
    def _processes(self) -> int:
        return self.crew.count if self.crew else 1

    def _chance(self) -> dict[str, Tensor]:
        """Return the state of every source of chance of this process."""
        chance = {"draws": self.draws.get_state(), "global": torch.random.get_rng_state()}
        if torch.cuda.is_available():
            chance["cuda"] = torch.cuda.get_rng_state()
        return chance

    def _put_back_chance(self, chance: Mapping[str, Tensor]) -> None:
        self.draws.set_state(chance["draws"])
        torch.random.set_rng_state(chance["global"])
        if "cuda" in chance and torch.cuda.is_available():
            torch.cuda.set_rng_state(chance["cuda"])

    def _put_back(self, weights: Mapping[str, Tensor]) -> None:
        known = dict(self.checkpoints.model.named_parameters())
        with torch.no_grad():
            for name, value in weights.items():
                known[name].copy_(value)

    def _tensors(self, adam: torch.optim.Optimizer) -> dict[str, Tensor]:
        learning = {
            f"model.{name}": each.detach()
            for name, each in self.checkpoints.model.named_parameters()
            if each.requires_grad
        }
        kept = {
            f"kept.{name}.{key}": value
            for name, each in self.checkpoints.kept.items()
            for key, value in each.weights.items()
        }
        chance = {
            f"chance.{rank}.{name}": state
            for name, own in self._chance().items()
            for rank, state in enumerate(self.crew.gathered(own) if self.crew else [own])
        }
        every = {**learning, **_moments(adam), **kept, **chance}
        return {name: value.contiguous().clone() for name, value in every.items()}


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _moments(adam: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"adam.{place}.{name}": value
        for place, state in adam.state_dict()["state"].items()
        for name, value in state.items()
    }


def _put_back_moments(adam: torch.optim.Optimizer, moments: Mapping[str, Tensor]) -> None:
    found: dict[int, dict[str, Any]] = {}
    for name, value in moments.items():
        place, _, kind = name.partition(".")
        found.setdefault(int(place), {})[kind] = value
    adam.load_state_dict({**adam.state_dict(), "state": found})
