"""The Maestro engine."""
