"""From a report's text to its claims, what speaks against it, and where. No torch in here.

``decoding`` bytes to text · ``parsing`` text to a report · ``matching`` a claim to the registry
· ``findings`` what is wrong and where · ``reviewers`` rubrics · ``auditing`` one report or many
· ``output`` JSON, JSON Lines, CSV and HTML
"""
