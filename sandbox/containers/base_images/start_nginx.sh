#!/bin/sh
# As the public image begins: whatever lies in this folder is run before the server.
set -eu

for script in /docker-entrypoint.d/*.sh; do
    if [ -x "$script" ]; then "$script"; fi
done
exec "$@"
