"""Word order: from the roles of a meaning to the columns of a sentence."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.config import LanguageConfig
from crosslab.lab.concepts import ABSENT
from crosslab.lab.world import ROLES, Concepts, Meanings

_COLUMN: Final = {role: column for column, role in enumerate(ROLES)}


def role_order(language: LanguageConfig, *, fronted: bool) -> tuple[str, ...]:
    """Return the roles of a sentence in the order in which the language says them."""

    def phrase(modifier: str, noun: str) -> tuple[str, ...]:
        return (modifier, noun) if language.adjective_first else (noun, modifier)

    parts = {
        "S": ("quantifier", *phrase("subject_modifier", "subject")),
        "V": ("negation", "verb"),
        "O": phrase("object_modifier", "object"),
    }
    clause = tuple(role for letter in language.order for role in parts[letter])
    place = ("adposition", "adjunct") if language.prepositions else ("adjunct", "adposition")
    return (*place, *clause) if fronted else (*clause, *place)


def laid_out(
    meanings: Meanings, language: LanguageConfig, fronted: NDArray[np.bool_]
) -> tuple[Concepts, NDArray[np.intp]]:
    """Return the concepts of each sentence in surface order, and the role at each place.

    The second array is what makes word alignments true by construction: two
    renderings of one meaning align where they hold the same role.
    """
    orders = np.array(
        [[_COLUMN[role] for role in role_order(language, fronted=front)] for front in (False, True)]
    )
    columns = orders[fronted.astype(np.intp)]  # (sentences, roles)
    return np.take_along_axis(meanings.matrix(), columns, axis=1), columns


def present(concepts: Concepts) -> NDArray[np.bool_]:
    """Return which places of a laid-out sentence hold a word."""
    return np.asarray(concepts != ABSENT)
