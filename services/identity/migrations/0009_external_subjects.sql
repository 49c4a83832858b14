-- Who of a hospital's own sign-in (OpenID Connect) is which user here.
CREATE TABLE identity.external_subject (
  issuer text NOT NULL CONSTRAINT external_subject_issuer_check CHECK (length(issuer) BETWEEN 1 AND 500),
  subject text NOT NULL CONSTRAINT external_subject_subject_check CHECK (length(subject) BETWEEN 1 AND 255),
  user_id text NOT NULL CONSTRAINT external_subject_user_fkey REFERENCES identity.account,
  created_at timestamptz NOT NULL,
  CONSTRAINT external_subject_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_subject_of_user ON identity.external_subject (user_id);
GRANT SELECT, INSERT, DELETE ON identity.external_subject TO qingqu_identity;

-- Tokens that somebody has signed in with, until they are too old anyway.
CREATE TABLE identity.external_token_used (
  token_hash text CONSTRAINT external_token_used_pkey PRIMARY KEY,
  ends_at timestamptz NOT NULL
);
CREATE INDEX external_token_used_ends_at ON identity.external_token_used (ends_at);
GRANT SELECT, INSERT, DELETE ON identity.external_token_used TO qingqu_identity;

-- The institution whose own sign-in began the session: it acts in posts of that institution alone.
ALTER TABLE identity.session ADD COLUMN only_institution_id text NOT NULL DEFAULT '';
