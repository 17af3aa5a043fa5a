"""The methods, one object each. Adding one: ``CONTRIBUTING.md``."""

from collections.abc import Mapping
from typing import Final

from crosslab.methods.base import Method
from crosslab.methods.smoothing_synonyms import SynonymSmoothing
from crosslab.methods.standard import Standard

METHODS: Final[Mapping[str, Method]] = {
    "standard": Standard(),
    "smoothing-synonyms": SynonymSmoothing(),
}
