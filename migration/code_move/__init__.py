"""Stage 3: the history of the monorepo becomes the histories of the new repositories, and goes to GitHub."""
