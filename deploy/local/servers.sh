#!/usr/bin/env bash
# Starts and stops the private RabbitMQ, PostgreSQL and SMTP sink.
#   servers.sh start|stop|kill|restart [rabbitmq|postgres|smtp]      CERTFORGE_LOCAL=demo|test chooses the set
#   servers.sh freeze|thaw rabbitmq|postgres                         its connections stay open, and nothing comes
#   servers.sh alarm|calm rabbitmq                                   the broker believes that its disk is full
# `kill` ends a server at once (SIGKILL), as a crash does.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# PostgreSQL refuses to run as root, so root runs it as the user postgres, in a folder that this user can reach.
as_postgres() {
    # From the root folder, because that user may not be able to enter this one.
    if [ "$(id -u)" -eq 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_folder() {
    local folder="$state/postgres"
    if [ "$(id -u)" -eq 0 ] && ! runuser -u postgres -- test -x "$state"; then
        # Its place is noted under .local, so that a new .local begins with a new database.
        [ -f "$state/postgres-folder" ] || mktemp -d /var/tmp/certforge-XXXXXXXX >"$state/postgres-folder"
        folder=$(cat "$state/postgres-folder")
    fi
    mkdir -p "$folder"
    [ "$(id -u)" -ne 0 ] || chown postgres "$folder"
    echo "$folder"
}

start_postgres() {
    local folder
    folder=$(postgres_folder)
    if [ ! -f "$folder/data/PG_VERSION" ]; then
        echo certforge >"$state/password"
        chmod 644 "$state/password"
        cp "$state/password" "$folder/password"
        chmod 644 "$folder/password"
        as_postgres "$postgres_bin/initdb" --pgdata "$folder/data" --username certforge --pwfile "$folder/password" \
            --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 >"$state/log/initdb.log" 2>&1 ||
            { tail -n 20 "$state/log/initdb.log" >&2; return 1; }
    fi
    as_postgres "$postgres_bin/pg_ctl" --pgdata "$folder/data" status >/dev/null 2>&1 && return 0
    require_free_port PostgreSQL "$postgres_port"
    # Tests kill processes, never the machine, and what a process wrote outlives it in the page cache. With fsync on, the
    # checkpoints of a hundred databases made and dropped keep every test waiting for the disk for up to half a minute.
    local durability=""
    [ "$CERTFORGE_LOCAL" = test ] && durability="-c fsync=off"
    (
        close_inherited
        as_postgres "$postgres_bin/pg_ctl" --pgdata "$folder/data" --log "$folder/postgres.log" --wait --silent \
            --options "-c listen_addresses=127.0.0.1 -c port=$postgres_port -c unix_socket_directories='' -c max_connections=500 $durability" \
            start
    ) || { tail -n 20 "$folder/postgres.log" >&2; return 1; }
    PGPASSWORD=certforge "$postgres_bin/psql" -h 127.0.0.1 -p "$postgres_port" -U certforge -d postgres -qtAc \
        "SELECT 1 FROM pg_database WHERE datname = 'certforge'" | grep -q 1 ||
        PGPASSWORD=certforge "$postgres_bin/createdb" -h 127.0.0.1 -p "$postgres_port" -U certforge certforge
}

stop_postgres() {
    local folder
    folder=$(postgres_folder)
    [ -f "$folder/data/postmaster.pid" ] || return 0
    as_postgres "$postgres_bin/pg_ctl" --pgdata "$folder/data" --mode fast --wait --silent stop || true
}

# The sessions' processes notice that their parent is gone and end; until then the data folder is still in use.
kill_postgres() {
    local folder parent sessions process
    folder=$(postgres_folder)
    [ -f "$folder/data/postmaster.pid" ] || return 0
    parent=$(head -n 1 "$folder/data/postmaster.pid")
    sessions=$(pgrep -P "$parent" || true)
    kill -KILL "$parent"
    for process in $parent $sessions; do
        while kill -0 "$process" 2>/dev/null; do sleep 0.05; done
    done
}

signal_postgres() {
    local folder parent
    folder=$(postgres_folder)
    parent=$(head -n 1 "$folder/data/postmaster.pid")
    # shellcheck disable=SC2046
    kill -"$1" "$parent" $(pgrep -P "$parent")
}

signal_rabbitmq() { kill -"$1" "$(tr -d ' \n' <"$state/pid/rabbitmq.pid")"; }

limit_rabbitmq_disk() {
    HOME="$state/rabbitmq/home" ERL_EPMD_PORT="$epmd_port" /usr/lib/rabbitmq/bin/rabbitmqctl --quiet \
        --node "certforge-$CERTFORGE_LOCAL@localhost" set_disk_free_limit "$1"
}

start_rabbitmq() {
    if [ -f "$state/pid/rabbitmq.pid" ] && kill -0 "$(tr -d ' \n' <"$state/pid/rabbitmq.pid")" 2>/dev/null; then return 0; fi
    local folder="$state/rabbitmq"
    require_free_port RabbitMQ "$amqp_port"
    require_free_port "RabbitMQ's management" "$management_port"
    mkdir -p "$folder/home"
    python3 "$repository/deploy/local/broker_definitions.py" "$repository/deploy/rabbitmq/definitions.json" \
        "$repository/deploy/rabbitmq/permissions.json" certforge certforge-test >"$folder/definitions.json"
    echo '[rabbitmq_management,rabbitmq_prometheus].' >"$folder/enabled_plugins"
    cat >"$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $broker_metrics_port
load_definitions = $folder/definitions.json
loopback_users = none
disk_free_limit.absolute = 50MB
CONF
    # shellcheck disable=SC2024
    (
        export HOME="$folder/home" RABBITMQ_NODENAME="certforge-$CERTFORGE_LOCAL@localhost" \
            RABBITMQ_NODE_PORT="$amqp_port" RABBITMQ_DIST_PORT="$distribution_port" ERL_EPMD_PORT="$epmd_port" \
            ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder/log" \
            RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" RABBITMQ_CONFIG_FILE="$folder/rabbitmq" \
            RABBITMQ_PID_FILE="$state/pid/rabbitmq.pid" RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
        close_inherited
        exec setsid nohup /usr/lib/rabbitmq/bin/rabbitmq-server >"$state/log/rabbitmq.log" 2>&1 </dev/null
    ) &
    await_port RabbitMQ "$amqp_port" "$state/log/rabbitmq.log"
    await_port "RabbitMQ's management" "$management_port" "$state/log/rabbitmq.log"
}

stop_rabbitmq() {
    local signal=${1:-TERM} pid
    if [ "$signal" = KILL ] && [ -f "$state/pid/rabbitmq.pid" ]; then
        pid=$(tr -d ' \n' <"$state/pid/rabbitmq.pid")
        kill -KILL "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
        rm -f "$state/pid/rabbitmq.pid"
    fi
    end_process rabbitmq
}

# The port mapper outlives the broker that started it; it is ours alone, because its port is.
stop_port_mapper() {
    local pid
    for pid in $(pgrep -x epmd || true); do
        if { tr '\0' '\n' <"/proc/$pid/environ"; } 2>/dev/null | grep -qx "ERL_EPMD_PORT=$epmd_port"; then
            kill "$pid" 2>/dev/null || true
        fi
    done
}

start_smtp() {
    if [ -f "$state/pid/smtp.pid" ] && kill -0 "$(cat "$state/pid/smtp.pid")" 2>/dev/null; then return 0; fi
    require_free_port "the SMTP sink" "$smtp_port"
    # Debian's interpreter, because Debian's aiosmtpd is installed for it.
    (
        close_inherited
        exec setsid nohup /usr/bin/python3 "$repository/deploy/local/smtp_sink.py" --port "$smtp_port" \
            --folder "$state/mail" >"$state/log/smtp.log" 2>&1 </dev/null
    ) &
    echo $! >"$state/pid/smtp.pid"
    await_port "the SMTP sink" "$smtp_port" "$state/log/smtp.log"
}

action=${1:-} which=${2:-all}
case "$action-$which" in
start-rabbitmq) start_rabbitmq ;;
start-postgres) start_postgres ;;
start-smtp) start_smtp ;;
start-all)
    start_rabbitmq &
    broker=$!
    start_postgres
    start_smtp
    wait $broker
    ;;
stop-rabbitmq) stop_rabbitmq ;;
stop-postgres) stop_postgres ;;
stop-smtp) end_process smtp ;;
stop-all)
    stop_rabbitmq
    stop_port_mapper
    stop_postgres
    end_process smtp
    ;;
kill-rabbitmq) stop_rabbitmq KILL ;;
kill-postgres) kill_postgres ;;
freeze-rabbitmq) signal_rabbitmq STOP ;;
thaw-rabbitmq) signal_rabbitmq CONT ;;
freeze-postgres) signal_postgres STOP ;;
thaw-postgres) signal_postgres CONT ;;
alarm-rabbitmq) limit_rabbitmq_disk 900000GB ;;
calm-rabbitmq) limit_rabbitmq_disk 50MB ;;
restart-rabbitmq) stop_rabbitmq && start_rabbitmq ;;
restart-postgres) stop_postgres && start_postgres ;;
*)
    echo "usage: servers.sh start|stop|kill|restart|freeze|thaw|alarm|calm [rabbitmq|postgres|smtp]" >&2
    exit 2
    ;;
esac
