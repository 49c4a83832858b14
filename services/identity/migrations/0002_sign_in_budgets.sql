-- Budgets of failed sign-ins: see sign_in_budget.h.

-- `address_known`: whether the account had signed in from there lately when the attempt was made.
ALTER TABLE identity.sign_in_attempt
  ADD COLUMN address text NOT NULL DEFAULT '',
  ADD COLUMN address_known boolean NOT NULL DEFAULT false;
CREATE INDEX sign_in_attempt_of_address ON identity.sign_in_attempt (address, tried_at);

-- Where an account signed in from.
CREATE TABLE identity.sign_in_address (
  user_id text NOT NULL CONSTRAINT sign_in_address_user_fkey REFERENCES identity.account,
  address text NOT NULL CONSTRAINT sign_in_address_check CHECK (length(address) BETWEEN 1 AND 64),
  signed_in_at timestamptz NOT NULL,
  CONSTRAINT sign_in_address_pkey PRIMARY KEY (user_id, address)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_address TO qingqu_identity;
