#!/usr/bin/env bash
# Outbox and inbox with many past messages, against the naive design (plain tables, pruned by DELETE), in one run.
#   tables.sh [MESSAGES] [MESSAGES_UNDER_AN_OLD_SNAPSHOT]      10,000,000 and 1,000,000 unless told otherwise
#   PARTS='inbox outbox snapshot'                              chooses among the three parts
# The naive outbox gets a tenth of the messages, because it takes ever longer.
# Works in a database `certforge_tables` of its own on the server of DATABASE_URL, and removes it at the end. Needs psql and
# pgbench, about 8 GB of disk, and half an hour. Commits do not wait for the disk, so that the tables are compared, not the disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
messages=${1:-10000000} old_snapshot_messages=${2:-1000000} parts=${PARTS:-inbox outbox snapshot}
: "${DATABASE_URL:?must name a PostgreSQL server; make up prints one}"
pgbench=$(command -v pgbench || find /usr/lib/postgresql -name pgbench -path '*bin*' | sort -V | tail -n 1)

psql -qAtX "$DATABASE_URL" -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS certforge_tables WITH (FORCE)' -c 'CREATE DATABASE certforge_tables'
address=$(sed -E 's#(://[^/]+)/[^?]*#\1/certforge_tables#' <<<"$DATABASE_URL")
pinning=
finish() {
    [ -z "$pinning" ] || kill "$pinning" 2>/dev/null || true
    psql -qAtX "$DATABASE_URL" -c 'DROP DATABASE IF EXISTS certforge_tables WITH (FORCE)'
}
trap finish EXIT
export PGOPTIONS='-c synchronous_commit=off -c client_min_messages=warning'
query() { psql -qAtX -v ON_ERROR_STOP=1 "$address" "$@"; }
migrations=Sources/MessagingPostgres/Migrations
query -f $migrations/0000_messaging.sql -f $migrations/0006_message_retention.sql -f Benchmarks/Tables/tables.sql

