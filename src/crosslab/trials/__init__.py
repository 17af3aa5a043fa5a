"""Trials: what one run of a research question does, from an encoder to answers."""
