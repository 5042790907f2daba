#!/bin/sh
# Serves the engine on a developer's machine, reloading when a file changes.
set -eu

cd "$(dirname "$0")/.."

exec poetry run uvicorn src.main:app --reload --port "${PORT:-8000}"
