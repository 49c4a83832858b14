-- With which keys access tokens are signed: identity-<number>, and `identity` for number 0. The key with the greatest number
-- that is active signs. The keys themselves are files.
CREATE TABLE identity.signing_key (
  number int CONSTRAINT signing_key_pkey PRIMARY KEY CONSTRAINT signing_key_number_check CHECK (number BETWEEN 0 AND 999999),
  activates_at timestamptz NOT NULL,
  -- Not trusted any more, although tokens of it may be out.
  revoked boolean NOT NULL DEFAULT false
);
INSERT INTO identity.signing_key (number, activates_at) VALUES (0, '-infinity');
GRANT SELECT, INSERT, UPDATE ON identity.signing_key TO qingqu_identity;
