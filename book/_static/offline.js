/* A page read from a disk may not fetch others: the search then lists its finds without excerpts. */
if (window.location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
