"""Whether a report's claim is one that the registry holds, said in other words or cut off.

The score is the share of weight that two wordings have in common: words are brought to a
stem and a few to a synonym, and a word that few claims use weighs more. Three things are
not a matter of degree: another figure, another benchmark or address, and the opposite
direction make another claim, however alike the words. No model, no download.

The threshold was chosen on half of ``claims/wordings.yaml`` and judged on the other half
(``judged_on``); no wording of a report took part.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, log
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from crosslab.audit.markup import visible
from crosslab.claims import Claim
from crosslab.entries import entries
from crosslab.layout import CLAIMS

WORDINGS: Final = CLAIMS / "wordings.yaml"
NO_CLAIM: Final = "none"

# Chosen on the odd places of claims/wordings.yaml by `best_threshold`; a test holds it there.
THRESHOLD: Final = 0.6
_UNKNOWN_WEIGHT: Final = 1.0  # of a word that no claim of the registry uses
_CUT_WORDS: Final = 4  # a shorter wording is never taken for the beginning of a longer one

_NAMES: Final = (
    (re.compile(r"\b(?:multilingual bert|m-?bert)\b"), "mbert"),
    (re.compile(r"\bxlm-?r(?:oberta)?\b"), "xlmr"),
    (re.compile(r"\bpaws[- ]?x\b"), "pawsx"),
    (re.compile(r"\bxtreme-?r\b"), "xtremer"),
    (re.compile(r"\bmachine translat\w+"), "mt"),
)
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:www\.)?((?:github|gitlab)\.com/\S+|https?://\S+)")
_WORD: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_][\w']*")
_SUFFIXES: Final = ("ations", "ation", "ments", "ment", "ings", "ing", "edly", "ably", "able",
                    "ies", "ed", "ly", "es", "s", "e")  # fmt: skip
_SHORTEST_STEM: Final = 3
_STOP: Final = frozenset(
    "a an the of for to in on at by with and or as is are was were be been being that this these "
    "those it its their our his her they we which such like from into than then can may might "
    "will would has have had do does did so both also there through via example instance between "
    "two several including".split()
)
_SYNONYMS: Final = {
    stem: group[0]
    for group in (
        ("improv", "gain", "rais", "increas", "boost", "better", "enhanc", "help", "up"),
        ("requir", "need", "depend", "rely", "reli", "demand"),
        ("expensiv", "cost", "costly"),
        ("corpora", "corpus", "corpu"),
        ("research", "work", "stud", "study", "paper", "author"),
        ("method", "approach", "techniqu", "strateg"),
        ("addition", "additional", "extra", "further", "more"),
        ("earl", "early", "earlier", "first", "initial"),
        ("recent", "newer", "new", "later"),
        ("most", "mostly", "majority", "majorit"),
        ("aware", "awar"),
        ("misalign", "misaligned"),
        ("propos", "introduc", "suggest"),
        ("code", "cod", "implement", "sourc"),
        ("avail", "publicly", "public", "releas", "found"),
        ("supervis", "label", "labell", "annotat"),
        ("syntax", "syntactic"),
        ("sentenc", "text"),
        ("remark", "remarkab", "remarkable", "great", "greatly", "strong"),
        ("model", "encoder"),
    )
    for stem in group
}
_BENCHMARKS: Final = frozenset(
    "pawsx xnli mlqa tatoeba bucc lareqa xquad xtreme xtremer xglue tydiqa anli flores".split()
)
_NEGATIONS: Final = frozenset(
    "not no never cannot can't don't doesn't didn't isn't aren't without neither nor "
    "hardly fails fail failed lack lacks".split()
)
_DOWN: Final = frozenset(
    "drops drop dropped decreases decrease decreased degrades degrade worsens worsen reduces "
    "reduce reduced harms harm hurts hurt lowers lower declines decline cheap same".split()
)


class Match(NamedTuple):
    """The claim a wording states, or none, and how alike the nearest one is."""

    claim_id: str | None
    score: float


@dataclass(frozen=True, slots=True)
class _Wording:
    """A wording as it is compared."""

    stems: tuple[str, ...]
    figures: frozenset[str]
    benchmarks: frozenset[str]
    addresses: frozenset[str]
    direction: int  # negations and words of decline: odd turns a claim around
    cut: bool


class Labelled(BaseModel):
    """Wordings of one claim, or of none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim_id: str
    texts: list[str]


