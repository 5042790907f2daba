"""Stage 1: `migration.yaml` becomes a frozen, checked model; every fault is told at once."""
