"""Tables and sentences of the chapter on the encoder for real languages."""

from typing import Final

from crosslab.experiments import SCRATCH, STEPS
from crosslab.lineup import SCALE, SETS, WORDS, Aligned, Lineup, name_of
from crosslab.numerals import counted
from crosslab.prose.render import table
from crosslab.records import SHORT

_ABSENT: Final = (
    f"**This folder has no encoder of scale `{SCALE}`**, so there is nothing to show here. To make "
    f"them: `crosslab run pretraining --scale {SCALE} --data DIR --results FOLDER`."
)
_HARDLY: Final = 1.0  # % of words


def answer_words(found: Lineup) -> str:
    """Return what came of each step, in a sentence or two, and what is missing."""
    if not found.encoders:
        return _ABSENT
    first, *further = found.encoders
    said = [
        _compared(before, after) if after.key in STEPS else _alone(after)
        for before, after in zip(found.encoders, further, strict=False)
    ]
    words = [
        f"`{first.key}`, with nothing trained, finds {_mean(first, SETS[0]):.0f} % of sentences "
        f"({SETS[0]}) and {_mean(first, WORDS):.0f} % of the words it was not made with.",
        *said,
    ]
    if found.missing:
        names = ", ".join(f"`{unit.arm}`" for unit in found.missing)
        words.append(f"**Missing**: {names}.")
    return " ".join(words)


def _compared(before: Aligned, after: Aligned) -> str:
    """Return what an encoder finds beside the one before it in the line."""
    return (
        f"`{after.key}` finds {_mean(after, SETS[0]):.0f} % and {_mean(after, WORDS):.0f} %, "
        f"{_change(_mean(after, SETS[0]) - _mean(before, SETS[0]))} `{before.key}` on sentences."
    )


def _alone(each: Aligned) -> str:
    """Return what an encoder finds that is no step of the line."""
    return (
        f"`{each.key}`, an encoder of its own, finds {_mean(each, SETS[0]):.0f} % and "
        f"{_mean(each, WORDS):.0f} %."
    )


def _change(points: float) -> str:
    """Return a change in words.

    Example:
        >>> _change(12.0), _change(-4.7), _change(0.2)
        ('12 points above', '5 points below', 'level with')
    """
    if abs(points) < 0.5:  # noqa: PLR2004 - what rounds to nothing
        return "level with"
    return f"{abs(points):.0f} points {'above' if points > 0 else 'below'}"


def _mean(each: Aligned, measure: str) -> float:
    return float(each.found()[measure].mean())


def encoder_table(found: Lineup) -> str:
    """Return one line per encoder: what it finds, how far sentences lie apart, what it took."""
    if not found.encoders:
        return ""
    rows = [
        (
            f"`{each.key}`",
            f"{_mean(each, WORDS):.1f}",
            *(f"{_mean(each, name):.1f}" for name in SETS),
            f"{each.distance().mean():.2f}",
            f"{each.metrics['parameters'] / 1e6:.0f}",
            f"{each.record.wall_seconds / 60:.0f}",
            f"`{each.record.unit.fingerprint[:SHORT]}`",
        )
        for each in found.encoders
    ]
    header = (
        "encoder",
        "words found, %",
        *(f"sentences found, % ({name})" for name in SETS),
        f"distance to English ({SETS[0]})",
        "weights, millions",
        "minutes",
        "record",
    )
    return table(header, rows)


def language_table(found: Lineup, measure: str = SETS[0]) -> str:
    """Return what each encoder finds of a measure, language by language."""
    if not found.encoders:
        return ""
    shares = [each.found()[measure] for each in found.encoders]
    rows = [
        (name_of(key), *(f"{each[key]:.1f}" if key in each else "none" for each in shares))
        for key in found.languages
    ]
    return table(("language", *(f"`{each.key}`" for each in found.encoders)), rows)


def origin_table(found: Lineup) -> str:
    """Return where the words of each language's vocabulary started, in %."""
    first = found.encoders[0] if found.encoders else None
    if first is None or "origin_by_language" not in first.metrics:
        return ""
    shares = first.metrics["origin_by_language"]
    kinds = list(dict.fromkeys(key.partition("/")[2] for key in shares))
    rows = [
        (
            name_of(key),
            f"{first.metrics['words_by_language'][key]:,}",
            *(f"{100 * shares.get(f'{key}/{kind}', 0.0):.0f}" for kind in kinds),
        )
        for key in found.languages
    ]
    return table(("language", "words", *(f"{kind}, %" for kind in kinds)), rows)


def witness_words(found: Lineup) -> str:
    """Return how the encoder was pre-trained that shares nothing with the grafted ones."""
    each = found.encoder(SCRATCH)
    if each is None:
        return f"**`{SCRATCH}` is not in this folder.**"
    asked = each.record.settings["scratch"]
    encoder, languages = asked["encoder"], len(asked["languages"]) + 1  # English as well
    hidden = 100 * asked["masked_share"]
    return (
        f"`{SCRATCH}` has {encoder['layers']} layers of {encoder['hidden']} numbers and "
        f"{asked['vocabulary']:,} word pieces that serve all {languages} languages. It saw "
        f"{asked['steps']:,} batches of {asked['batch']} inputs, raw text (at most "
        f"{asked['lines']:,} lines of a language) and sentences with their translation (at most "
        f"{asked['pairs']:,}) in turns, and guessed {hidden:.0f} % of the pieces, which were "
        f"hidden; its loss was {each.metrics['final_loss']:.2f} at the end. "
        f"{_where_words_are_found(each)}"
    )


def _where_words_are_found(each: Aligned) -> str:
    """Return in which languages words are found, the best one first, and in how many hardly any."""
    shares = each.found()[WORDS].sort_values(ascending=False)
    some = shares[shares >= _HARDLY]
    parts = [f"{share:.0f} % in {name_of(str(key))}" for key, share in some.items()]
    if len(some) < len(shares):
        few = counted(len(shares) - len(some), "other language" if parts else "language")
        parts.append(f"fewer than one in a hundred in {few}")
    return f"Of the words of a language it finds {', '.join(parts)}."
