"""The training loop. There is one, and every recipe and method goes through it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from crosslab.config import OptimizerConfig
from crosslab.errors import RunError

Batch = TypeVar("Batch")


class Report(Protocol):
    """Told how far a run has come; what it does with that is its own affair."""

    def __call__(self, *, done: int, total: int, loss: float) -> None:
        """Take note of the updates done so far and the loss of the latest."""
        ...


class Crew(Protocol):
    """The processes that work on one update together."""

    @property
    def rank(self) -> int:
        """Which of them this one is."""
        ...

    def mine(self, parts: Sequence[tuple[Batch, float]]) -> Sequence[tuple[Batch, float]]:
        """Return the parts of an update that this process computes."""
        ...

    def summed(self, model: nn.Module, loss: float) -> float:
        """Sum the gradients over all processes, in place, and return the sum of their losses."""
        ...


class Alone:
    """A crew of one."""

    rank = 0

    def mine(self, parts: Sequence[tuple[Batch, float]]) -> Sequence[tuple[Batch, float]]:
        """Return all parts."""
        return parts

    def summed(self, model: nn.Module, loss: float) -> float:  # noqa: ARG002 - nobody to ask
        """Return the loss; the gradients are whole as they are."""
        return loss


class Bookmark(Protocol):
    """Keeps where training stands, so that a killed run goes on from there."""

    def resume(self, adam: torch.optim.Optimizer, schedule: LambdaLR) -> list[float]:
        """Put everything back as it was; return the losses so far, none for a fresh start."""
        ...

    def keep(
        self, adam: torch.optim.Optimizer, schedule: LambdaLR, losses: Sequence[float]
    ) -> None:
        """Keep everything, if it is time to."""
        ...


def train(  # noqa: PLR0913 - what a loop needs, named at the call
    model: nn.Module,
    updates: Iterable[Sequence[tuple[Batch, float]]],
    loss_of: Callable[[Batch, float], Tensor],
    *,
    steps: int,
    optimizer: OptimizerConfig,
    report: Report,
    report_every: int = 20,
    after: Callable[[int], None] = lambda _: None,
    crew: Crew | None = None,
    bookmark: Bookmark | None = None,
) -> list[float]:
    """Train in place for ``steps`` updates and return the loss of every update.

    An update is a sequence of batches, each with its share of the update's items: what is
    computed part by part is the mean over all of them. ``loss_of`` is told what share of the
    updates is done; ``after`` is called after each with their number.

    Raises:
        RunError: The loss is no longer a number, or the batches ran out.
    """
    crew = crew or Alone()
    model.train()  # from_pretrained and evaluation leave a model in evaluation mode
    learning = [each for each in model.parameters() if each.requires_grad]
    adam = torch.optim.AdamW(
        learning,
        lr=optimizer.learning_rate,
        weight_decay=optimizer.weight_decay,
        fused=True,  # one kernel for all weights: a tenth of an update at these sizes
    )
    schedule = LambdaLR(adam, _warm_then_decay(optimizer, steps))
    losses = bookmark.resume(adam, schedule) if bookmark else []
    for step, parts in enumerate(islice(updates, len(losses), steps), start=len(losses)):
        own = _backward(crew.mine(parts), loss_of, step=step, steps=steps)
        losses.append(crew.summed(model, own))
        nn.utils.clip_grad_norm_(learning, optimizer.clip_norm, foreach=True)
        adam.step()
        schedule.step()
        adam.zero_grad(set_to_none=True)
        if (step + 1) % report_every == 0 or step + 1 == steps:
            latest = losses[-report_every:]
            report(done=step + 1, total=steps, loss=sum(latest) / len(latest))
        after(step + 1)
        if bookmark:
            bookmark.keep(adam, schedule, losses)
    if len(losses) < steps:
        raise RunError(
            f"Training was to take {steps} updates, but batches ran out at {len(losses)}."
        )
    return losses


def _backward(
    parts: Sequence[tuple[Batch, float]],
    loss_of: Callable[[Batch, float], Tensor],
    *,
    step: int,
    steps: int,
) -> float:
    """Add up the gradients of some parts of an update, and return their share of its loss."""
    total = 0.0
    for batch, share in parts:
        loss = loss_of(batch, step / steps) * share
        total += _number(loss, step)
        loss.backward()  # type: ignore[no-untyped-call]
    return total


def whole(batches: Iterable[Batch]) -> Iterable[Sequence[tuple[Batch, float]]]:
    """Return batches as updates of one part each."""
    return ([(batch, 1.0)] for batch in batches)


def _number(loss: Tensor, step: int) -> float:
    value = loss.item()
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
        raise RunError(f"The loss became {value} at update {step + 1}; lower the learning rate.")
    return value


def _warm_then_decay(optimizer: OptimizerConfig, steps: int) -> Callable[[int], float]:
    warm = optimizer.warm_up_steps

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return max(0.0, (steps - step) / max(1, steps - warm))

    return factor
