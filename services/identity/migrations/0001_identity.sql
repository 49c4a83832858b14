-- Organisations, users and sessions. No row-level security here: the organisation is no secret, and users and sessions
-- are read by this service alone; others get the views below.

CREATE TABLE identity.alliance (
  alliance_id text CONSTRAINT alliance_pkey PRIMARY KEY
    CONSTRAINT alliance_id_check CHECK (alliance_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL CONSTRAINT alliance_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL
);

CREATE TABLE identity.institution (
  institution_id text CONSTRAINT institution_pkey PRIMARY KEY
    CONSTRAINT institution_id_check CHECK (institution_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  alliance_id text NOT NULL CONSTRAINT institution_alliance_fkey REFERENCES identity.alliance,
  display_name text NOT NULL CONSTRAINT institution_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  lead boolean NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT institution_in_alliance_key UNIQUE (institution_id, alliance_id)
);
CREATE UNIQUE INDEX institution_lead_key ON identity.institution (alliance_id) WHERE lead;

CREATE TABLE identity.department (
  department_id text CONSTRAINT department_pkey PRIMARY KEY
    CONSTRAINT department_id_check CHECK (department_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  display_name text NOT NULL CONSTRAINT department_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL,
  CONSTRAINT department_institution_fkey FOREIGN KEY (institution_id, alliance_id)
    REFERENCES identity.institution (institution_id, alliance_id)
);
CREATE INDEX department_institution ON identity.department (institution_id, department_id);

-- A person or a machine client. Where they work and as what: 0007_posts.sql.
CREATE TABLE identity.account (
  user_id text CONSTRAINT account_pkey PRIMARY KEY
    CONSTRAINT account_id_check CHECK (user_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL CONSTRAINT account_display_name_check CHECK (length(display_name) BETWEEN 1 AND 100),
  password_hash text NOT NULL CONSTRAINT account_password_hash_check CHECK (password_hash LIKE '$argon2id$%'),
  disabled boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL
);

-- One row for a sign-in and all refreshes that follow it. Of the refresh token only hashes are kept: of its handle,
-- which stays the same, and of its secret, which changes at each use.
CREATE TABLE identity.session (
  handle_hash text CONSTRAINT session_pkey PRIMARY KEY CONSTRAINT session_handle_check CHECK (handle_hash ~ '^[0-9a-f]{64}$'),
  user_id text NOT NULL CONSTRAINT session_user_fkey REFERENCES identity.account,
  secret_hash text NOT NULL CONSTRAINT session_secret_check CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  started_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX session_of_user ON identity.session (user_id, used_at);

-- Sign-ins that have not succeeded (yet), of users that exist or not; older ones than the window are removed.
CREATE TABLE identity.sign_in_attempt (
  attempt_id text CONSTRAINT sign_in_attempt_pkey PRIMARY KEY,
  user_id text NOT NULL,
  tried_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_of_user ON identity.sign_in_attempt (user_id, tried_at);
CREATE INDEX sign_in_attempt_tried ON identity.sign_in_attempt (tried_at);

SELECT journal.guard('identity.alliance'), journal.guard('identity.institution'),
       journal.guard('identity.department'), journal.guard('identity.account');

GRANT SELECT, INSERT ON identity.alliance, identity.institution, identity.department TO qingqu_identity;
GRANT SELECT, INSERT, UPDATE ON identity.account TO qingqu_identity;
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.session TO qingqu_identity;
-- UPDATE for the row locks with which clearing skips what others clear.
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_attempt TO qingqu_identity;

CREATE VIEW identity_pub.alliance AS SELECT alliance_id, display_name FROM identity.alliance;
CREATE VIEW identity_pub.institution AS
  SELECT institution_id, alliance_id, display_name, lead FROM identity.institution;
CREATE VIEW identity_pub.department AS
  SELECT department_id, institution_id, alliance_id, display_name FROM identity.department;
CREATE VIEW identity_pub.user_name AS SELECT user_id, display_name FROM identity.account;
GRANT SELECT ON identity_pub.alliance, identity_pub.institution, identity_pub.department, identity_pub.user_name
  TO qingqu_services;
