-- One database user per service, each with the rights that its service needs and no others.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 \
--       -v gateway_password=… -v processor_password=… -v notifier_password=… -f deploy/postgres/roles.sql
--
-- Run it as the role that migrates (it owns the schema certification; to make users it needs CREATEROLE or superuser), after
-- `certforge migrate` and before the notifier starts. It may be repeated. A password that is not given leaves the user's as it
-- is; without one a new user cannot log in. Tables of later migrations get their rights by default privileges.

SET client_min_messages = warning;

-- Users. Several databases of one server share them, so they may be there already, or be made at this moment by somebody else.
DO $$
DECLARE
    service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['certforge_gateway', 'certforge_processor', 'certforge_notifier'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            BEGIN
                EXECUTE format(
                    'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', service);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
END $$;

\if :{?gateway_password}
ALTER ROLE certforge_gateway PASSWORD :'gateway_password';
\endif
\if :{?processor_password}
ALTER ROLE certforge_processor PASSWORD :'processor_password';
\endif
\if :{?notifier_password}
ALTER ROLE certforge_notifier PASSWORD :'notifier_password';
\endif

BEGIN;

-- Nobody makes tables where others look for theirs.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('GRANT CONNECT ON DATABASE %I TO certforge_gateway, certforge_processor, certforge_notifier', current_database())
\gexec

-- Gateway and processor share a schema: they read and write rows, and change no table. LISTEN and NOTIFY need no right.
CREATE SCHEMA IF NOT EXISTS certification;
REVOKE ALL ON SCHEMA certification FROM PUBLIC;
GRANT USAGE ON SCHEMA certification TO certforge_gateway, certforge_processor;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA certification TO certforge_gateway, certforge_processor;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA certification TO certforge_gateway, certforge_processor;
ALTER DEFAULT PRIVILEGES IN SCHEMA certification
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO certforge_gateway, certforge_processor;
ALTER DEFAULT PRIVILEGES IN SCHEMA certification
    GRANT USAGE ON SEQUENCES TO certforge_gateway, certforge_processor;
-- What is never taken back: jobs, verdicts, certificates and costs stay, the history of attempts and of the registry is
-- append-only, keys that certificates were signed with stay published as they are (to retire one is the owner's), migrations
-- are not the services'.
SELECT format('REVOKE %s ON certification.%I FROM certforge_gateway, certforge_processor', rights, name)
FROM (VALUES ('DELETE', 'jobs'), ('DELETE', 'certifications'), ('DELETE', 'current_certifications'),
             ('UPDATE, DELETE', 'runs'), ('UPDATE, DELETE', 'test_results'), ('UPDATE, DELETE', 'dead_letter_audit'),
             ('UPDATE, DELETE', 'operator_actions'), ('UPDATE, DELETE', 'drifts'), ('UPDATE, DELETE', 'expiry_notices'),
             ('UPDATE, DELETE', 'registry_changes'), ('DELETE', 'registry_syncs'), ('DELETE', 'registry_regions'),
             ('DELETE', 'registry_models'), ('DELETE', 'job_budgets'), ('DELETE', 'claim_costs'),
             ('DELETE', 'certificates'), ('UPDATE, DELETE', 'signing_keys'), ('INSERT, DELETE', 'revocation_state'),
             ('INSERT, UPDATE, DELETE', 'schema_migrations')) AS taken (rights, name)
WHERE to_regclass(format('certification.%I', name)) IS NOT NULL
\gexec

-- Where the inbox is partitioned by age, processors make and drop its partitions, for which PostgreSQL wants them to own it.
-- They own that table only, through a role that nobody logs in as; the price is that they may make tables in the schema.
SELECT statement
FROM (VALUES
    (1, 'CREATE ROLE certforge_inbox NOLOGIN'), (2, format('GRANT certforge_inbox TO %I', current_user)),
    (3, 'GRANT certforge_inbox TO certforge_processor'),
    (4, 'GRANT USAGE, CREATE ON SCHEMA certification TO certforge_inbox')) AS needed (step, statement)
WHERE EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('certification.inbox') AND relkind = 'p')
    AND NOT (step = 1 AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'certforge_inbox'))
ORDER BY step
\gexec
SELECT format('ALTER TABLE %s OWNER TO certforge_inbox', tree.relid)
FROM pg_partition_tree(to_regclass('certification.inbox')) AS tree JOIN pg_class c ON c.oid = tree.relid
WHERE (SELECT relkind FROM pg_class WHERE oid = to_regclass('certification.inbox')) = 'p'
    AND pg_get_userbyid(c.relowner) NOT IN ('certforge_inbox', 'certforge_processor')
\gexec

-- The notifier migrates its schema itself, and so owns it. A schema from the time of one user for all is handed over.
SELECT format('GRANT certforge_notifier TO %I', current_user)
WHERE NOT pg_has_role(current_user, 'certforge_notifier', 'MEMBER')
\gexec
CREATE SCHEMA IF NOT EXISTS notifier AUTHORIZATION certforge_notifier;
ALTER SCHEMA notifier OWNER TO certforge_notifier;
SELECT format('ALTER %s notifier.%I OWNER TO certforge_notifier',
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname)
FROM pg_class c
WHERE c.relnamespace = 'notifier'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
    AND c.relowner <> 'certforge_notifier'::regrole
    -- A sequence that a column owns goes with its table.
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE c.relkind = 'S' AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
ORDER BY c.relkind
\gexec
SELECT format('ALTER ROUTINE %s OWNER TO certforge_notifier', p.oid::regprocedure)
FROM pg_proc p
WHERE p.pronamespace = 'notifier'::regnamespace AND p.proowner <> 'certforge_notifier'::regrole
\gexec
REVOKE ALL ON SCHEMA notifier FROM PUBLIC;

COMMIT;
