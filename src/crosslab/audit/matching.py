"""Whether a report's claim is one that the registry holds, said in other words or cut off.

The score is the share of weight that two wordings have in common: words are brought to a
stem and a few to a synonym, and a word that few claims use weighs more. Some things are no
matter of degree: another figure, benchmark or address, the opposite direction, and the lack
of a word that the registry calls essential make another claim, however alike the rest. No
model, no download.

The threshold was chosen on the wordings of ``claims/wordings.yaml`` that were at hand while
the matcher was made, and judged on others that were written without sight of it; no wording
of a report took part.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log
from typing import Final, NamedTuple

from crosslab.audit.markup import visible
from crosslab.claims import Claim

NO_CLAIM: Final = "none"

# Chosen on claims/wordings.yaml by `best_threshold`; a test holds it there.
THRESHOLD: Final = 0.6
_UNKNOWN_WEIGHT: Final = 1.0  # of a word that no claim of the registry uses
_LONG_WORD: Final = 7  # from which on a negating prefix is looked for
_USUAL_LENGTH: Final = 2_000  # of a claim or question, in characters
_CUT_WORDS: Final = 4  # a shorter wording is never taken for the beginning of a longer one

_NAMES: Final = (
    (re.compile(r"\b(?:multilingual bert|m-?bert)\b"), "mbert"),
    (re.compile(r"\bxlm-?r(?:oberta)?\b"), "xlmr"),
    (re.compile(r"\bpaws[- ]?x\b"), "pawsx"),
    (re.compile(r"\bxtreme-?r\b"), "xtremer"),
    (re.compile(r"\bmachine translat\w+"), "mt"),
)
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?((?:github|gitlab)\.com/[^\s<>\"')\]]+|https?://[^\s<>\"')\]]+)"
)
_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")  # of a decimal number, not of thousands
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
        (
            "improv",
            "gain",
            "rais",
            "ris",
            "increas",
            "boost",
            "better",
            "enhanc",
            "help",
            "up",
            "benefit",
            "outperform",
        ),
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
# Words that turn what follows them around, and words that are a turn wherever they stand.
_NEGATIONS: Final = frozenset(
    "not no never cannot can't don't doesn't didn't isn't aren't won't without neither nor hardly "
    "barely scarcely rarely seldom fails fail failed lack lacks few fewer little small avoid "
    "avoids avoiding ignore ignores ignored neglect unlike instead".split()
)
_DECLINE: Final = frozenset(
    "drop decreas degrad worsen reduc harm hurt lower declin cheap same slow hamper hinder impair "
    "los fall unsuit unsuitab identical".split()
)
_OPPOSITES: Final = ("un", "in", "im", "non", "dis")
_NEAR: Final = 12  # words within which they stand
_SCOPE: Final = 3  # words with meaning that a negation reaches


class Match(NamedTuple):
    """The claim a wording states, or none, and how alike the nearest one is.

    Where a wording is as good as a claim's but for one thing that makes it another claim,
    ``differs`` says from which and in what.
    """

    claim_id: str | None
    score: float
    differs: str | None = None


@dataclass(frozen=True, slots=True)
class _Wording:
    """A wording as it is compared."""

    stems: tuple[str, ...]
    words: frozenset[str]  # the stems without their order
    figures: frozenset[str]
    benchmarks: frozenset[str]
    addresses: frozenset[str]
    turns: tuple[frozenset[str], ...]  # what each negation reaches; nothing for words of decline
    opposites: frozenset[str]  # what words with a negating prefix negate
    cut: bool


class Matcher:
    """The claims of a registry, ready to be compared with wordings."""

    def __init__(self, claims: Sequence[Claim], threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        read = [(claim.claim_id, _wording(claim.quote)) for claim in claims]
        self._essential = {
            claim.claim_id: [
                (frozenset(map(_stem, each.split("|"))), each.replace("|", " or "))
                for each in claim.essential
            ]
            for claim in claims
        }
        uses = Counter(stem for _, each in read for stem in each.words)
        self._weights = {stem: log(1 + len(read) / count) for stem, count in uses.items()}
        self._known = [(claim_id, each, self._weight(each.words)) for claim_id, each in read]

    def match(self, text: str) -> Match:
        """Return the claim that a wording states, with its score.

        Example:
            >>> made = Claim(claim_id="x", name="x", quote="Robust training improves transfer.")
            >>> Matcher([made]).match("Transfer is improved by robust training")
            Match(claim_id='x', score=1.0, differs=None)
            >>> Matcher([made]).match("Robust training does not improve transfer").claim_id
        """
        candidate = _wording(text)
        own = self._weight(candidate.words)
        best_id, best = None, 0.0
        near, nearest = None, 0.0
        for claim_id, known, weight in self._known:
            both = self._weight(candidate.words & known.words)
            score = max(2 * both / (own + weight or 1.0), self._up_to_the_cut(candidate, known))
            difference = None
            if score > min(best, nearest):
                difference = _difference(candidate, known) or self._lacking(candidate, claim_id)
            if difference is None and score > best:
                best_id, best = claim_id, score
            elif difference is not None and score > nearest:
                near, nearest = f"{claim_id}, but {difference}", score
        score = round(best, 3)
        if score >= self.threshold:
            return Match(best_id, score)
        return Match(None, score, near if nearest >= self.threshold else None)

    def _lacking(self, wording: _Wording, claim_id: str) -> str | None:
        """Return which essential word a wording lacks; one that was cut off may have lost it."""
        for words, said in self._essential[claim_id]:
            if not words & wording.words and not (wording.cut and len(wording.stems) > _CUT_WORDS):
                return f"nothing is said of {said}"
        return None

    def _up_to_the_cut(self, one: _Wording, other: _Wording) -> float:
        """Return how much two wordings share as far as the shorter goes, if it was cut off."""
        shorter, longer = (one, other) if len(one.stems) < len(other.stems) else (other, one)
        if not shorter.cut or len(shorter.stems) <= _CUT_WORDS:
            return 0.0
        kept = shorter.stems[:-1]  # the last word may be half a word
        return self._shared(kept, longer.stems[: len(kept) + 1])

    def _shared(self, one: Sequence[str], other: Sequence[str]) -> float:
        mine, theirs = set(one), set(other)
        total = self._weight(mine) + self._weight(theirs)
        return 2 * self._weight(mine & theirs) / total if total else 0.0

    def _weight(self, stems: Iterable[str]) -> float:
        # Exact, since the order in which a set is gone through differs from process to process.
        return fsum(self._weights.get(stem, _UNKNOWN_WEIGHT) for stem in stems)


def _difference(one: _Wording, other: _Wording) -> str | None:
    """Return what makes a wording another claim than a known one, however alike they are."""
    if (_turns(one, other) + _turns(other, one)) % 2:
        return "it says the opposite"
    for what, mine, theirs in (
        ("figure", one.figures, other.figures),
        ("address", one.addresses if other.addresses else frozenset(), other.addresses),
        ("benchmark", one.benchmarks, other.benchmarks),
    ):
        if bool(mine) != bool(theirs) or (mine and not mine & theirs):
            return f"the {what} is {_or_none(mine)} where that has {_or_none(theirs)}"
    return None


def _turns(one: _Wording, other: _Wording) -> int:
    """Return how often a wording turns something around that the other speaks of."""
    return sum(not reach or bool(reach & other.words) for reach in one.turns) + len(
        one.opposites & other.words
    )


def _or_none(said: frozenset[str]) -> str:
    return " and ".join(sorted(said)) or "none"


def _wording(text: str) -> _Wording:
    """Return a text as it is compared; one of the usual length is remembered for a while."""
    return _read(text) if len(text) > _USUAL_LENGTH else _remembered(text)


@lru_cache(maxsize=256)  # the claims of a report are looked at several times
def _remembered(text: str) -> _Wording:
    return _read(text)


def _read(text: str) -> _Wording:
    addresses = frozenset(
        found.rstrip("/.,;:").removesuffix(".git") for found in _ADDRESS.findall(text.casefold())
    )
    seen = _COMMA.sub(".", _ADDRESS.sub(" ", visible(text).casefold()))
    for pattern, name in _NAMES:
        seen = pattern.sub(name, seen)
    words = _WORD.findall(seen)
    stems = tuple(_stem(word) for word in words if word not in _STOP)
    return _Wording(
        stems=stems,
        words=frozenset(stems),
        figures=frozenset(str(float(word)) for word in words if "." in word and word[0].isdigit()),
        benchmarks=frozenset(words) & _BENCHMARKS,
        addresses=addresses,
        turns=tuple(_reaches(words)),
        opposites=frozenset(
            _stem(word.removeprefix(prefix))
            for word in words
            for prefix in _OPPOSITES
            if word.startswith(prefix) and len(word) > _LONG_WORD
        ),
        cut=not seen.rstrip().endswith((".", "!", "?", ")", '"', "'")),
    )


def _reaches(words: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield what each negation reaches, and nothing for a word that is a decline by itself."""
    for place, word in enumerate(words):
        if _stem(word) in _DECLINE:
            yield frozenset()
        elif word in _NEGATIONS:
            after = [_stem(each) for each in words[place + 1 : place + _NEAR] if each not in _STOP]
            yield frozenset(after[:_SCOPE])


@lru_cache(maxsize=20_000)
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
