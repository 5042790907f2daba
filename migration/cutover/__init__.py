"""What becomes of the monorepo: folders frozen, thawed, archived, and the way back."""
