-- Use at the bedside. Patients and doctors are named nowhere but in usage.use.

CREATE TABLE usage.use (
  use_id text CONSTRAINT use_pkey PRIMARY KEY,
  location_id text NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  department_id text,
  state text NOT NULL CONSTRAINT use_state_check CHECK (state IN ('pending', 'posted', 'refused')),
  patient_pseudonym text CONSTRAINT use_patient_check CHECK (patient_pseudonym ~ '^[A-Za-z0-9_-]{8,64}$'),
  procedure text CONSTRAINT use_procedure_check CHECK (char_length(procedure) BETWEEN 1 AND 100),
  -- Without what could pose as a resource name or a pseudonym, and without blanks, controls and what is not to be seen. What is
  -- beyond ASCII is looked at more closely by services/usage/use.h.
  doctor text CONSTRAINT use_doctor_check CHECK (doctor ~ '^[-0-9A-Z_a-z.\u00aa-\U0010ffff]{1,64}$'
                                                 AND doctor !~ '[\u00ad\u1680\u180e\u2000-\u206f\u3000\ufeff]'),
  used_at timestamptz NOT NULL,
  line_count int NOT NULL CONSTRAINT use_line_count_check CHECK (line_count BETWEEN 1 AND 5000),
  has_high_value boolean NOT NULL,
  recorder_id text NOT NULL,
  recorder_roles text[] NOT NULL,
  recorder_for_id text,
  delegation_id text,
  refusal_code int,
  refusal_reason text,
  refusal_message text,
  refusal_details bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT use_stand_in_check CHECK ((recorder_for_id IS NULL) = (delegation_id IS NULL)),
  CONSTRAINT use_high_value_check CHECK (NOT has_high_value OR (patient_pseudonym IS NOT NULL AND procedure IS NOT NULL)),
  CONSTRAINT use_refusal_check CHECK ((state = 'refused') = (refusal_code IS NOT NULL)
                                    AND (state = 'refused') = (refusal_details IS NOT NULL))
);
COMMENT ON COLUMN usage.use.recorder_for_id IS 'For whom the recorder stood in, and by which delegation: the ledger is told, also later.';
CREATE INDEX use_newest ON usage.use (created_at DESC, use_id DESC);
CREATE INDEX use_newest_of_department ON usage.use (department_id, created_at DESC, use_id DESC);
CREATE INDEX use_pending ON usage.use (created_at) WHERE state = 'pending';

-- Who may finish a posting just now; see README, "Two services, one use". Not a fact, so not in the journal.
CREATE TABLE usage.use_lease (
  use_id text CONSTRAINT use_lease_pkey PRIMARY KEY CONSTRAINT use_lease_use_fkey REFERENCES usage.use,
  expires_at timestamptz NOT NULL
);

CREATE TABLE usage.use_line (
  use_id text NOT NULL CONSTRAINT use_line_use_fkey REFERENCES usage.use,
  line_number int NOT NULL CONSTRAINT use_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  item_id text NOT NULL,
  lot text NOT NULL,
  serial text NOT NULL,
  expiry_date date,
  quantity bigint NOT NULL CONSTRAINT use_line_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  packs bigint NOT NULL CONSTRAINT use_line_packs_check CHECK (packs BETWEEN 1 AND quantity),
  scan text NOT NULL,
  pi_scan text NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  department_id text,
  CONSTRAINT use_line_pkey PRIMARY KEY (use_id, line_number)
);
CREATE INDEX use_line_lot ON usage.use_line (item_id, lot);

SELECT journal.guard('usage.use');

-- Of the place: of a store of an institution there is none.
SELECT scope.protect('usage.' || name, scope.institution_rule() || ' OR ' || scope.department_rule())
FROM unnest('{use, use_line}'::text[]) AS name;

GRANT SELECT, INSERT ON usage.use, usage.use_line TO qingqu_usage;
-- What was recorded stays; only how the posting went is filled in.
GRANT UPDATE (state, refusal_code, refusal_reason, refusal_message, refusal_details) ON usage.use TO qingqu_usage;
GRANT SELECT, INSERT, UPDATE ON usage.use_lease TO qingqu_usage;

-- For other services: quantities without patients or doctors.
CREATE VIEW usage_pub.use_line AS
SELECT use_line.use_id, use_line.line_number, use_line.item_id, use_line.lot, use_line.serial, use_line.quantity,
       use.location_id, use.institution_id, use.alliance_id, use.used_at
FROM usage.use JOIN usage.use_line USING (use_id)
WHERE use.state = 'posted';
GRANT SELECT ON usage_pub.use_line TO qingqu_services;
