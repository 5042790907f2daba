"""The monorepo beside what comes of it: backed up, frozen, thawed, archived."""
