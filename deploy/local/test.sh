#!/usr/bin/env bash
# `make test`: lint, then unit, integration and end-to-end tests against private servers of their own, then the checks that
# speak to us through other people's clients (boto3, pika) and of the files that deploy us.
CERTFORGE_LOCAL="test"
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$repository"
export CERTFORGE_LOCAL
servers="$repository/deploy/local/servers.sh"

echo "== lint"
make --no-print-directory lint

echo "== private servers"
trap '"$servers" stop' EXIT
"$servers" start
export TEST_DATABASE_URL=$DATABASE_URL
export TEST_RABBITMQ_URL="amqp://certforge:certforge@127.0.0.1:$amqp_port/certforge-test"
export TEST_RABBITMQ_MANAGEMENT_URL=$RABBITMQ_MANAGEMENT_URL

# Python's packages come over the network, while the build keeps the processors busy.
python="$repository/.local/python"
install_python() {
    local wanted="$repository/Tests/Interoperability/requirements.txt"
    if cmp -s "$wanted" "$python/requirements.txt"; then return 0; fi
    python3 -m venv --clear "$python"
    "$python/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$python/requirements.txt"
}
install_python >"$state/log/python.log" 2>&1 &
installing_python=$!

echo "== build (about 4 minutes the first time)"
swift build --build-tests >"$state/log/build.log" 2>&1 || {
    grep -E "error" "$state/log/build.log" | sort -u | head -n 40 >&2
    exit 1
}

failed=0

# Prints what is worth reading of a run of tests, and notes when they failed: the others run all the same. Some of the
# end-to-end tests stop and kill the servers that the others use, and the integration tests keep both cores busy, so each kind
# runs by itself. No test is run twice: one that fails now and then has a cause.
run_tests() {
    local log="$state/log/$1.log"
    shift
    swift test --skip-build "$@" >"$log" 2>&1 || true
    grep -E "✘|Test run with|error:" "$log" | grep -v "started" || tail -n 20 "$log"
    grep -qE "Test run with [1-9][0-9]* tests.* passed" "$log" || failed=1
}

# All at once they keep each other from the two cores for longer than their own time limits: with a few at a time the whole
# is hardly slower, and a test that fails fails for a reason of its own.
echo "== unit tests"
SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 run_tests unit --skip IntegrationTests --skip EndToEndTests
echo "== integration tests"
SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 run_tests integration --filter IntegrationTests
echo "== end-to-end tests"
SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=3 run_tests side-by-side --filter 'EndToEndTests\.SideBySideTests'
grep -E "✔ Test \"" "$state/log/side-by-side.log" || true
run_tests end-to-end --filter 'EndToEndTests\.EndToEndTests'
grep -E "✔ Test \"" "$state/log/end-to-end.log" || true

echo "== chaos (45 s of faults; limits of recovery relaxed, because both cores are busy)"
chaos=1
"$(swift build --show-bin-path)/chaos" --seed 26 --duration 45 --relax 3 --json "$state/log/chaos.json" \
    >"$state/log/chaos.log" 2>&1 || chaos=0
sed -n '/^  jobs accepted/,$p' "$state/log/chaos.log"
[ $chaos = 1 ] || { tail -n 20 "$state/log/chaos.log"; failed=1; }

echo "== interoperability and deployment files"
wait $installing_python || { cat "$state/log/python.log" >&2; exit 1; }
BIN=$(swift build --show-bin-path) "$python/bin/python" -m pytest -q "$repository/Tests/Interoperability" \
    2>&1 | tee "$state/log/interoperability.log" || failed=1

if [ $failed = 1 ]; then
    echo "== what failed (the logs are in $state/log)" >&2
    grep -hE "✘ (Test \"|Test run)|error: Exited|^FAILED |^ERROR " "$state"/log/{unit,integration,side-by-side,end-to-end,interoperability}.log >&2 || true
    [ $chaos = 1 ] || echo "chaos: see $state/log/chaos.log" >&2
    exit 1
fi

count() { sed -nE 's/.*Test run with ([0-9]+) tests.*/\1/p' "$1" | tail -n 1; }
python_count=$(sed -nE 's/^([0-9]+) passed.*/\1/p' "$state/log/interoperability.log" | tail -n 1)
# Chaos counts as one.
total=$((python_count + chaos))
for kind in unit integration side-by-side end-to-end; do total=$((total + $(count "$state/log/$kind.log"))); done
echo "$total passed, 0 failed"
