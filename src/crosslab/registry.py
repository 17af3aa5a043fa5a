"""Look a name up in a registry, and help when it is not there."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from crosslab.errors import UnknownNameError

Entry = TypeVar("Entry")


def lookup(registry: Mapping[str, Entry], name: str, *, kind: str) -> Entry:
    """Return the entry called ``name``, or refuse with the nearest known name.

    Example:
        >>> lookup({"standard": 1}, "standard", kind="arm")
        1
        >>> lookup({"standard": 1, "smoothing": 2}, "standart", kind="arm")
        Traceback (most recent call last):
            ...
        crosslab.errors.UnknownNameError: Unknown arm 'standart'. Did you mean 'standard'? Known: smoothing, standard.
    """  # noqa: E501
    if name in registry:
        return registry[name]
    near = get_close_matches(name, registry, n=1, cutoff=0.5)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    raise UnknownNameError(f"Unknown {kind} '{name}'.{guess} Known: {', '.join(sorted(registry))}.")
