"""A run that a study consists of, and what tells it from another."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crosslab.provenance import answering_versions, digest_of, source_digests
from crosslab.records import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run that a study consists of, with everything its answers depend on."""

    unit: Unit
    settings: Mapping[str, Any]
    sources: Mapping[str, str]
    packages: Mapping[str, str]
    parents: tuple[Unit, ...] = ()

    @property
    def threads(self) -> int:
        """Processor threads the run computes with."""
        return int(self.settings["threads"])


def planned(  # noqa: PLR0913 - the parts of a fingerprint, each named
    scale: str,
    experiment: str,
    arm: str,
    *,
    seed: int,
    chosen: dict[str, Any],
    entry: tuple[str, ...],
    parents: tuple[Unit, ...] = (),
) -> PlannedRun:
    """Return a run, its fingerprint taken over everything its answers depend on."""
    sources, packages = source_digests(entry), dict(_versions())
    identity = {
        "experiment": experiment,
        "arm": arm,
        "seed": seed,
        "settings": chosen,
        "sources": sources,
        "packages": packages,
    }
    unit = Unit(
        scale=scale,
        experiment=experiment,
        arm=arm,
        seed=seed,
        fingerprint=digest_of(identity),
    )
    return PlannedRun(
        unit=unit, settings=chosen, sources=sources, packages=packages, parents=parents
    )


@cache
def _versions() -> Mapping[str, str]:
    """Return the versions of answering packages, looked up once: what is imported stays."""
    return answering_versions()


def module_name(key: str) -> str:
    """Return what the module of a method or a task is called."""
    return key.replace("-", "_")


def changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return what differs between two sets of plain data, one dotted name per difference.

    Example:
        >>> changes({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2})
        ['a.b: 1 -> 3']
    """
    found: list[str] = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        name = f"{prefix}{key}"
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += changes(before, after, f"{name}.")
        elif before != after:
            found.append(f"{name}: {_short(before)} -> {_short(after)}")
    return found


def _short(value: Any) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:10]}…"  # noqa: PLR2004 - a line is a line
