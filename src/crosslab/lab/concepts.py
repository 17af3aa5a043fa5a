"""What there is to talk about in the lab: concepts, each with an English gloss.

A concept is an integer. Content words come first (nouns, verbs, adjectives),
then names, then function words; ``GLOSSES[concept]`` is what a reader sees
under an invented word.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NOUN_GLOSSES: Final = (
    "dog cat horse bird fish cow goat wolf bear fox "
    "king farmer doctor child teacher soldier baker thief singer judge "
    "house bridge boat road tower wall door garden field market "
    "bread milk apple honey salt soup wine cheese egg rice "
    "knife rope lamp book drum coin basket wheel key mirror "
    "river mountain forest lake island sun moon storm stone tree"
).split()

# Neighbours are opposites: verb 0 and 1, 2 and 3, and so on.
VERB_GLOSSES: Final = (
    "opens closes loves hates buys sells finds loses builds destroys "
    "lifts drops follows leads helps hinders praises blames pushes pulls "
    "hides shows fills empties keeps discards remembers forgets protects attacks"
).split()

ADJECTIVE_GLOSSES: Final = (
    "big small old new red white black green warm cold "
    "heavy light quiet loud clean dirty soft hard wet dry "
    "sweet bitter tall short rich poor bright dark round sharp"
).split()

NAME_COUNT: Final = 20

FUNCTION_GLOSSES: Final = ("every", "some", "no", "not", "near", "behind", "with")

NOUNS: Final = range(len(NOUN_GLOSSES))
VERBS: Final = range(NOUNS.stop, NOUNS.stop + len(VERB_GLOSSES))
ADJECTIVES: Final = range(VERBS.stop, VERBS.stop + len(ADJECTIVE_GLOSSES))
NAMES: Final = range(ADJECTIVES.stop, ADJECTIVES.stop + NAME_COUNT)
FUNCTIONS: Final = range(NAMES.stop, NAMES.stop + len(FUNCTION_GLOSSES))

CONTENT: Final = range(NOUNS.start, ADJECTIVES.stop)
CONCEPT_COUNT: Final = FUNCTIONS.stop

EVERY, SOME, NO, NOT, *ADPOSITIONS = FUNCTIONS

GLOSSES: Final = (
    *NOUN_GLOSSES,
    *VERB_GLOSSES,
    *ADJECTIVE_GLOSSES,
    *(f"name-{number + 1}" for number in range(NAME_COUNT)),
    *FUNCTION_GLOSSES,
)

ABSENT: Final = -1


def opposite(verb: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return, for each verb, the one that cannot be true together with it.

    Example:
        >>> [GLOSSES[verb] for verb in opposite(np.array([VERBS[0], VERBS[3]], dtype=np.int16))]
        ['closes', 'loves']
    """
    return (VERBS.start + ((verb - VERBS.start) ^ 1)).astype(np.int16)
