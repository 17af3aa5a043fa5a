"""The synthetic laboratory: concepts, world, words, grammar, text, items."""
