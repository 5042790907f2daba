#!/bin/sh
# As the public image begins: the first start makes a cluster with a password and a database.
set -eu

data=/var/lib/postgresql/data
if ! [ -e "$data/PG_VERSION" ]; then
    printf '%s' "${POSTGRES_PASSWORD:?set a password}" > /tmp/password
    initdb --pgdata "$data" --username "${POSTGRES_USER:=postgres}" --pwfile /tmp/password --encoding UTF8 \
        --locale C.UTF-8 --auth-local trust --auth-host scram-sha-256
    rm /tmp/password
    echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
    if [ "${POSTGRES_DB:=$POSTGRES_USER}" != postgres ]; then
        echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$data" postgres
    fi
fi
exec "$@" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
