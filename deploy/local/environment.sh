# shellcheck shell=bash disable=SC2034
# (What is set here is used by the scripts that source this file.)
# The private servers of `make demo`, `make up` and `make test`: where they live and on which ports.
# Sourced with CERTFORGE_LOCAL=demo|test; each has servers, ports and data of its own.

set -euo pipefail

CERTFORGE_LOCAL=${CERTFORGE_LOCAL:-demo}
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Below 32768, where the ports begin that Linux gives to outgoing connections: one of those may be taken while its server
# restarts, and who tries a closed one again and again in the end connects to itself.
case $CERTFORGE_LOCAL in
demo) base_port=${CERTFORGE_BASE_PORT:-28000} ;;
test) base_port=${CERTFORGE_BASE_PORT:-29000} ;;
*)
    echo "CERTFORGE_LOCAL is '$CERTFORGE_LOCAL'; it must be demo or test." >&2
    exit 2
    ;;
esac

state="$repository/.local/$CERTFORGE_LOCAL"
mkdir -p "$state"/{log,pid,mail}

# Debian and Ubuntu keep each version's programs in a folder of its own; the newest is ours.
postgres_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)

postgres_port=$((base_port + 432))
amqp_port=$((base_port + 672))
management_port=$((base_port + 673))
broker_metrics_port=$((base_port + 674))
distribution_port=$((base_port + 675))
epmd_port=$((base_port + 369))
smtp_port=$((base_port + 25))
bedrock_port=$((base_port + 599))
gateway_port=$((base_port + 300))
gateway_health_port=$((base_port + 301))
processor_health_port=$((base_port + 302))
notifier_health_port=$((base_port + 303))

# Credentials of servers that listen on loopback only and are thrown away with `.local`: each user's password is its name.
# These are the administrators'; each service has its own by service_urls.
DATABASE_URL="postgres://certforge:certforge@127.0.0.1:$postgres_port/certforge"
RABBITMQ_URL="amqp://certforge:certforge@127.0.0.1:$amqp_port/certforge"
RABBITMQ_MANAGEMENT_URL="http://certforge:certforge@127.0.0.1:$management_port"
SMTP_URL="smtp://127.0.0.1:$smtp_port?starttls=never"
AWS_ENDPOINT_URL_BEDROCK_RUNTIME="http://127.0.0.1:$bedrock_port"
AWS_ENDPOINT_URL_BEDROCK="$AWS_ENDPOINT_URL_BEDROCK_RUNTIME"
CERTFORGE_URL="http://127.0.0.1:$gateway_port"
JWT_SECRET="local-development-secret-of-no-value-elsewhere"
MAIL_FROM="CertForge <certforge@example.com>"
export MAIL_FROM DATABASE_URL RABBITMQ_URL RABBITMQ_MANAGEMENT_URL SMTP_URL AWS_ENDPOINT_URL_BEDROCK_RUNTIME AWS_ENDPOINT_URL_BEDROCK CERTFORGE_URL JWT_SECRET

# service_urls NAME: prints the assignments of DATABASE_URL and RABBITMQ_URL for the user of gateway, processor or notifier,
# who may do what that service does and nothing else.
service_urls() {
    echo "DATABASE_URL=postgres://certforge_$1:certforge_$1@127.0.0.1:$postgres_port/certforge"
    echo "RABBITMQ_URL=amqp://certforge-$1:certforge-$1@127.0.0.1:$amqp_port/certforge"
}

# Makes the database's users and gives them their rights; run again after each migration.
apply_roles() {
    PGPASSWORD=certforge "$postgres_bin/psql" -h 127.0.0.1 -p "$postgres_port" -U certforge -d "${1:-certforge}" -qtA \
        -v ON_ERROR_STOP=1 -v gateway_password=certforge_gateway -v processor_password=certforge_processor \
        -v notifier_password=certforge_notifier -f "$repository/deploy/postgres/roles.sql"
}

# Closes what a caller left open beside the three standard streams: a server that outlives the caller must not hold it, or
# whoever waits for the caller's end of a pipe waits for the server.
close_inherited() {
    local descriptor
    for descriptor in "/proc/$BASHPID/fd"/*; do
        descriptor=${descriptor##*/}
        if [ "$descriptor" -gt 2 ]; then eval "exec $descriptor>&-"; fi
    done
}

# Ends the process whose id is in a file, gently first, and waits until it is gone.
end_process() {
    local file="$state/pid/$1.pid" pid
    [ -f "$file" ] || return 0
    pid=$(head -n 1 "$file" | tr -d ' ')
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
        kill -TERM "$pid" 2>/dev/null || true
        for _ in $(seq 1 300); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$file"
}

# Says that something else has a port that is needed, before it is mistaken for ours.
require_free_port() {
    local name=$1 port=$2
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        echo "$name needs port $port, which something else is listening on. Set CERTFORGE_BASE_PORT to move all ports," >&2
        echo "for example CERTFORGE_BASE_PORT=$((base_port + 2000)) make …" >&2
        return 1
    fi
}

# Waits until something listens on a port, or says what did not come up and where its log is. With a process id it does
# not wait for a process that has ended.
await_port() {
    local name=$1 port=$2 log=$3 pid=${4:-}
    for _ in $(seq 1 600); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 0; fi
        if [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then break; fi
        sleep 0.1
    done
    echo "$name did not open port $port; the end of $log:" >&2
    tail -n 20 "$log" >&2 || true
    return 1
}
