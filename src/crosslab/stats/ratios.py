"""A share of means, item by item, so that its uncertainty can be read off as that of a mean."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def share_values(part: Values, whole: Values) -> Values:
    """Return numbers, one per item, whose mean is the mean of a part over the mean of a whole.

    An item counts by how it moves both means (a linearization). Where the whole is nothing,
    nothing is kept of it: zeros.

    Example:
        >>> share_values(np.array([1.0, 0.0]), np.array([1.0, 1.0])).tolist()
        [1.0, 0.0]
        >>> share_values(np.array([0.0]), np.array([0.0])).tolist()
        [0.0]
    """
    total = float(whole.mean())
    if total == 0:
        return np.zeros_like(part)
    ratio = float(part.mean()) / total
    found: Values = ratio + (part - ratio * whole) / total
    return found
