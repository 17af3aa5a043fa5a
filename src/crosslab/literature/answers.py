"""What a source came back with: everything, a part, or nothing and the reason why.

A source that fails is a finding and no accident: it is named with a reason from a
closed list, the others go on, and what it had delivered until then is kept.
"""

import hashlib
import json
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crosslab.errors import CrosslabError
from crosslab.literature.works import Work

State = Literal["answered", "partial", "unavailable"]
Reason = Literal[
    "rate-limited", "missing-key", "server-error", "timeout", "unreachable", "malformed-answer"
]

NAMES: Final = {  # in the order in which sources are shown
    "arxiv": "arXiv",
    "crossref": "Crossref",
    "openalex": "OpenAlex",
    "semantic-scholar": "Semantic Scholar",
    "dblp": "DBLP",
    "anthology": "ACL Anthology",
}
WHAT_TO_DO: Final[dict[Reason, str]] = {
    "rate-limited": "wait, and ask again with: crosslab literature refresh",
    "missing-key": "give a key with --keys FILE (one line per source, 'source: key')",
    "server-error": "ask again later with: crosslab literature refresh",
    "timeout": "ask again later with: crosslab literature refresh",
    "unreachable": "check the network, then: crosslab literature refresh",
    "malformed-answer": "look at the service by hand; its format may have changed",
}


class Unavailable(CrosslabError):  # noqa: N818 - it is an answer as much as an error
    """A source that gave no usable answer: why, and how long it asked us to wait."""

    exit_status = 1

    def __init__(self, reason: Reason, detail: str, *, wait_seconds: float | None = None) -> None:
        self.reason, self.detail, self.wait_seconds = reason, detail, wait_seconds
        super().__init__(f"{reason} ({detail}); {WHAT_TO_DO[reason]}.")


class Answer(BaseModel):
    """What one source said to one question, and how it was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    query: str
    limit: int = Field(ge=1)
    asked: str
    client: str
    endpoint: str
    state: State
    reason: Reason | None = None
    detail: str | None = None
    items_sha256: str
    works: tuple[Work, ...] = ()

    @model_validator(mode="after")
    def _reason_belongs_to_a_failure(self) -> Self:
        """Refuse a failure without a reason, a reason without a failure, works out of nothing."""
        failed = self.state != "answered"
        if failed != (self.reason is not None) or failed != (self.detail is not None):
            raise ValueError("reason and detail belong to what is partial or unavailable")
        if (self.state == "partial") != (failed and bool(self.works)):
            raise ValueError("what failed is partial with works and unavailable without")
        return self


def sha256_of(value: Any) -> str:
    """Return the SHA-256 of plain data, whatever the order of its keys.

    Example:
        >>> sha256_of({"a": 1, "b": 2}) == sha256_of({"b": 2, "a": 1})
        True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
