"""What words of the laboratory may be exchanged for, so that a sentence says what it said."""

from crosslab.lab.laboratory import Laboratory
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.methods.base import WordTable
from crosslab.reading import resources

SYNONYMS, MIXING = "synonyms", "mixing"


WORST, RANDOM = "worst", "random"  # how changes are sought; chance is what an attack has to beat


def word_tables(lab: Laboratory, language: str) -> dict[str, WordTable]:
    """Return what words of a language may be exchanged for: synonyms, and words of the others."""
    lexicon = lab.lexicons[language]
    others = [each for key, each in lab.lexicons.items() if key != language]
    known = resources(
        lab_tokenizer(lab).get_vocab(),
        {word: [other] for word, other in lexicon.synonyms().items()},
        lexicon.translations(others),
    )
    return {SYNONYMS: known.neighbours, MIXING: known.dictionary}
