"""Tables of the page on languages: the invented ones, the real ones, and a sentence in each."""

from html import escape
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from crosslab.chapters import TRANSFER, chapters
from crosslab.config import RealStudyConfig
from crosslab.data.catalogue import CARDS
from crosslab.data.languages import NAMES
from crosslab.entries import entries
from crosslab.errors import StoreError
from crosslab.evidence import gathered
from crosslab.experiments import GRAFT_PAIRS
from crosslab.lineup import ENGLISH, SCALE, SETS, lineup
from crosslab.numerals import counted
from crosslab.prose.render import table
from crosslab.prose.transfer_tables import language_table
from crosslab.records import Store
from crosslab.scales import study_config

SAMPLES: Final = Path(__file__).with_name("languages.yaml")
_SENTENCES: Final = ("flores", "tatoeba", "tico19")  # sets of translations, searched within
_BRIEF: Final = {
    "pawsx": "PAWS-X",
    "xnli": "XNLI",
    "lareqa": "LAReQA",
    "flores": "FLORES",
    "tatoeba": "Tatoeba",
    "tico19": "TICO-19",
}


class Language(BaseModel):
    """A real language, and the pair of sentences in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    tag: str
    script: str
    family: str
    rtl: bool = False
    told: str
    first: str
    second: str

    @property
    def name(self) -> str:
        """What it is called."""
        return NAMES[self.code]


def real_languages() -> list[Language]:
    """Return the real languages of the book: English, then the others by code."""
    return entries(SAMPLES, "languages", Language)


def language_parts(store: Store, scale: str) -> dict[str, str]:
    """Return the generated parts of the page, by name."""
    return {
        "languages-invented": invented_part(store, scale),
        "languages-real": f"{real_words(store)}\n\n{real_table(store)}\n\n{tests_table()}",
        "languages-samples": samples_part(),
    }


def cards_of(language: str) -> list[str]:
    """Return the cards of the tests on which a language is asked on rung ``bench``."""
    study = study_config(SCALE)
    assert isinstance(study, RealStudyConfig)
    answered = [task.card for task in study.tasks.values() if language in (ENGLISH, *task.targets)]
    searched = study.searches.languages if study.searches else ()
    grafted = study.graft.languages if study.graft else ()
    found = [*answered, *(["lareqa"] if language in searched else [])]
    for card in _SENTENCES:
        lined_up = card in SETS and language in (ENGLISH, *grafted)
        if lined_up or (language in searched and language in (ENGLISH, *CARDS[card].languages)):
            found.append(card)
    return list(dict.fromkeys(found))


def invented_part(store: Store, scale: str) -> str:
    """Return the invented languages as the records have them, or why they cannot be shown."""
    try:
        return language_table(gathered(store, scale, TRANSFER[0]))
    except StoreError as error:
        return f"Not shown: {error}"


def real_table(store: Store) -> str:
    """Return what is known of each real language, and how well its sentences line up."""
    encoder = lineup(store).encoder(GRAFT_PAIRS)
    shares = None if encoder is None else encoder.found()[SETS[0]]
    rows = []
    for each in real_languages():
        share = "" if shares is None or each.code not in shares else f"{shares[each.code]:.0f}"
        direction = ", right to left" if each.rtl else ""
        tests = ", ".join(_BRIEF[card] for card in cards_of(each.code))
        row = (f"{each.name} (`{each.code}`)", f"{each.script}{direction}", each.family, tests)
        rows.append(row if shares is None else (*row, share))
    header = ("language", "script", "family", "asked in")
    return table(header if shares is None else (*header, "sentences found, %"), rows)


def real_words(store: Store) -> str:
    """Return how to read the table of real languages, from what is there."""
    languages = real_languages()
    encoder = lineup(store).encoder(GRAFT_PAIRS)
    there = "encoder" in {each.name for each in chapters()}
    chapter = "[the encoder](executed/encoder.ipynb)" if there else "the encoder"
    said = (
        f"{counted(len(languages), 'language')}, English among them, in which everything is "
        "learned that is fine-tuned for. *Asked in* names the tests of rung `bench`."
    )
    if encoder is None:
        return f"{said} This folder has no encoder `{GRAFT_PAIRS}` to say how they line up."
    return (
        f"{said} *Sentences found* is the share of {_BRIEF[SETS[0]]} sentences whose English "
        f"translation is the nearest of all, with `{GRAFT_PAIRS}`; {chapter} has the others."
    )


def tests_table() -> str:
    """Return what the tests are, as their cards say."""
    used = [card for card in _BRIEF if any(card in cards_of(code) for code in NAMES)]
    rows = [
        (_BRIEF[card], CARDS[card].name, CARDS[card].kind, CARDS[card].licence) for card in used
    ]
    return table(("test", "in full", "what it has", "licence"), rows)


def samples_part() -> str:
    """Return the pair of sentences in every language, each marked with its language."""
    rows = [
        (each.name, _sample(each, each.first), _sample(each, each.second), each.told)
        for each in real_languages()
    ]
    return table(("language", "teacher thanks pupil", "pupil thanks teacher", "told by"), rows)


def _sample(language: Language, text: str) -> str:
    direction = "rtl" if language.rtl else "ltr"
    opening = f'<span class="sample" lang="{language.tag}" dir="{direction}">'
    return f"{opening}{escape(text, quote=False)}</span>"
