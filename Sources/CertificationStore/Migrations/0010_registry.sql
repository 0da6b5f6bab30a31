-- The models as the providers' control planes tell of them, region by region, and what changed.

CREATE TABLE registry_syncs (
    id           uuid PRIMARY KEY,
    status       text NOT NULL CHECK (status IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED')),
    -- The subject of a token, or certforge for a planned one.
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz
);
CREATE INDEX registry_syncs_by_age ON registry_syncs (requested_at DESC);

CREATE TABLE registry_regions (
    provider  text NOT NULL,
    region    text COLLATE "C" NOT NULL,
    -- When the region last told its models; NULL while it never did.
    synced_at timestamptz,
    tried_at  timestamptz NOT NULL,
    -- Why the last try failed; NULL when it did not: what is known is then as of synced_at.
    failure   text,
    PRIMARY KEY (provider, region)
);

CREATE TABLE registry_models (
    provider    text NOT NULL,
    model       text COLLATE "C" NOT NULL,
    region      text COLLATE "C" NOT NULL,
    -- What the control plane says, as the domain keeps it.
    detail      jsonb NOT NULL,
    end_of_life timestamptz,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    -- When it was first missing from the region's list; NULL while it is there.
    retired_at  timestamptz,
    PRIMARY KEY (provider, model, region)
);

CREATE TABLE registry_changes (
    id         uuid PRIMARY KEY,
    sync_id    uuid NOT NULL REFERENCES registry_syncs (id),
    provider   text NOT NULL,
    model      text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('ADDED', 'CHANGED', 'RETIRED')),
    -- Of each field that changed the old value and the new one.
    fields     jsonb NOT NULL DEFAULT '{}',
    noticed_at timestamptz NOT NULL
);
CREATE INDEX registry_changes_by_age ON registry_changes (noticed_at DESC, id DESC);
