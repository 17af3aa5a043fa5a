"""From records to a published book: strict notebooks, pages, freshness, the build."""
