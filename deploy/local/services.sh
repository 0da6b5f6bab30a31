#!/usr/bin/env bash
# Starts and stops CertForge on this machine: private servers, simulator, gateway, processor, notifier.
#   services.sh start|stop
CERTFORGE_LOCAL="demo"
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$repository"
servers="$repository/deploy/local/servers.sh"
export CERTFORGE_LOCAL

# Progress, apart from what a caller may want to read.
say() { echo "$*" >&2; }

build() {
    say "Building (about 3 minutes the first time) …"
    local log="$state/log/build.log"
    if ! swift build >"$log" 2>&1; then
        grep -E "error|warning: unable" "$log" | head -n 40 >&2 || tail -n 40 "$log" >&2
        echo "The build failed; the whole log is $log" >&2
        return 1
    fi
}

# start NAME PORT COMMAND …: one background process with a log of its own, waited for until its port is open.
start() {
    local name=$1 port=$2
    shift 2
    if [ -f "$state/pid/$name.pid" ] && kill -0 "$(cat "$state/pid/$name.pid")" 2>/dev/null; then return 0; fi
    require_free_port "$name" "$port"
    setsid nohup "$@" >>"$state/log/$name.log" 2>&1 </dev/null &
    echo $! >"$state/pid/$name.pid"
    await_port "$name" "$port" "$state/log/$name.log" $!
}

# Waits until a service says that it can do its work.
await_ready() {
    local name=$1 port=$2
    for _ in $(seq 1 300); do
        if curl -fsS "http://127.0.0.1:$port/ready" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "$name is not ready after 30 s:" >&2
    curl -sS "http://127.0.0.1:$port/health" >&2 || true
    tail -n 20 "$state/log/$name.log" >&2
    return 1
}

start_all() {
    local bin
    build
    bin=$(swift build --show-bin-path)
    say "Starting RabbitMQ, PostgreSQL and the mail catcher …"
    "$servers" start
    # shellcheck disable=SC2119
    { "$bin/certforge" migrate && apply_roles && "$bin/certforge" topology apply --yes; } >"$state/log/prepare.log" 2>&1 ||
        { cat "$state/log/prepare.log" >&2; return 1; }
    local gateway_urls processor_urls notifier_urls
    mapfile -t gateway_urls < <(service_urls gateway)
    mapfile -t processor_urls < <(service_urls processor)
    mapfile -t notifier_urls < <(service_urls notifier)
    # Made once for this machine, and never part of the repository.
    export CERTIFICATE_SIGNING_KEY_FILE="$state/certificate-signing-key.json"
    [ -f "$CERTIFICATE_SIGNING_KEY_FILE" ] || "$bin/certforge" keys generate --output "$CERTIFICATE_SIGNING_KEY_FILE"
    say "Starting the simulator and the services …"
    export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    start bedrock-simulator "$bedrock_port" env HTTP_PORT="$bedrock_port" HEALTH_PORT=$((bedrock_port + 1)) \
        SIMULATOR_CONTROL_FILE="${SIMULATOR_CONTROL_FILE:-}" \
        "$bin/bedrock-simulator"
    # Unless the caller names providers of their own, the simulator's chat completions are one beside Bedrock.
    export PROVIDERS_FILE="${PROVIDERS_FILE:-$state/providers.yaml}" SIMULATED_API_KEY=sk-simulator
    cat >"$state/providers.yaml" <<EOF
providers:
  - id: simulated
    kind: openai-compatible
    name: Simulated
    baseURL: http://127.0.0.1:$bedrock_port/openai/v1
    apiKeyVariable: SIMULATED_API_KEY
    allowPrivateAddresses: true
    models:
      - {id: chat-small, vendor: simulator, name: Small chat, context: 8192, output: 4096, capabilities: {tools: true}}
      - {id: chat-large, vendor: simulator, name: Large chat, context: 8192, output: 4096, capabilities: {tools: true}}
EOF
    start gateway "$gateway_health_port" env "${gateway_urls[@]}" HTTP_PORT="$gateway_port" \
        HEALTH_PORT="$gateway_health_port" PRICES_FILE="${PRICES_FILE:-$repository/deploy/local/simulator-prices.yaml}" \
        "$bin/gateway"
    # The simulator's quotas open again after seconds, not after a minute as Bedrock's do.
    start certification-processor "$processor_health_port" env "${processor_urls[@]}" HEALTH_PORT="$processor_health_port" \
        CERTIFICATION_RETRY_BASE="${CERTIFICATION_RETRY_BASE:-0.5}" CERTIFICATION_RETRY_CAP="${CERTIFICATION_RETRY_CAP:-2}" \
        CERTIFICATION_CONCURRENCY="${CERTIFICATION_CONCURRENCY:-16}" "$bin/certification-processor"
    start notifier "$notifier_health_port" env "${notifier_urls[@]}" HEALTH_PORT="$notifier_health_port" \
        PUBLIC_URL="http://127.0.0.1:$gateway_port" "$bin/notifier"
    await_ready gateway "$gateway_health_port"
    await_ready certification-processor "$processor_health_port"
    await_ready notifier "$notifier_health_port"
}

stop_all() {
    local name
    for name in gateway certification-processor notifier bedrock-simulator; do end_process "$name"; done
    "$servers" stop
}

case ${1:-} in
start)
    start_all
    cat <<TEXT
CertForge runs.
  gateway     $CERTFORGE_URL/api/v1   (health: http://127.0.0.1:$gateway_health_port/health)
  RabbitMQ    $RABBITMQ_MANAGEMENT_URL
  PostgreSQL  $DATABASE_URL
  mails       $state/mail
  logs        $state/log
Try:  export CERTFORGE_URL=$CERTFORGE_URL CERTFORGE_TOKEN=\$(JWT_SECRET=$JWT_SECRET $(swift build --show-bin-path)/certforge token)
      $(swift build --show-bin-path)/certforge certify --model anthropic.claude-3-haiku-20240307-v1:0 --region us-east-1
Stop: make down
TEXT
    ;;
stop) stop_all ;;
*)
    echo "usage: services.sh start|stop" >&2
    exit 2
    ;;
esac
