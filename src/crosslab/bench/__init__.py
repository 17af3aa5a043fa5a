"""The speeds the project promises, each beside its baseline: ``make bench``.

What is printed are ratios with their spread, measured side by side on one thread:
seconds alone would say more about the machine than about the code. An encoder that
learned nothing is as fast as one that did. Nothing is written but the JSON asked for.
"""
