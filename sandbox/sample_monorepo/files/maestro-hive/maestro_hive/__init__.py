"""The SDLC engine: from requirements to release, phase by phase."""
