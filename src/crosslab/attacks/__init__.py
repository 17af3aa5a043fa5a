"""Attacks on a model: the smallest change that keeps the meaning and loses the answer.

Every attack works on a margin: how much better the right answer is than the best wrong one. It
holds for a classifier and for a search alike, and an answer is right as long as it is above zero.
More budget never leaves an item better off, because the worst that was found is kept.
"""
