#!/usr/bin/env bash
# `make demo`: certifies every chat model of the registry in two regions through all three services, against the simulator, and
# counts afterwards: as many verdicts as targets, one mail per job and recipient.
CERTFORGE_LOCAL="demo"
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$repository"
services="$repository/deploy/local/services.sh"
# What the demonstration certifies is its own, whatever is set for `make up`.
unset PROVIDERS_FILE SUITES_FOLDER
# A few models misbehave, so that the outcome shows more than success.
export SIMULATOR_CONTROL_FILE="$repository/deploy/local/demo-behaviours.json"
was_running=no
[ -f "$state/pid/gateway.pid" ] && kill -0 "$(cat "$state/pid/gateway.pid")" 2>/dev/null && was_running=yes
[ $was_running = yes ] || trap '"$services" stop' EXIT
"$services" start >/dev/null

bin=$(swift build --show-bin-path)
CERTFORGE_TOKEN=$("$bin/certforge" token --subject demo)
export CERTFORGE_TOKEN
recipients=(ada@example.com team@example.com)

"$bin/certforge" certify --all --force --max-cost 20 --region us-east-1 --region eu-central-1 \
    --notify "${recipients[0]}" --notify "${recipients[1]}" | tee "$state/log/certify.log"
job=$(sed -n 's/^Job \([0-9a-f-]*\):.*/\1/p' "$state/log/certify.log" | head -n 1)

echo
echo "A provider that speaks OpenAI's chat completions:"
"$bin/certforge" certify --model simulated/chat-small --model simulated/chat-large --region global --force

echo
echo "A certificate, verified with the public keys:"
certificate=$("$bin/certforge" certificates list 2>/dev/null | grep -oE '[0-9a-f]{8}-[0-9a-f-]{27}' | head -n 1)
"$bin/certforge" certificates show "$certificate" >"$state/certificate.jws"
"$bin/certforge" verify "$state/certificate.jws" --gateway "$CERTFORGE_URL"

# Counted where each is made: jobs and verdicts in the database, mails at the mail server.
query() { "$postgres_bin/psql" "$DATABASE_URL" -qtAc "$1"; }
jobs=$(query "SELECT count(*) FROM certification.jobs WHERE id = '$job' AND finished_at IS NOT NULL")
targets=$(query "SELECT count(*) FROM certification.certifications WHERE job_id = '$job'")
verdicts=$(query "SELECT count(*) FROM certification.runs r JOIN certification.certifications c ON c.id = r.certification_id
    WHERE c.job_id = '$job' AND r.status <> 'RETRYING'")
retries=$(query "SELECT count(*) FROM certification.runs r JOIN certification.certifications c ON c.id = r.certification_id
    WHERE c.job_id = '$job' AND r.status = 'RETRYING'")
# Notices of drift since an earlier demonstration come beside the mail about the job.
mails() { { grep -l "$job" "$state"/mail/*.eml 2>/dev/null | xargs -r grep -L '^X-CertForge-Notice' || true; } | wc -l; }
for _ in $(seq 1 100); do
    [ "$(mails)" -ge ${#recipients[@]} ] && break
    sleep 0.1
done

echo
echo "One of the mails:"
python3 "$repository/deploy/local/show_mail.py" "$(grep -l "$job" "$state"/mail/*.eml | head -n 1)"
echo
echo "jobs      $jobs"
echo "targets   $targets"
echo "verdicts  $verdicts   (and $retries attempts that were repeated)"
echo "mails     $(mails)   (${#recipients[@]} recipients)"
if [ "$jobs" != 1 ] || [ "$verdicts" != "$targets" ] || [ "$(mails)" != ${#recipients[@]} ]; then
    echo "These numbers do not agree; the logs are in $state/log." >&2
    exit 1
fi
echo "The numbers agree: one verdict per target, one mail per job and recipient."
