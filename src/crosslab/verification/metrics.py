"""The metrics of a record, computed anew from its answers, without torch."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from crosslab.experiments import PRETRAINING
from crosslab.records import Record

COLUMNS: Final = ("item", "first", "second", "prediction", "gold")
PERTURBED: Final = ("noise", "radius")  # columns of answers that were given under noise as well
_TOLERANCE: Final = 1e-9
_ROUNDED: Final = 4  # decimals of the metrics by language


def metric_problems(record: Record, answers: pd.DataFrame) -> Iterator[str]:
    """Return each metric of a record that does not follow from its answers."""
    absent = [name for name in COLUMNS if name not in answers]
    if absent:
        yield f"its answers have no column {', '.join(absent)}"
        return
    for name, value in recomputed(record, _unperturbed(answers)).items():
        if name in record.metrics and not _agree(record.metrics[name], value):
            yield f"metric {name} is {_short(record.metrics[name])}, its answers give {value}"


def _unperturbed(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answers without noise, where there are others: metrics are about these."""
    if not set(PERTURBED) <= set(answers):
        return answers
    kind = answers["noise"].iloc[0]  # without noise every kind of it is the same
    clean: pd.DataFrame = answers[(answers["radius"] == 0) & (answers["noise"] == kind)]
    return clean


def recomputed(record: Record, answers: pd.DataFrame) -> dict[str, Any]:
    """Return the metrics that follow from a run's answers, by their names in a record."""
    right = answers["prediction"].to_numpy() == answers["gold"].to_numpy()
    keys = pd.DataFrame({name: answers[name].astype("category") for name in ("first", "second")})
    cells = keys.assign(right=right).groupby(["first", "second"], observed=True)["right"].mean()
    shares = {pair: float(share) for pair, share in zip(cells.index, cells.to_numpy(), strict=True)}
    if record.unit.experiment == PRETRAINING:
        return _word_translation(answers["first"], right)
    source = _source(record, answers)
    return {
        "source_accuracy": shares.get((source, source)),
        "zero_shot_macro_accuracy": _mean(
            share for (a, b), share in shares.items() if a == b != source
        ),
        "mixed_pair_macro_accuracy": _mean(share for (a, b), share in shares.items() if a != b),
    }


def _word_translation(languages: "pd.Series[Any]", right: Any) -> dict[str, Any]:
    by_language = pd.Series(right).groupby(languages.to_numpy(), sort=False).mean()
    return {
        "word_translation": float(by_language.mean()),
        "word_translation_by_language": {
            str(key): round(float(share), _ROUNDED) for key, share in by_language.items()
        },
    }


def _source(record: Record, answers: pd.DataFrame) -> str:
    """Return the source language: that of the settings, else the first that was asked in."""
    lab = record.settings.get("lab")
    return str((lab or {}).get("source", answers["first"].iloc[0]))


def _mean(shares: Iterable[float]) -> float | None:
    values = list(shares)
    return sum(values) / len(values) if values else None


def _agree(recorded: Any, found: Any) -> bool:
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        return set(recorded) == set(found) and all(_agree(recorded[k], found[k]) for k in found)
    if isinstance(recorded, int | float) and isinstance(found, int | float):
        return abs(recorded - found) <= _TOLERANCE
    return bool(recorded == found)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - a line is a line
