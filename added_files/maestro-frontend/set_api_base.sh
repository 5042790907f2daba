#!/bin/sh
# Run by nginx's image when the container starts: the page learns where its backend is.
set -eu

: "${VITE_API_BASE:?set the address of a backend}"

find "${PAGE:-/usr/share/nginx/html}/assets" -name '*.js' \
    -exec sed -i "s|VITE_API_BASE_OF_THE_CONTAINER|$VITE_API_BASE|g" {} +
