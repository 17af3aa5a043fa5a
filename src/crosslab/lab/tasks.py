"""The tasks of the lab, one module each. Adding one: ``CONTRIBUTING.md``."""

from collections.abc import Mapping
from typing import Final

from crosslab.lab import nli, paraphrase
from crosslab.lab.pairs import Task

TASKS: Final[Mapping[str, Task]] = {
    "paraphrase": paraphrase.TASK,
    "nli": nli.TASK,
}