class Quality(NamedTuple):
    """How a threshold fares on labelled wordings."""

    right: int
    wrong: int  # matched to a claim that it does not state
    missed: int  # states a claim and matched none

    @property
    def precision(self) -> float:
        """The share of matches that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of wordings that were matched as they should be, of those that state one."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


class Matcher:
    """The claims of a registry, ready to be compared with wordings."""

    def __init__(self, claims: Sequence[Claim], threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._known = [(claim.claim_id, _wording(claim.quote)) for claim in claims]
        uses = Counter(stem for _, each in self._known for stem in set(each.stems))
        self._weights = {stem: log(1 + len(self._known) / count) for stem, count in uses.items()}

    def match(self, text: str) -> Match:
        """Return the claim that a wording states, with its score.

        Example:
            >>> made = Claim(claim_id="x", name="x", quote="Robust training improves transfer.")
            >>> Matcher([made]).match("Transfer is improved by robust training")
            Match(claim_id='x', score=1.0)
            >>> Matcher([made]).match("Robust training does not improve transfer").claim_id
        """
        candidate = _wording(text)
        best_id, best = None, 0.0
        for claim_id, known in self._known:
            if _is_another(candidate, known):
                continue
            score = self._alike(candidate, known)
            if score > best:
                best_id, best = claim_id, score
        score = round(best, 3)
        return Match(best_id if score >= self.threshold else None, score)

    def _alike(self, one: _Wording, other: _Wording) -> float:
        """Return how much weight two wordings share; where one was cut off, up to the cut."""
        score = self._shared(one.stems, other.stems)
        shorter, longer = sorted((one, other), key=lambda each: len(each.stems))
        if shorter.cut and len(shorter.stems) > _CUT_WORDS:
            kept = shorter.stems[:-1]  # the last word may be half a word
            score = max(score, self._shared(kept, longer.stems[: len(kept) + 1]))
        return score

    def _shared(self, one: Sequence[str], other: Sequence[str]) -> float:
        mine, theirs = set(one), set(other)
        total = self._weight(mine) + self._weight(theirs)
        return 2 * self._weight(mine & theirs) / total if total else 0.0

    def _weight(self, stems: Iterable[str]) -> float:
        # Exact, since the order in which a set is gone through differs from process to process.
        return fsum(self._weights.get(stem, _UNKNOWN_WEIGHT) for stem in stems)


def _is_another(one: _Wording, other: _Wording) -> bool:
    """Whether two wordings cannot state the same claim, however alike they are."""
    if (one.direction - other.direction) % 2:
        return True
    for mine, theirs in (
        (one.figures, other.figures),
        (one.addresses, other.addresses),
        (one.benchmarks, other.benchmarks),
    ):
        if bool(mine) != bool(theirs) or (mine and not mine & theirs):
            return True
    return False


def _wording(text: str) -> _Wording:
    seen = visible(text).casefold()
    addresses = frozenset(found.rstrip("/.,;)") for found in _ADDRESS.findall(seen))
    seen = _ADDRESS.sub(" ", seen)
    for pattern, name in _NAMES:
        seen = pattern.sub(name, seen)
    words = _WORD.findall(seen)
    return _Wording(
        stems=tuple(_stem(word) for word in words if word not in _STOP),
        figures=frozenset(word for word in words if "." in word and word[0].isdigit()),
        benchmarks=frozenset(words) & _BENCHMARKS,
        addresses=addresses,
        direction=sum(word in _NEGATIONS or word in _DOWN for word in words),
        cut=not seen.rstrip().endswith((".", "!", "?", ")", '"', "'")),
    )


def _stem(word: str) -> str:
    """Return a word without its ending, or the word that stands for its synonyms.

    Example:
        >>> _stem("improves"), _stem("gains"), _stem("alignments"), _stem("languages")
        ('improv', 'improv', 'align', 'languag')
    """
    known = _SYNONYMS.get(word)
    if known is not None:
        return known
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix)
            break
    return _SYNONYMS.get(word, word)


def stems(text: str) -> tuple[str, ...]:
    """Return the words of a text that carry meaning, each brought to its stem, each once."""
    return tuple(dict.fromkeys(_wording(text).stems))


def labelled(place: int) -> list[tuple[str, str]]:
    """Return the labelled wordings that choose the threshold (0) or judge it (1)."""
    return [
        (text, row.claim_id)
        for row in entries(WORDINGS, "wordings", Labelled)
        for text in row.texts[place::2]
    ]


def quality(matcher: Matcher, wordings: Iterable[tuple[str, str]]) -> Quality:
    """Return how a matcher fares on labelled wordings."""
    right = wrong = missed = 0
    for text, claim_id in wordings:
        found = matcher.match(text).claim_id
        right += found == claim_id
        wrong += found is not None and found != claim_id
        missed += claim_id not in {NO_CLAIM, found}
    return Quality(right, wrong, missed)


def best_threshold(claims: Sequence[Claim]) -> float:
    """Return the threshold with the best harmonic mean on the wordings that choose it.

    Where several are as good, the middle of the longest row of them.
    """
    tried = [round(0.02 * step, 2) for step in range(1, 50)]
    wordings = labelled(0)
    scores = [quality(Matcher(claims, threshold=each), wordings).f1 for each in tried]
    best = max(scores)
    good = [each for each, score in zip(tried, scores, strict=True) if score == best]
    runs: list[list[float]] = [[good[0]]]
    for before, after in pairwise(good):
        if after - before > 0.03:  # noqa: PLR2004 - a step of the grid, and half of one
            runs.append([])
        runs[-1].append(after)
    longest = max(runs, key=len)
    return longest[len(longest) // 2]
