"""How far those who judge the same things agree: Krippendorff's alpha.

1 is full agreement, 0 what chance gives. Judges may leave things out; a thing that only
one of them judged says nothing (Krippendorff 2004, Content Analysis, chapter 11).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def nominal_alpha(counts: Iterable[Mapping[str, int]]) -> float | None:
    """Return alpha for labels, from how often each thing was given each of them.

    Nothing where no thing was judged twice, or where only one label was ever given: then
    there is no disagreement that chance could have brought about.

    Example:
        >>> nominal_alpha([{"yes": 2}, {"no": 2}])
        1.0
    """
    pairable = [each for each in counts if sum(each.values()) > 1]
    labels = sorted({label for each in pairable for label in each})
    table = np.array([[each.get(label, 0) for label in labels] for each in pairable], dtype=float)
    if len(labels) < 2:  # noqa: PLR2004 - two labels, or nothing can differ
        return None
    judges = table.sum(axis=1)  # (things,)
    observed = ((judges**2 - (table**2).sum(axis=1)) / (judges - 1)).sum()
    given, all_given = table.sum(axis=0), judges.sum()
    expected = (all_given**2 - (given**2).sum()) / (all_given - 1)
    return float(1 - observed / expected)


def interval_alpha(judged: Sequence[Sequence[float | None]]) -> float | None:
    """Return alpha for numbers, from what each thing was given by each judge.

    Nothing where no thing was judged twice, or all numbers are the same.

    Example:
        >>> interval_alpha([[1.0, 1.0], [5.0, 5.0]])
        1.0
    """
    given = [[value for value in thing if value is not None] for thing in judged]
    pairable = [np.array(values) for values in given if len(values) > 1]
    if not pairable:
        return None
    every = np.concatenate(pairable)
    expected = _squares(every) / (len(every) - 1)
    if every.min() == every.max():
        return None
    observed = sum(_squares(values) / (len(values) - 1) for values in pairable)
    return float(1 - observed / expected)


def _squares(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Return the sum of squared differences over all ordered pairs."""
    return float(2 * len(values) * ((values - values.mean()) ** 2).sum())
