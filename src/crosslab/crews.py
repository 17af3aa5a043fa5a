"""Several processes that compute one run together, each on a GPU of its own."""

import multiprocessing
import os
import pickle
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.multiprocessing.spawn import ProcessRaisedException, start_processes

from crosslab.errors import CrosslabError
from crosslab.training import Batch

Made = TypeVar("Made")

_HERE: Final = "127.0.0.1"
_RESULT, _REFUSAL = "result", "refusal"


class AccelerateCrew:
    """Processes that each compute some parts of every update; ``accelerate`` adds them up."""

    def __init__(self, accelerator: Accelerator) -> None:
        self.accelerator = accelerator

    @property
    def rank(self) -> int:
        """Which of the processes this one is."""
        return int(self.accelerator.process_index)

    @property
    def count(self) -> int:
        """How many processes there are."""
        return int(self.accelerator.num_processes)

    def mine(self, parts: Sequence[tuple[Batch, float]]) -> Sequence[tuple[Batch, float]]:
        """Return the parts of an update that this process computes."""
        return parts[self.rank :: self.count]

    def summed(self, model: nn.Module, loss: float) -> float:
        """Sum the gradients over all processes, in place, and return the sum of their losses."""
        learning = [each for each in model.parameters() if each.requires_grad]
        own = [torch.zeros_like(each) if each.grad is None else each.grad for each in learning]
        last = torch.tensor([loss], dtype=own[0].dtype, device=own[0].device)
        together = torch.cat([*(each.flatten() for each in own), last])
        together = self.accelerator.reduce(together, reduction="sum")
        sizes = [each.numel() for each in learning]
        for weights, gradient in zip(learning, together[:-1].split(sizes), strict=True):
            weights.grad = gradient.view_as(weights)
        return float(together[-1])

    def gathered(self, tensor: Tensor) -> list[Tensor]:
        """Return a tensor of every process, in the order of their ranks."""
        there = tensor.to(self.accelerator.device)
        found: Tensor = self.accelerator.gather(there.unsqueeze(0))
        return list(found.cpu())


def together(places: Sequence[int | None], work: Callable[[AccelerateCrew], Made]) -> Made:
    """Do some work in as many processes as there are places, and return what the first returns.

    A place is the number of a GPU, or nothing for the processor.

    Raises:
        CrosslabError: What one of the processes refused to do.
    """
    multiprocessing.set_forkserver_preload([__name__, "crosslab.finetuning"])
    with tempfile.TemporaryDirectory() as folder:
        try:
            start_processes(  # type: ignore[no-untyped-call]
                _member,
                args=(list(places), _free_port(), folder, work),
                nprocs=len(places),
                start_method="forkserver",  # of a process that has started no GPU, nor threads
            )
        except ProcessRaisedException:
            refusal = Path(folder) / _REFUSAL
            if refusal.exists():
                raise pickle.loads(refusal.read_bytes()) from None
            raise
        made: Made = pickle.loads((Path(folder) / _RESULT).read_bytes())
        return made


def _member(
    rank: int,
    places: Sequence[int | None],
    port: int,
    folder: str,
    work: Callable[[AccelerateCrew], object],
) -> None:
    place = places[rank]
    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank if place is None else place),
        "WORLD_SIZE": str(len(places)),
        "LOCAL_WORLD_SIZE": str(len(places)),
        "MASTER_ADDR": _HERE,
        "MASTER_PORT": str(port),
    }
    crew = AccelerateCrew(Accelerator(cpu=place is None))
    try:
        made = work(crew)
    except CrosslabError as error:
        (Path(folder) / _REFUSAL).write_bytes(pickle.dumps(error))
        raise
    if rank == 0:
        (Path(folder) / _RESULT).write_bytes(pickle.dumps(made))
    crew.accelerator.wait_for_everyone()
    torch.distributed.destroy_process_group()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind((_HERE, 0))
        return int(listening.getsockname()[1])
