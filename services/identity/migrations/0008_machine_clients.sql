-- Accounts of programs: no password, but API keys, and where it is wanted certificates that they must show.
CREATE TABLE identity.machine_client (
  user_id text CONSTRAINT machine_client_pkey PRIMARY KEY CONSTRAINT machine_client_user_fkey REFERENCES identity.account,
  -- SHA-256 in hex; empty: any, or none.
  certificates text[] NOT NULL CONSTRAINT machine_client_certificates_check CHECK (cardinality(certificates) <= 4),
  created_at timestamptz NOT NULL
);

-- Of a key its name and a hash (BLAKE2b-256) of the secret part.
CREATE TABLE identity.api_key (
  handle text CONSTRAINT api_key_pkey PRIMARY KEY CONSTRAINT api_key_handle_check CHECK (handle ~ '^[0-9a-f]{16}$'),
  user_id text NOT NULL CONSTRAINT api_key_user_fkey REFERENCES identity.machine_client,
  secret_hash text NOT NULL CONSTRAINT api_key_hash_check CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_key_of_user ON identity.api_key (user_id, created_at);

GRANT SELECT, INSERT, UPDATE ON identity.machine_client, identity.api_key TO qingqu_identity;
