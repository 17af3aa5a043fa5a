"""A small folder of data in the layout of the real one, every word of it made up.

A sentence is a subject, a verb, an object and a place, drawn from twelve concepts each.
A language says a concept by the English word with letters of its own put before it, in
an alphabet of its own, so that dictionaries, translations and scripts are true; word
order is that of English. Pairs are labelled by what was done to the second sentence:
kept with its parts moved, or with subject and object exchanged (paraphrase); kept,
with the place left open, or denied (inference).
"""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from crosslab.data.catalogue import CARDS
from crosslab.data.manifest import write_manifest

SUBJECTS = "tailor baker miller sailor weaver mason cooper fisher hunter potter dyer smith".split()
VERBS = "greets follows praises warns helps visits calls meets blames thanks hears joins".split()
PLACES = "garden harbour market valley tower bridge forest castle meadow cellar mill yard".split()
FUNCTION_WORDS = "the in not somewhere".split()
NAMES = ("mira",)  # the same word in every language
SYNONYMS = {
    "greets": ["welcomes", "salutes"],
    "garden": ["orchard"],
    "meadow": ["pasture", "field"],
    "praises": ["lauds"],
    "forest": ["wood"],
    "smith": [],
}
LEXICON = (*SUBJECTS, *VERBS, *PLACES, *FUNCTION_WORDS)

# The letter that stands for "a" in languages that are not written in Latin letters.
_ALPHABETS = {"ar": 0x0627, "bg": 0x0450, "el": 0x03B1, "hi": 0x0915, "ja": 0x304B, "ko": 0xAC00,
              "ru": 0x0430, "th": 0x0E01, "ur": 0x0671, "zh": 0x7684}  # fmt: skip
_ENGLISH = "en"

Label = TypeVar("Label", int, str)
Meaning = tuple[str, str, str, str]  # subject, verb, object, place


def word_in(language: str, word: str) -> str:
    """Return what a concept is called in a language."""
    if language == _ENGLISH or word in NAMES:
        return word
    first = _ALPHABETS.get(language)
    if first is None:
        return f"{language}{word}"
    return "".join(chr(first + ord(letter) - ord("a")) for letter in word)


def in_language(language: str, sentence: str) -> str:
    """Return an English sentence word for word in a language."""
    return " ".join(word_in(language, word) for word in sentence.split())


def write_made_up_data(folder: Path, *, rows: int = 24) -> Path:
    """Write a folder of every data set there is a card of, and return it.

    Args:
        folder: Made if it is not there.
        rows: Rows of dev, test and translations; a multiple of twelve keeps labels even.
            Training sets have at least four times as many, raw text ten times.
    """
    assert rows % 12 == 0, "labels are even only if rows are a multiple of twelve"
    rng = np.random.default_rng(20_210_417)
    for part in (_paraphrase, _inference, _sentences, _dictionaries, _questions, _comparable):
        part(folder, rows, rng)
    write_manifest(folder)
    return folder


def _meanings(count: int, rng: np.random.Generator) -> list[Meaning]:
    found: list[Meaning] = []
    for _ in range(count):
        one, other = rng.choice(SUBJECTS, size=2, replace=False)
        found.append((str(one), str(rng.choice(VERBS)), str(other), str(rng.choice(PLACES))))
    return found


def _said(meaning: Meaning) -> str:
    subject, verb, thing, place = meaning
    return f"the {subject} {verb} the {thing} in the {place}"


def _paraphrase_pair(meaning: Meaning, label: int) -> tuple[str, str, str]:
    subject, verb, thing, place = meaning
    moved = f"in the {place} the {subject} {verb} the {thing}"
    exchanged = f"in the {place} the {thing} {verb} the {subject}"
    return _said(meaning), (exchanged, moved)[label], str(label)


def _inference_pair(meaning: Meaning, label: str) -> tuple[str, str, str]:
    subject, verb, thing, place = meaning
    opened = f"the {subject} {verb} the {thing} somewhere"
    second = {
        "entailment": f"the {subject} {verb} the {thing} in the {place}",
        "neutral": f"the {subject} {verb} the {thing} in the {place}",
        "contradiction": f"the {subject} not {verb} the {thing} in the {place}",
    }[label]
    if label == "entailment":
        return second, opened, label
    return (opened if label == "neutral" else _said(meaning)), second, label


def _paraphrase(folder: Path, rows: int, rng: np.random.Generator) -> None:
    ids = ["split\trow0\tpaws_wiki_dev_id"]
    for number, split in enumerate(("dev", "test")):
        pairs = _pairs(rows, rng, (0, 1), _paraphrase_pair)
        ids += [f"{split}\t{row}\t{2 * row + number + 1}" for row in range(rows)]
        for place, language in enumerate(CARDS["pawsx"].splits[split].languages):
            lines = [_translated(language, pair) for pair in pairs]
            if language != _ENGLISH and place % 2:
                # a row that was never translated, in one of both sentences, and with label 0
                first, second, _ = lines[place]
                lines[place] = ("NS", second, "0") if place == 1 else (first, "NS", "0")
            _write(folder / f"pawsx/{split}-{language}.tsv", lines)
    _write(folder / "pawsx/ids.tsv", [(line,) for line in ids])
    for name in ("pawswiki-devtest", "pawswiki-devtest.sharedsent"):
        pairs = _pairs(4 * rows, rng, (0, 1), _paraphrase_pair)
        _write(folder / f"pawsx/train-en.{name}.tsv", pairs)


