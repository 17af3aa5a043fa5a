"""What each metric of a run means, for whoever reads the pages of runs."""

from collections.abc import Mapping
from typing import Final

from crosslab.prose.render import metric_name, table

# Shares are 0 to 1. Metrics that are tables or lists are read by chapters alone.
METRICS: Final[Mapping[str, str]] = {
    "final_loss": (
        "What training made smaller, at its end: the mean over the last updates, and in "
        "`alignment-consistency`, `adaptation-paraphrase` and `scales` that of the last one. "
        "Comparable between runs of one arm alone, for a method may add to it; no share"
    ),
    "updates": "How many updates of its weights the run made in fine-tuning; a count",
    "source_dev_accuracy": (
        "Share of dev items in the source language answered rightly, when they were last "
        "asked in fine-tuning"
    ),
    "source_accuracy": (
        "Share of test items in the source language answered rightly; in tuning runs, which see no "
        "test item, of dev items"
    ),
    "zero_shot_macro_accuracy": (
        "Share answered rightly where an item is in one target language, of which the run saw no "
        "labels: per language, then averaged with equal weight"
    ),
    "mixed_pair_macro_accuracy": (
        "Share answered rightly where the two sentences of an item are in two languages: per "
        "ordered pair of languages, then averaged with equal weight"
    ),
    "within_languages": (
        "Searches: one over the rank of the one right answer, averaged over questions whose answer "
        "is sought in their own language (mean average precision, mAP)"
    ),
    "across_languages": "The same for questions whose answer is sought in another language",
    "within_english": "The same for English questions whose answer is sought in English",
    "word_translation": (
        "Encoders: share of words whose nearest word of the source language is their translation, "
        "averaged over languages"
    ),
    "found: held out": (
        "Encoders: the share of words found as their translation, averaged over languages, of "
        "words that the graft was made without"
    ),
    "found: grafted": "The same of words that the graft was made with",
    "found: flores": (
        "Encoders: share of sentences of FLORES whose nearest English sentence is their "
        "translation, averaged over languages"
    ),
    "found: tatoeba": "The same of sentences of Tatoeba",
    "distance: flores": (
        "Encoders: how far a sentence of FLORES lies from its English translation, both of length "
        "one (0 the same, 2 opposite), averaged over languages; no share"
    ),
    "distance: tatoeba": "The same of sentences of Tatoeba",
    "parameters": "How many numbers the encoder consists of; a count",
}


def metrics_part() -> str:
    """Return what each metric means, in the words under which the pages of runs show it."""
    rows = [(metric_name(name), words) for name, words in METRICS.items()]
    return table(("metric", "what it is"), rows)
