"""How a service is asked: bounded in time and in attempts, whichever client does the asking.

Left alone, the clients differ in the worst way: one waits for ever, one sleeps as long as
the server says (half a day, once an OpenAlex budget is spent), one takes a failing server
for an empty result. Here every request has a timeout, every status is judged in one place,
and a server that asks for patience gets it only up to a few seconds.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter

from crosslab.literature.answers import Reason, Unavailable

Given = TypeVar("Given")

_SHOWN: Final = 160  # characters of a server's own words that are passed on
_NOT_FOUND: Final = 404

_BY_KIND: Final[tuple[tuple[tuple[type[BaseException], ...], Reason], ...]] = (
    (
        (requests.Timeout, httpx.TimeoutException, urllib3.exceptions.TimeoutError, TimeoutError),
        "timeout",
    ),
    (
        (
            requests.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            httpx.TransportError,
            urllib3.exceptions.HTTPError,
            ConnectionError,
        ),
        "unreachable",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited for what. What is None is left to the source."""

    request_seconds: float = 20.0
    total_seconds: float | None = None
    pause_seconds: float | None = None
    waits: tuple[float, ...] = (1.0, 4.0)  # before each further attempt
    longest_wait_seconds: float = 10.0  # a server that asks for more is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Where one source is asked, with which key, and until when."""

    endpoint: str
    until: float  # on the clock of time.monotonic
    pause_seconds: float
    patience: Patience
    key: str | None = None
    takes_key: bool = False

    @property
    def request_seconds(self) -> float:
        """How long one request may still take.

        Raises:
            Unavailable: The time of this source is up.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise Unavailable("timeout", "the time for this source was up")
        return min(self.patience.request_seconds, left)

    def pause(self) -> None:
        """Wait between two pages, as the service's rules ask."""
        time.sleep(min(self.pause_seconds, self.request_seconds))


def tried(call: Callable[[], Given], asking: Asking) -> Given:
    """Return what a call gives, made again a few times where waiting may help.

    Raises:
        Unavailable: It never worked, or the server asks for more patience than there is.
    """
    for wait in (*asking.patience.waits, None):
        try:
            return call()
        except Exception as error:  # clients raise what they like; all of it means one thing
            failure = unavailable(error, takes_key=asking.takes_key)
            if wait is None or failure.reason not in {"rate-limited", "server-error"}:
                raise failure from error
            pause = wait if failure.wait_seconds is None else failure.wait_seconds
            if pause > min(asking.patience.longest_wait_seconds, asking.request_seconds):
                raise failure from error
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def session(asking: Asking) -> requests.Session:
    """Return a session whose every request is bounded, for clients that are built on one."""
    made = requests.Session()
    adapter = _Bounded(asking)
    made.mount("http://", adapter)
    made.mount("https://", adapter)
    return made


class _Bounded(HTTPAdapter):
    """Gives each request a timeout and judges its status; the one place requests offers."""

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking

    def send(  # noqa: PLR0913, PLR0917 - the signature that requests calls
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,  # noqa: ARG002 - the clients leave it out; ours is meant
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Return the answer to a request, or say why there is none."""

        def once() -> requests.Response:
            seconds = self._asking.request_seconds
            got = super(_Bounded, self).send(request, stream, seconds, verify, cert, proxies)
            if not got.ok and got.status_code != _NOT_FOUND:
                judge(got.status_code, got.headers, got.text, takes_key=self._asking.takes_key)
            return got

        return tried(once, self._asking)


def judge(status: int, headers: Mapping[str, str], text: str, *, takes_key: bool) -> None:
    """Refuse a status that brings no answer.

    Raises:
        Unavailable: The status is one of failure.
    """
    if status < 400:  # noqa: PLR2004 - where failures begin in HTTP
        return
    detail = f"HTTP {status}: {' '.join(text.split())[:_SHOWN]}".rstrip(": ")
    spent = headers.get("x-ratelimit-remaining") in {"0", "0.0"}
    if status == 429 or (status == 403 and spent):  # noqa: PLR2004
        # A spent daily budget comes back at midnight and not after a second.
        wait = float("inf") if spent else waiting_seconds(headers.get("retry-after"))
        raise Unavailable("rate-limited", detail, wait_seconds=wait)
    if status in {401, 403} and takes_key:
        raise Unavailable("missing-key", detail)
    # What the service finds wrong with the request will not get better by asking again.
    later = waiting_seconds(headers.get("retry-after")) if status >= 500 else float("inf")  # noqa: PLR2004
    raise Unavailable("server-error", detail, wait_seconds=later)


def waiting_seconds(header: str | None) -> float | None:
    """Return how long a Retry-After header asks to wait; None where it says nothing usable.

    Example:
        >>> waiting_seconds("3"), waiting_seconds("soon"), waiting_seconds(None)
        (3.0, None, None)
    """
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None


def unavailable(error: BaseException, *, takes_key: bool = False) -> Unavailable:
    """Return the reason behind whatever a client raised.

    Clients wrap what happened in errors of their own, so the whole chain is read. What
    is nothing known of the network was a content that the client could not take.
    """
    chain = _chain(error)
    for each in chain:
        if isinstance(each, Unavailable):
            return each
        response = getattr(each, "response", None)
        if isinstance(response, requests.Response | httpx.Response) and not _good(response):
            try:
                judge(response.status_code, response.headers, response.text, takes_key=takes_key)
            except Unavailable as failure:
                return failure
    # What wraps an error knows best what kind it is; what lies within, how it came about.
    within = f"{type(chain[-1]).__name__}: {chain[-1]}"[:_SHOWN]
    for each in chain:
        for kinds, reason in _BY_KIND:
            if isinstance(each, kinds):
                return Unavailable(reason, within)
    return Unavailable("malformed-answer", f"{type(error).__name__}: {error}"[:_SHOWN])


def _good(response: requests.Response | httpx.Response) -> bool:
    return response.status_code < 400  # noqa: PLR2004 - where failures begin in HTTP


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and what led to it, the outermost first."""
    chain: list[BaseException] = []
    pending: BaseException | None = error
    while pending is not None and pending not in chain:
        chain.append(pending)
        pending = pending.__cause__ or pending.__context__
    return chain
