"""The training loop. There is one, and every recipe and method goes through it."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

from crosslab.config import OptimizerConfig
from crosslab.errors import RunError

Batch = TypeVar("Batch")


class Report(Protocol):
    """Told how far a run has come; what it does with that is its own affair."""

    def __call__(self, *, done: int, total: int, loss: float) -> None:
        """Take note of the updates done so far and the loss of the latest."""
        ...


def train(  # noqa: PLR0913 - what a loop needs, named at the call
    model: nn.Module,
    batches: Iterable[Batch],
    loss_of: Callable[[Batch, float], Tensor],
    *,
    steps: int,
    optimizer: OptimizerConfig,
    report: Report,
    report_every: int = 20,
    after: Callable[[int], None] = lambda _: None,
) -> list[float]:
    """Train in place for ``steps`` updates and return the loss of every update.

    ``loss_of`` is told what share of the updates is done; ``after`` is called after each
    with their number.

    Raises:
        RunError: The loss is no longer a number, or the batches ran out.
    """
    model.train()  # from_pretrained and evaluation leave a model in evaluation mode
    adam = torch.optim.AdamW(
        model.parameters(),
        lr=optimizer.learning_rate,
        weight_decay=optimizer.weight_decay,
        fused=True,  # one kernel for all weights: a tenth of an update at these sizes
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, _warm_then_decay(optimizer, steps))
    losses: list[float] = []
    for step, batch in enumerate(islice(batches, steps)):
        loss = loss_of(batch, step / steps)
        losses.append(_number(loss, step))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), optimizer.clip_norm, foreach=True)
        adam.step()
        schedule.step()
        adam.zero_grad(set_to_none=True)
        if (step + 1) % report_every == 0 or step + 1 == steps:
            latest = losses[-report_every:]
            report(done=step + 1, total=steps, loss=sum(latest) / len(latest))
        after(step + 1)
    if len(losses) < steps:
        raise RunError(
            f"Training was to take {steps} updates, but batches ran out at {len(losses)}."
        )
    return losses


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
