"""What can go wrong, and what the person at the keyboard is told.

CrosslabError
├── UsageError        an argument, parameter or file that cannot be used (exit status 2)
│   ├── UnknownNameError     a name that is not in a registry
│   └── ParameterError       notebook parameters that are undeclared or ill-typed
├── DataError         a data set that is missing, damaged or not what its card says (exit status 2)
├── StoreError        a record that is damaged, contradictory or cannot be written (exit status 2)
├── BusyError         another study works in the same folder (exit status 2)
├── RunError          a notebook or a scheduled run failed (exit status 1)
├── StaleError        a page or record no longer matches what it was made from (exit status 1)
└── StoppedError      stopped by the person at the keyboard; resumable (exit status 3)

The text of an error is for the person at the keyboard: what was given, what would have
been fine, how to go on. Problems that are found together are reported together.
"""

from collections.abc import Sequence


class CrosslabError(Exception):
    """Anything this package raises on purpose."""

    exit_status = 2

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["CrosslabError"], tuple[list[str]]]:
        """Come back from another process with the problems apart."""
        return type(self), (self.problems,)


class UsageError(CrosslabError):
    """An argument, a setting or a file that cannot be used as it is."""


class UnknownNameError(UsageError):
    """A name that is in no registry; the message suggests the nearest one."""


class ParameterError(UsageError):
    """Notebook parameters that the notebook does not declare, or of another type."""


class DataError(CrosslabError):
    """A data set that cannot be had, is damaged, or is not what its card says."""


class StoreError(CrosslabError):
    """A record that is damaged, contradicts another one, or cannot be written."""


class BusyError(CrosslabError):
    """Another study is at work in the same folder."""


class RunError(CrosslabError):
    """A notebook or a scheduled run failed."""

    exit_status = 1


class StaleError(CrosslabError):
    """A page that no longer matches its records, its notebook or its source."""

    exit_status = 1


class StoppedError(CrosslabError):
    """The person at the keyboard stopped it; the same command goes on from there."""

    exit_status = 3
