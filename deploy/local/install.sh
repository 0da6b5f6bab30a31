#!/usr/bin/env bash
# Installs the Debian packages that building and the private servers need, those that are missing only.
# No service of the system is started or changed by it.
set -euo pipefail

packages=(librabbitmq-dev libpq-dev libcurl4-openssl-dev pkg-config rabbitmq-server postgresql python3 python3-venv
    python3-aiosmtpd openssl curl procps)
missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "These packages are missing, and installing them needs root: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi

# Debian starts a server when it is installed unless policy-rc.d forbids it, and creates a PostgreSQL cluster unless told not to.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
fi
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi

echo "Installing: ${missing[*]}"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold "${missing[@]}"; } >"$log" 2>&1; then
    echo "apt-get failed; the end of its output:" >&2
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"