def _inference(folder: Path, rows: int, rng: np.random.Generator) -> None:
    labels = CARDS["xnli"].labels
    for split in ("dev", "test"):
        pairs = _pairs(rows, rng, labels, _inference_pair)
        for language in CARDS["xnli"].splits[split].languages:
            lines = [_translated(language, pair) for pair in pairs]
            _write(folder / f"xnli/{split}-{language}.tsv", lines)
    card = CARDS["nli-en"]
    parts = {name: _pairs(rows, rng, labels, _inference_pair) for name in card.splits}
    merged = "mnli-train mnli-dev snli-dev snli-test cad-train".split()
    parts["train"] = [pair for name in merged for pair in parts[name]]
    for name, pairs in parts.items():
        _write(folder / card.file(name, _ENGLISH), pairs)


def _sentences(folder: Path, rows: int, rng: np.random.Generator) -> None:
    for key in ("tatoeba", "tatoeba-mt", "parallel"):
        card = CARDS[key]
        for name, split in card.splits.items():
            english = [_said(each) for each in _meanings(rows, rng)]
            for language in _spoken(split.languages):
                sides = {"english": english, "foreign": _all_in(language, english)}
                lines = zip(*(sides[column] for column in split.columns), strict=True)
                _write(folder / card.file(name, language), lines)
    for key in ("flores", "tico19"):
        card = CARDS[key]
        (split,) = card.splits.values()
        english = [_said(each) for each in _meanings(rows, rng)]
        columns = [_all_in(language, english) for language in split.languages]
        header = tuple(card.code(language) for language in split.languages)
        _write(folder / split.file, [header, *zip(*columns, strict=True)])
    for name, split in CARDS["rawtext"].splits.items():
        for language in split.languages if name in ("tatoeba", "wikiann", "bible-nt-1891") else ():
            english = [_said(each) for each in _meanings(10 * rows, rng)]
            lines = [(line,) for line in _all_in(language, english)]
            _write(folder / CARDS["rawtext"].file(name, language), lines)


def _dictionaries(folder: Path, rows: int, rng: np.random.Generator) -> None:
    del rows, rng
    card = CARDS["dictionaries"]
    for name, split in card.splits.items():
        for language in split.languages:
            pairs = [(word, word_in(language, word)) for word in LEXICON]
            # a second way to say it, which no other word has, and a word that stays as it is
            pairs += [("garden", f"{word_in(language, 'garden')}{word_in(language, 'yard')}")]
            pairs += [(name_, name_) for name_ in NAMES]
            lines = [(*pair, *(["2"] if split.header else [])) for pair in pairs]
            header = [("en", language, "n_pivots")] if split.header else []
            _write(folder / card.file(name, language), [*header, *lines])
    path = folder / CARDS["neighbours"].file("all", _ENGLISH)
    _write_text(path, json.dumps(SYNONYMS))


def _questions(folder: Path, rows: int, rng: np.random.Generator) -> None:
    card = CARDS["lareqa"]
    meanings = _meanings(rows, rng)
    for language in card.languages:
        paragraphs = []
        for begin in range(0, rows, 3):
            paragraphs.append(_paragraph(language, meanings[begin : begin + 3], number=begin))
        content = {"version": "1", "data": [{"title": "", "paragraphs": paragraphs}]}
        _write_text(folder / card.file("test", language), json.dumps(content, ensure_ascii=False))


def _paragraph(language: str, meanings: Sequence[Meaning], *, number: int) -> dict[str, object]:
    context, breaks, asked = "", [], []
    for place, meaning in enumerate(meanings):
        subject, verb, thing, _ = meaning
        sentence = in_language(language, _said(meaning))
        words = sentence.split()
        start = len(context)
        answer = words[-1] if place else words[0]  # at the end of its sentence or the beginning
        begins = start + (sentence.rindex(answer) if place else 0)
        breaks.append([start, start + len(sentence)])
        asked.append(
            {
                "id": f"question-{number + place}",
                "question": in_language(language, f"somewhere the {subject} {verb} the {thing}"),
                "answers": [{"answer_start": begins, "text": answer}],
            }
        )
        context += sentence + " "
    return {"context": context.rstrip(), "qas": asked, "sentence_breaks": breaks}


def _comparable(folder: Path, rows: int, rng: np.random.Generator) -> None:
    card = CARDS["bucc"]
    shared = [_said(each) for each in _meanings(rows // 2, rng)]
    for language in ("zh", "en"):
        english = [*shared, *(_said(each) for each in _meanings(rows // 2, rng))]
        names = [f"{language}-{number:09d}" for number in range(1, len(english) + 1)]
        lines = zip(names, _all_in(language, english), strict=True)
        _write(folder / card.file("dev", language), lines)
    gold = [(f"zh-{number:09d}", f"en-{number:09d}") for number in range(1, len(shared) + 1)]
    _write(folder / card.file("gold", "zh"), gold)


def _pairs(
    count: int,
    rng: np.random.Generator,
    labels: Sequence[Label],
    make: Callable[[Meaning, Label], tuple[str, str, str]],
) -> list[tuple[str, str, str]]:
    """Return pairs with all labels equally often, in an order that is drawn."""
    order = rng.permutation(count)
    meanings = _meanings(count, rng)
    return [make(each, labels[int(order[row]) % len(labels)]) for row, each in enumerate(meanings)]


def _translated(language: str, pair: tuple[str, str, str]) -> tuple[str, str, str]:
    first, second, label = pair
    return in_language(language, first), in_language(language, second), label


def _all_in(language: str, english: Iterable[str]) -> list[str]:
    return [in_language(language, each) for each in english]


def _spoken(languages: Iterable[str]) -> list[str]:
    """Return the languages that are written at all: those with a key of two letters."""
    return [each for each in languages if len(each) == len(_ENGLISH)]


def _write(path: Path, lines: Iterable[Sequence[str]]) -> None:
    _write_text(path, "".join("\t".join(line) + "\n" for line in lines))


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
