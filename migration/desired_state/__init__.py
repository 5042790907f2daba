"""Stage 2: what must exist, computed from the plan and the stage of each wave. Pure: no clock, no network, no disk."""
