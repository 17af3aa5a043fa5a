"""Every measure by the name that bars and chapters call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from crosslab.measures import classified, lined_up, searched
from crosslab.measures.classified import DOMAIN, EXCHANGED, HARD, RANDOM, TEST
from crosslab.measures.reading import Reader, Run
from crosslab.measures.searched import (
    EVERYDAY,
    GENERAL,
    MEDICAL,
    MIXING,
    NEW,
    NOISE,
    RADIUS,
    SMALL,
    STYLES,
    SYNONYMS,
    WITHIN,
    first,
    ten,
)
from crosslab.stats.ranking import average_precision, discounted_gain, rank_spread, reciprocal_rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure: one number per item, in points unless it says otherwise; their mean is the figure.

    So all measures go through the same statistics.
    """

    name: str  # as the head of a column
    words: str
    read: Reader
    more_is_better: bool = True
    unit: str = "points"
    has_items: bool = True  # to generalize over


_KINDS: Final = {
    TEST: ("", "test items"),
    HARD: ("hard items, ", "items that fooled another model"),
    DOMAIN: ("new domain, ", "test items of the domain that no labelled item is from"),
}


_WHERE: Final = {
    "source": "the source language",
    "targets": "the target languages",
    "poor": "the two target languages with the least text",
    "source-and-poor": "the source and the two target languages with the least text",
    "all": "all languages",
}


_ONE_OF: Final = {
    "source": "the source language",
    "targets": "one of the target languages",
    "poor": "one of the two target languages with the least text",
}


POOL: Final = "queries in the target languages, passages of all languages in one pool"


def _accuracy() -> dict[str, Measure]:
    return {
        f"accuracy-{kind}-{which}": Measure(
            name=f"accuracy, {said}{which}",
            words=f"accuracy on {items}, both sentences in {_ONE_OF[which]}",
            read=classified.accuracy(kind, which),
        )
        for kind, (said, items) in _KINDS.items()
        for which in ("source", "targets", "poor")
    }


def _agreement() -> dict[str, Measure]:
    return {
        f"agreement-{kind}-{which}": Measure(
            name=f"agreement, {said}{which.replace('-', ' ')}",
            words=(
                "agreement of the answers beyond chance (Fleiss' kappa, times 100) between "
                f"{_WHERE[which]}, on {items}"
            ),
            read=classified.agreement(kind, which),
        )
        for kind, (said, items) in _KINDS.items()
        if kind != DOMAIN
        for which in ("source-and-poor", "all")
    }


def _attacked_answers() -> dict[str, Measure]:
    return {
        "accuracy-unharmed": Measure(
            name="accuracy, items under attack, unharmed",
            words="accuracy in the target languages on the items that are attacked, before",
            read=classified.accuracy_under_attack(0.0),
        ),
        "accuracy-synonyms": Measure(
            name="accuracy, worst synonyms",
            words="accuracy in the target languages, up to three words exchanged for synonyms",
            read=classified.accuracy_under_attack(EXCHANGED),
        ),
        "accuracy-random-synonyms": Measure(
            name="accuracy, random synonyms",
            words="accuracy in the target languages, three words exchanged at random",
            read=classified.accuracy_under_attack(EXCHANGED, RANDOM),
        ),
    }


def _lined_up() -> dict[str, Measure]:
    found = {
        f"sentences-{which}": Measure(
            name=f"sentences found, {which}",
            words=(
                f"share of sentences in {_WHERE[which]} whose translation is the nearest of all "
                "source sentences"
            ),
            read=lined_up.sentences(which),
        )
        for which in ("targets", "poor")
    }
    return found | {
        "words-targets": Measure(
            name="words found",
            words=(
                "share of words of the target languages that find a source word which says the "
                "same (CSLS)"
            ),
            read=lined_up.words,
        ),
        "spaces-targets": Measure(
            name="spaces alike",
            words=(
                "how alike the spaces of a target and of the source are (CKA, times 100; interval "
                "over seeds alone)"
            ),
            read=lined_up.spaces,
            has_items=False,
        ),
    }


_METRICS: Final = (
    # key, name, words, metric, in points: of queries in targets, passages of all in one pool
    ("precision", "mAP", "mean average precision", average_precision, True),
    ("first", "R@1", "share of queries with a right answer in the first place", first, True),
    ("ten", "R@10", "share of queries with a right answer among the first ten", ten, True),
    ("reciprocal", "MRR", "one over the rank of the first right answer", reciprocal_rank, True),
    ("gain", "nDCG@10", "discounted gain of the first ten places", discounted_gain, True),
    ("bias", "language bias", "ranks from the best to the worst placed answer", rank_spread, False),
)


_AT_MOST: Final = "up to three words exchanged for"


_A_TENTH: Final = "each word of a query moved by at most a tenth of its length"


_THREE_HUNDREDTHS: Final = "each word of a query moved by at most 3 % of its length"


_ATTACKS: Final = (
    # key, name, words; what is changed, how much at most, and how it is sought
    ("unharmed", "unharmed", "of the queries that are attacked, before", (NOISE, 0.0)),
    ("noise", "worst noise", f"under the worst noise found, {_A_TENTH}", (NOISE, RADIUS)),
    ("random-noise", "random noise", "under random noise of that size", (NOISE, RADIUS, RANDOM)),
    (
        "small-noise",
        "worst small noise",
        f"under the worst noise found, {_THREE_HUNDREDTHS}",
        (NOISE, SMALL),
    ),
    (
        "random-small-noise",
        "random small noise",
        "under random noise of that size",
        (NOISE, SMALL, RANDOM),
    ),
    ("synonyms", "worst synonyms", f"with {_AT_MOST} synonyms", (SYNONYMS, EXCHANGED)),
    (
        "mixing",
        "mixed words",
        f"with {_AT_MOST} the same in other languages",
        (MIXING, EXCHANGED),
    ),
)


