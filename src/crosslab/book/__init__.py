"""From records to pages: strict notebooks, words, freshness, the build."""
