"""Figures: each takes evidence and returns a picture, and touches no file."""
