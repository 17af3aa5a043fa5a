"""Figures: each takes evidence and returns what the book shows of it; none touches a file."""
