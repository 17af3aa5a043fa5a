"""Which checkpoint of a run is meant: three choices, recorded side by side."""

from typing import Final

LAST: Final = "last"
BEST_SOURCE_DEV: Final = "best-source-dev"
ORACLE: Final = "oracle"  # selected with labels of the target languages, which nobody has
CHECKPOINTS: Final = (LAST, BEST_SOURCE_DEV, ORACLE)


def prediction_column(checkpoint: str) -> str:
    """Return the column of the answers that holds what a checkpoint predicts.

    Example:
        >>> prediction_column("last"), prediction_column("best-source-dev")
        ('prediction', 'prediction_best_source_dev')
    """
    return "prediction" if checkpoint == LAST else f"prediction_{checkpoint.replace('-', '_')}"
