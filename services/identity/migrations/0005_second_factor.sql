-- Second factors (RFC 6238). `sealed_key` can be read with the key file alone.
CREATE TABLE identity.second_factor (
  user_id text CONSTRAINT second_factor_pkey PRIMARY KEY CONSTRAINT second_factor_user_fkey REFERENCES identity.account,
  sealed_key text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Before that it opens nothing.
  confirmed_at timestamptz,
  -- The last accepted step: no code is good twice.
  last_step bigint NOT NULL DEFAULT 0,
  -- Wrong codes since the last right one, all after a right password.
  failed_count int NOT NULL DEFAULT 0,
  failed_at timestamptz NOT NULL
);

-- Of a recovery code its hash; the row goes when it is used.
CREATE TABLE identity.recovery_code (
  user_id text NOT NULL CONSTRAINT recovery_code_factor_fkey REFERENCES identity.second_factor ON DELETE CASCADE,
  code_hash text NOT NULL CONSTRAINT recovery_code_hash_check CHECK (code_hash ~ '^[0-9a-f]{64}$'),
  CONSTRAINT recovery_code_pkey PRIMARY KEY (user_id, code_hash)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON identity.second_factor, identity.recovery_code TO qingqu_identity;

-- Whether a second factor was shown when the session began.
ALTER TABLE identity.session ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
