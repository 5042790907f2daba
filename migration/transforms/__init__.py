"""Stage 5: what changes in the newest tree of a moved history. Pure: from files to files."""