percentile() { query -c "SELECT coalesce(round(percentile_cont($2) WITHIN GROUP (ORDER BY ms)::numeric, 2), 0) FROM timings WHERE what = '$1'"; }
size() {
    query -c "SELECT pg_size_pretty(sum(pg_table_size(relid))) || ' + ' || pg_size_pretty(sum(pg_indexes_size(relid)))
        FROM (SELECT '$1'::regclass AS relid UNION SELECT relid FROM pg_partition_tree('$1')) AS tables"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }'; }
row() { printf '| %s | %s | %s | %s |\n' "$@"; }

# Single rows, each a transaction, from four sessions for ten seconds: prints how many per second.
inserts() {
    local script
    script=$(mktemp)
    echo "INSERT INTO $1 (consumer, message_id) VALUES ('certification-processor', message_id(clock_timestamp())) ON CONFLICT DO NOTHING;" >"$script"
    "$pgbench" --no-vacuum --client 4 --jobs 1 --time 10 --file "$script" "$address" 2>/dev/null |
        sed -nE 's/^tps = ([0-9]+).*/\1/p'
    rm -f "$script"
}

# Runs a statement and prints its seconds and how much log it wrote.
timed() {
    local before began seconds
    before=$(query -c 'SELECT pg_current_wal_insert_lsn()')
    began=$(date +%s%N)
    query -c "$1"
    seconds=$(awk -v a="$began" -v b="$(date +%s%N)" 'BEGIN { printf "%.2f", (b - a) / 1e9 }')
    echo "$seconds s, $(query -c "SELECT pg_size_pretty(pg_current_wal_insert_lsn() - '$before'::pg_lsn)") of log"
}

wanted() { [[ " $parts " == *" $1 "* ]]; }

echo "$messages past messages, PostgreSQL $(query -c 'SHOW server_version'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
measure_inbox() {
    echo
    echo '| inbox | days dropped | plain, DELETE | ratio |'
    echo '|---|---|---|---|'
    # The migration's partition for the past would take every id of the benchmark's.
    query -c 'DROP TABLE inbox_past' -c "CALL make_past_days('inbox')"
    empty_ours=$(inserts inbox) empty_plain=$(inserts plain_inbox)
    row 'inserts/s, empty' "$empty_ours" "$empty_plain" "$(ratio "$empty_ours" "$empty_plain")"
    query -c "CALL fill('inbox', $messages)" -c "CALL fill('plain_inbox', $messages)" -c 'ANALYZE inbox' -c 'ANALYZE plain_inbox'
    row 'table + indexes' "$(size inbox)" "$(size plain_inbox)" ''
    full_ours=$(inserts inbox) full_plain=$(inserts plain_inbox)
    row 'inserts/s, full' "$full_ours" "$full_plain" "$(ratio "$full_ours" "$full_plain")"
    row 'the same, as a share of empty' "$(ratio "$full_ours" "$empty_ours")" "$(ratio "$full_plain" "$empty_plain")" ''
    ours=$(timed "CALL prune_by_drop('inbox')") plain=$(timed "CALL prune_by_delete('plain_inbox')")
    row 'forgetting what is older than 7 days' "$ours" "$plain" "$(ratio "${ours%% *}" "${plain%% *}")"
    row 'table + indexes afterwards' "$(size inbox)" "$(size plain_inbox)" ''
    query -c 'DROP TABLE plain_inbox' -c 'DROP TABLE inbox'
}

compare() { row "$1" "$2" "$3" "$(ratio "$2" "$3")"; }

# Calls by the hundred thousand: a session tells autovacuum what it deleted only when its call ends.
in_parts() {
    local _
    for _ in $(seq 1 $(($1 / 100000))); do query -c "$2"; done
}

measure_outbox() {
    echo
    echo '| outbox | deleted when confirmed | plain, marked as sent | ratio |'
    echo '|---|---|---|---|'
    query -c "CALL pass_through(100000, 'ours empty', true)" -c "CALL pass_through_naive(100000, 'naive empty')"
    compare 'claim p50 ms, empty' "$(percentile 'ours empty claim' 0.5)" "$(percentile 'naive empty claim' 0.5)"
    compare 'claim p99 ms, empty' "$(percentile 'ours empty claim' 0.99)" "$(percentile 'naive empty claim' 0.99)"
    compare 'batch of 500 p50 ms, empty' "$(percentile 'ours empty batch' 0.5)" "$(percentile 'naive empty batch' 0.5)"
    in_parts "$messages" "CALL pass_through(100000, 'passing', true)"
    in_parts $((messages / 10)) "CALL pass_through_naive(100000, 'naive passing')"
    compare 'claim p50 ms, on the way' "$(percentile 'passing claim' 0.5)" "$(percentile 'naive passing claim' 0.5)"
    compare 'claim p99 ms, on the way' "$(percentile 'passing claim' 0.99)" "$(percentile 'naive passing claim' 0.99)"
    compare 'batch of 500 p50 ms, on the way' "$(percentile 'passing batch' 0.5)" "$(percentile 'naive passing batch' 0.5)"
    query -c "CALL pass_through(100000, 'ours full', true)" -c "CALL pass_through_naive(100000, 'naive full')"
    compare 'claim p50 ms, after all' "$(percentile 'ours full claim' 0.5)" "$(percentile 'naive full claim' 0.5)"
    compare 'claim p99 ms, after all' "$(percentile 'ours full claim' 0.99)" "$(percentile 'naive full claim' 0.99)"
    compare 'batch of 500 p50 ms, after all' "$(percentile 'ours full batch' 0.5)" "$(percentile 'naive full batch' 0.5)"
    row 'claim p99, as a multiple of empty' "$(ratio "$(percentile 'ours full claim' 0.99)" "$(percentile 'ours empty claim' 0.99)")" \
        "$(ratio "$(percentile 'naive full claim' 0.99)" "$(percentile 'naive empty claim' 0.99)")" ''
    row 'table + indexes' "$(size outbox)" "$(size naive_outbox)" ''
    sleep 90
    row 'the same, after 90 s of rest' "$(size outbox)" "$(size naive_outbox)" ''
    naive=$(timed 'DELETE FROM naive_outbox WHERE sent_at IS NOT NULL')
    row 'pruning' 'none needed' "$naive" ''
    query -c 'DROP TABLE naive_outbox'
}

pinned() {
    query -c 'TRUNCATE outbox'
    # Holds a snapshot, and with it every row that dies from now on, until it is ended.
    query -c 'BEGIN ISOLATION LEVEL REPEATABLE READ' -c 'SELECT count(*) FROM timings' -c 'SELECT pg_sleep(36000)' \
        >/dev/null 2>&1 &
    pinning=$!
    sleep 1
    query -c "CALL pass_through($old_snapshot_messages, '$1', $2)"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        query -c "CALL timed_claim('$1 last claim', $3)"
    done
    size outbox >"$4"
    query -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'" >/dev/null
    wait "$pinning" || true
    pinning=
}

measure_snapshot() {
    echo
    echo "| $old_snapshot_messages messages while one old transaction stays open | no lower bound | with the floor | ratio |"
    echo '|---|---|---|---|'
    note=$(mktemp)
    pinned 'pinned' false "'-infinity'" "$note"
    pinned 'floored' true "clock_timestamp() - interval '1 second'" "$note"
    compare 'claim p50 ms, on the way' "$(percentile 'floored claim' 0.5)" "$(percentile 'pinned claim' 0.5)" | awk -F'|' '{ printf "|%s|%s|%s|%s|\n", $2, $4, $3, $5 }'
    compare 'claim p50 ms, at the end' "$(percentile 'floored last claim' 0.5)" "$(percentile 'pinned last claim' 0.5)" | awk -F'|' '{ printf "|%s|%s|%s|%s|\n", $2, $4, $3, $5 }'
    row 'table + indexes' '' "$(cat "$note")" ''
    query -c 'VACUUM outbox'
    row 'table + indexes, after its end and VACUUM' '' "$(size outbox)" ''
    rm -f "$note"
}

for part in inbox outbox snapshot; do
    if wanted $part; then measure_$part; fi
done
