"""Robust cross-lingual transfer, re-examined.

Reading order: ``experiments`` (what is run) -> ``running`` (a run from end to end) ->
``training`` (the one loop) -> ``records`` (what is kept) -> ``claims`` (what it comes to)
-> ``book`` (what is shown).
"""
