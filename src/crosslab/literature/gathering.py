"""Several sources asked at the same time, none of which can hold up or spoil the others.

Each source is asked in a thread of its own, which has until its time is up. A thread that
still hangs then is left behind: what it had delivered counts, the rest is a timeout.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from threading import Thread
from typing import Final

from crosslab.literature.answers import Answer, Unavailable, sha256_of
from crosslab.literature.asking import Asking, Patience, unavailable
from crosslab.literature.sources.base import Item, Source
from crosslab.literature.works import Work

Ask = Callable[[Source, Asking], Generator[Item, None, None]]

_GRACE_SECONDS: Final = 1.0  # for a thread that is just about to notice that its time is up


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the sources are reached: keys, other addresses than the built-in ones, patience."""

    keys: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)

    def asking(self, source: Source) -> Asking:
        """Return how one source is asked, from now on."""
        mine = self.patience
        total = source.total_seconds if mine.total_seconds is None else mine.total_seconds
        pause = source.pause_seconds if mine.pause_seconds is None else mine.pause_seconds
        return Asking(
            endpoint=self.endpoints.get(source.key, source.endpoint),
            until=time.monotonic() + total,
            pause_seconds=pause,
            patience=mine,
            key=self.keys.get(source.key),
            takes_key=source.takes_key,
        )


@dataclass(slots=True)
class _Delivery:
    """What a source has brought so far."""

    brought: list[tuple[Item, Work]] = field(default_factory=list)
    failure: Unavailable | None = None


def gathered(
    chosen: Sequence[Source], ask: Ask, access: Access, *, query: str, limit: int
) -> list[Answer]:
    """Return the answer of each source, in the order given."""
    under_way = []
    for source in chosen:
        asking, delivery = access.asking(source), _Delivery()
        thread = Thread(target=_deliver, args=(source, ask, asking, limit, delivery), daemon=True)
        thread.start()
        under_way.append((source, asking, delivery, thread))
    answers = []
    for source, asking, delivery, thread in under_way:
        thread.join(max(0.0, asking.until - time.monotonic()) + _GRACE_SECONDS)
        late = Unavailable("timeout", "the time for this source was up")
        failure = late if thread.is_alive() else delivery.failure
        answers.append(_answer(source, asking, list(delivery.brought), failure, query, limit))
    return answers


def _deliver(source: Source, ask: Ask, asking: Asking, limit: int, to: _Delivery) -> None:
    """Collect what a source yields; whatever goes wrong is its answer."""
    try:
        with closing(ask(source, asking)) as items:
            for item in items:
                to.brought.append((item, source.work(item)))
                if len(to.brought) >= limit:
                    return
    except Exception as error:  # a client may raise anything, and the others must go on
        to.failure = unavailable(error, takes_key=source.takes_key)


def _answer(  # noqa: PLR0913, PLR0917 - the parts of an answer
    source: Source,
    asking: Asking,
    brought: Sequence[tuple[Item, Work]],
    failure: Unavailable | None,
    query: str,
    limit: int,
) -> Answer:
    works = tuple(work for _, work in brought)
    return Answer(
        source=source.key,
        query=query,
        limit=limit,
        asked=datetime.now(UTC).isoformat(timespec="seconds"),
        client=f"{source.client} {version(source.client)}",
        endpoint=asking.endpoint,
        state="answered" if failure is None else "partial" if works else "unavailable",
        reason=None if failure is None else failure.reason,
        detail=None if failure is None else failure.detail,
        items_sha256=sha256_of([item for item, _ in brought]),
        works=works,
    )
