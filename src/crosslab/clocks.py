"""What time it is, on the wall and of this process, and what has gone by since."""

import os
import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Seconds:
    """A span: on the wall, and of a processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall - other.wall, self.cpu - other.cpu)

    @classmethod
    def now(cls) -> Self:
        """Return what the clocks show: only the difference of two such readings means anything."""
        times = os.times()
        return cls(time.monotonic(), times.user + times.system)