def _searched() -> dict[str, Measure]:
    pooled = {
        f"{key}-pool": Measure(
            name=f"{name}, pool" if in_points else name,
            words=f"{words}; {POOL}",
            read=searched.pooled(TEST, "targets", metric, scale=100.0 if in_points else 1.0),
            more_is_better=in_points,
            unit="points" if in_points else "ranks",
        )
        for key, name, words, metric, in_points in _METRICS
    }
    return pooled | {
        "precision-own": Measure(
            name="mAP, own language",
            words="precision where query and passages are in the same language, any of all",
            read=searched.in_one_language(TEST, own=True),
        ),
        "precision-other": Measure(
            name="mAP, other language",
            words="precision where query and passages are in two languages, any two of all",
            read=searched.in_one_language(TEST, own=False),
        ),
        "precision-source": Measure(
            name="mAP, source",
            words="mean average precision of queries in the source, passages in one pool",
            read=searched.pooled(TEST, "source", average_precision),
        ),
    }


def _attacked_searches() -> dict[str, Measure]:
    precision = {
        f"attacked-{key}": Measure(
            name=f"mAP, {name}",
            words=f"mean average precision {words}; {POOL}",
            read=searched.under_attack(*attack),
        )
        for key, name, words, attack in _ATTACKS
    }
    under_noise = {
        f"attacked-noise-{key}": Measure(
            name=f"{name}, worst noise",
            words=f"{words}, under that noise; {POOL}",
            read=searched.under_attack(NOISE, RADIUS, of=metric, scale=100.0 if in_points else 1.0),
            more_is_better=in_points,
            unit="points" if in_points else "ranks",
        )
        for key, name, words, metric, in_points in _METRICS
        if key in {"first", "gain", "bias"}
    }
    kept = {
        "kept-noise": Measure(
            name="kept, worst noise",
            words="precision under the worst noise found, as a share of precision without it",
            read=searched.kept(NOISE, RADIUS),
        ),
        "kept-small-noise": Measure(
            name="kept, worst small noise",
            words="precision under the worst small noise, as a share of precision without it",
            read=searched.kept(NOISE, SMALL),
        ),
        "kept-mixing": Measure(
            name="kept, mixed words",
            words="precision with words of other languages, as a share of precision without",
            read=searched.kept(MIXING, EXCHANGED),
        ),
    }
    return precision | under_noise | kept


def _attacked_in_the_source() -> dict[str, Measure]:
    return {
        f"attacked-{key}-source": Measure(
            name=f"mAP, {name}, source",
            words=f"mean average precision {words}; queries in the source, passages in one pool",
            read=searched.under_attack(*attack[:2], which="source"),
        )
        for key, name, words, attack in _ATTACKS
        if key in {"unharmed", "synonyms", "mixing"}
    }


def _across_domains() -> dict[str, Measure]:
    kinds = {
        WITHIN: ("own domains", "in the two domains and styles that were learned from"),
        NEW: ("new domain", "in a domain and a style that were not learned from"),
        STYLES: ("other style", "where passages are said in the style of the other domain"),
    }
    found = {
        f"{kind}-pool": Measure(
            name=f"mAP, {name}",
            words=f"mean average precision {where}; {POOL}",
            read=searched.pooled(kind, "targets", average_precision),
        )
        for kind, (name, where) in kinds.items()
    }
    return found | {
        "within-source": Measure(
            name="mAP, own domains, source",
            words="mean average precision of queries in the source, passages in one pool",
            read=searched.pooled(WITHIN, "source", average_precision),
        ),
        "probe": Measure(
            name="domain named",
            words="share of unseen sentences whose domain a linear probe names rightly",
            read=searched.probe,
            more_is_better=False,
        ),
    }


_DOMAINS: Final = {
    GENERAL: ("general", "of general text (FLORES)"),
    MEDICAL: ("medical", "of medical text (TICO-19)"),
    EVERYDAY: ("everyday", "of everyday text (Tatoeba, with English each)"),
}


_LEFT_OUT: Final = "translations of all languages in one pool, the sentence itself left out"


def _translations() -> dict[str, Measure]:
    found = {
        f"{kind}-pool": Measure(
            name=f"mAP, {name}",
            words=(
                "mean average precision of sentences in the target languages that search for their "
                f"translations, {of}; {_LEFT_OUT}"
            ),
            read=searched.translated(kind),
        )
        for kind, (name, of) in _DOMAINS.items()
    }
    return found | {
        "general-unpaired": Measure(
            name="mAP, general, no pairs",
            words=f"the same of general text, in languages without learned pairs; {_LEFT_OUT}",
            read=searched.translated(GENERAL, "unpaired"),
        ),
    }


MEASURES: Final[Mapping[str, Measure]] = {
    **_accuracy(),
    **_agreement(),
    **_attacked_answers(),
    **_lined_up(),
    **_searched(),
    **_attacked_searches(),
    **_attacked_in_the_source(),
    **_across_domains(),
    **_translations(),
}


@dataclass(frozen=True, slots=True)
class Learned:
    """What says whether a run learned anything, and what one that did not comes to."""

    measure: str
    floor: Callable[[Run], float]


_ANSWERING: Final = Learned(f"accuracy-{TEST}-source", classified.commonest)


# By how a run was evaluated.
LEARNED: Final[Mapping[str, Learned]] = {
    "agreement": _ANSWERING,
    "attacked": Learned("precision-source", searched.nothing),
    "across-domains": Learned("within-source", searched.nothing),
    "in-domain": _ANSWERING,
    "of-sizes": _ANSWERING,
}
