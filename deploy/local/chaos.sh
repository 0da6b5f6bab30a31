#!/usr/bin/env bash
# `make chaos`: load and faults against real processes and private servers, then the count of what was lost or doubled.
#   SEED=1 DURATION=600 (seconds) SCALING=1 (processors scaled in and out instead) JSON=file RATE=0.8 RELAX=1
CERTFORGE_LOCAL="test"
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$repository"
export CERTFORGE_LOCAL
servers="$repository/deploy/local/servers.sh"

trap '"$servers" stop' EXIT
"$servers" start
export TEST_DATABASE_URL=$DATABASE_URL
export TEST_RABBITMQ_URL="amqp://certforge:certforge@127.0.0.1:$amqp_port/certforge-test"
export TEST_RABBITMQ_MANAGEMENT_URL=$RABBITMQ_MANAGEMENT_URL

swift build >"$state/log/build.log" 2>&1 || {
    grep -E "error" "$state/log/build.log" | sort -u | head -n 40 >&2
    exit 1
}
arguments=(--seed "${SEED:-1}" --duration "${DURATION:-600}" --rate "${RATE:-0.8}" --relax "${RELAX:-1}"
    --json "${JSON:-$state/log/chaos.json}")
[ -z "${SCALING:-}" ] || arguments+=(--scaling)
# Not exec: the servers stop afterwards.
"$(swift build --show-bin-path)/chaos" "${arguments[@]}"
