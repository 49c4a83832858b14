-- Places, lots and accounts of the double-entry stock ledger. Runs as qingqu_owner. Quantities are base units.

CREATE TABLE distribution.location (
  location_id text CONSTRAINT location_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT location_kind_check
    CHECK (kind IN ('central_store', 'institution_store', 'department', 'cabinet', 'operating_room',
                    'transit', 'supply', 'use', 'loss', 'adjustment')),
  alliance_id text NOT NULL,
  institution_id text,
  department_id text,
  parent_location_id text,
  display_name text NOT NULL
    CONSTRAINT location_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 100),
  shelf_life_days_min int NOT NULL DEFAULT 0
    CONSTRAINT location_shelf_life_check CHECK (shelf_life_days_min BETWEEN 0 AND 3650),
  created_at timestamptz NOT NULL,
  -- A slash keeps the ledger's own places apart from those that people name.
  CONSTRAINT location_id_check CHECK (CASE kind
    WHEN 'transit' THEN location_id LIKE 'transit/_%'
    WHEN 'supply' THEN location_id LIKE 'contra/supply/_%'
    WHEN 'use' THEN location_id LIKE 'contra/use/_%'
    WHEN 'loss' THEN location_id LIKE 'contra/loss/_%'
    WHEN 'adjustment' THEN location_id LIKE 'contra/adjustment/_%'
    ELSE location_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' END),
  CONSTRAINT location_owner_check CHECK (CASE
    WHEN kind IN ('central_store', 'institution_store') THEN institution_id IS NOT NULL AND department_id IS NULL
    WHEN kind IN ('department', 'cabinet', 'operating_room') THEN institution_id IS NOT NULL AND department_id IS NOT NULL
    ELSE department_id IS NULL END),
  -- What the parent has to be: one level up, of the same alliance and, below a store, of the same institution and department.
  parent_kind text GENERATED ALWAYS AS (CASE kind WHEN 'institution_store' THEN 'central_store'
    WHEN 'department' THEN 'institution_store' WHEN 'cabinet' THEN 'department' WHEN 'operating_room' THEN 'department' END) STORED,
  parent_institution_id text
    GENERATED ALWAYS AS (CASE WHEN kind IN ('department', 'cabinet', 'operating_room') THEN institution_id END) STORED,
  parent_department_id text
    GENERATED ALWAYS AS (CASE WHEN kind IN ('cabinet', 'operating_room') THEN department_id END) STORED,
  CONSTRAINT location_parent_check CHECK (parent_location_id IS NULL OR parent_kind IS NOT NULL),
  CONSTRAINT location_cabinet_check CHECK (kind NOT IN ('cabinet', 'operating_room') OR parent_location_id IS NOT NULL),
  CONSTRAINT location_kind_key UNIQUE (location_id, kind),
  CONSTRAINT location_alliance_key UNIQUE (location_id, kind, alliance_id),
  CONSTRAINT location_institution_key UNIQUE (location_id, institution_id),
  CONSTRAINT location_place_key UNIQUE (location_id, department_id),
  CONSTRAINT location_parent_fkey FOREIGN KEY (parent_location_id, parent_kind, alliance_id)
    REFERENCES distribution.location (location_id, kind, alliance_id),
  CONSTRAINT location_parent_institution_fkey FOREIGN KEY (parent_location_id, parent_institution_id)
    REFERENCES distribution.location (location_id, institution_id),
  CONSTRAINT location_parent_department_fkey FOREIGN KEY (parent_location_id, parent_department_id)
    REFERENCES distribution.location (location_id, department_id)
);
CREATE UNIQUE INDEX location_department_key ON distribution.location (department_id) WHERE kind = 'department';
COMMENT ON COLUMN distribution.location.institution_id IS
  'Whose it is; of a central store: who keeps it for the alliance.';
COMMENT ON COLUMN distribution.location.shelf_life_days_min IS
  'Goods that are allocated for this place last at least as many days.';

-- A lot of an item has one expiry. Goods without a lot number are told apart by their expiry only.
CREATE TABLE distribution.lot (
  lot_id uuid CONSTRAINT lot_pkey PRIMARY KEY,
  item_id text NOT NULL,
  lot_number text NOT NULL CONSTRAINT lot_number_check CHECK (char_length(lot_number) <= 20),
  expiry_date date,
  manufacture_date date,
  sterilisation_lot text CONSTRAINT lot_sterilisation_check CHECK (char_length(sterilisation_lot) BETWEEN 1 AND 20),
  registration text CONSTRAINT lot_registration_check CHECK (char_length(registration) BETWEEN 1 AND 100),
  CONSTRAINT lot_item_key UNIQUE (item_id, lot_id)
);
CREATE UNIQUE INDEX lot_number_key ON distribution.lot (item_id, lot_number) WHERE lot_number <> '';
CREATE UNIQUE INDEX lot_expiry_key ON distribution.lot (item_id, expiry_date) NULLS NOT DISTINCT WHERE lot_number = '';
COMMENT ON COLUMN distribution.lot.lot_id IS 'Computed from item and lot number, or item and expiry when there is none.';

-- What is where. `kind` is that of the location, with all places that hold goods for somebody as `stock`. Contra
-- accounts (supply, use, loss, adjustment) stand for the world outside: goods are never created nor lost, only moved.
CREATE TABLE distribution.account (
  account_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT account_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT account_kind_check
    CHECK (kind IN ('stock', 'transit', 'supply', 'use', 'loss', 'adjustment')),
  location_id text NOT NULL CONSTRAINT account_location_fkey REFERENCES distribution.location,
  item_id text NOT NULL,
  lot_id uuid NOT NULL,
  serial text NOT NULL CONSTRAINT account_serial_check CHECK (char_length(serial) <= 20),
  owner text NOT NULL CONSTRAINT account_owner_check CHECK (owner LIKE 'alliances/_%' OR owner LIKE 'institutions/_%' OR owner LIKE 'suppliers/_%'),
  condition text NOT NULL DEFAULT 'available' CONSTRAINT account_condition_check
    CHECK (condition IN ('available', 'quarantined', 'damaged', 'recalled', 'expired')),
  on_hand bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT 'epoch',
  alliance_id text NOT NULL,
  institution_id text,
  department_id text,
  from_institution_id text,
  from_department_id text,
  piece_here text GENERATED ALWAYS AS (CASE WHEN serial <> '' AND on_hand > 0 THEN serial END) STORED,
  CONSTRAINT account_key UNIQUE (location_id, item_id, lot_id, serial, owner, condition),
  CONSTRAINT account_lot_fkey FOREIGN KEY (item_id, lot_id) REFERENCES distribution.lot (item_id, lot_id),
  CONSTRAINT account_balance_check CHECK (kind NOT IN ('stock', 'transit') OR on_hand >= reserved),
  CONSTRAINT account_reserved_check CHECK (reserved >= 0 AND (reserved = 0 OR kind = 'stock')),
  CONSTRAINT account_piece_check CHECK (serial = '' OR (kind IN ('stock', 'transit') AND on_hand <= 1)),
  CONSTRAINT account_on_hand_check CHECK (on_hand BETWEEN -1000000000000000 AND 1000000000000000),
  CONSTRAINT account_from_check CHECK (num_nonnulls(from_institution_id, from_department_id) = 0 OR kind = 'transit'),
  CONSTRAINT account_department_check CHECK (department_id IS NULL OR institution_id IS NOT NULL AND kind IN ('stock', 'transit'))
) WITH (fillfactor = 60);
COMMENT ON COLUMN distribution.account.changed_at IS 'When the last movement was posted; never goes back.';
COMMENT ON COLUMN distribution.account.piece_here IS
  'No index names on_hand, so that a changed balance of other goods writes no index and stays on its page.';
COMMENT ON COLUMN distribution.account.institution_id IS 'Who sees it; NULL: the whole alliance.';
COMMENT ON COLUMN distribution.account.department_id IS
  'Who sees it besides, of the institution: whose place it is, or where it goes. Contra accounts are of a whole institution.';
COMMENT ON COLUMN distribution.account.from_institution_id IS 'In transit: who sees it besides.';
COMMENT ON COLUMN distribution.account.from_department_id IS 'In transit: of which department of it the goods come.';
-- A piece is in one place. Balances are therefore lowered before others are raised.
CREATE UNIQUE INDEX account_piece_key ON distribution.account (item_id, piece_here) WHERE piece_here IS NOT NULL;
-- Where a piece was ever: when it comes in, whether it was used up.
CREATE INDEX account_piece ON distribution.account (item_id, serial) WHERE serial <> '';
-- The path of a lot or of a piece. With the serial, because without statistics (on the first day, after a restore) it is also
-- how accounts are found, and a lot may have thousands of pieces.
CREATE INDEX account_item ON distribution.account (item_id, lot_id, serial);

-- What is shared by an alliance (its central store) has no institution.
CREATE FUNCTION distribution.sees(p_institution_id text, p_alliance_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_institution_id IS NULL THEN scope.sees_alliance(p_alliance_id)
              ELSE scope.sees_institution(p_institution_id, p_alliance_id) END
$$;

CREATE FUNCTION distribution.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is final: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- Locations are no secret; a lot belongs to nobody. All else is seen by its side or sides.
SELECT scope.protect('distribution.account', scope.holder_rule() || ' OR (from_institution_id IS NOT NULL AND '
                                             || scope.institution_rule('from_institution_id') || ') OR '
                                             || scope.department_rule() || ' OR ' || scope.department_rule('from_department_id'));

SELECT journal.guard('distribution.location');
GRANT SELECT, INSERT ON distribution.location TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (expiry_date, manufacture_date, sterilisation_lot, registration) ON distribution.lot
  TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (on_hand, reserved, changed_at) ON distribution.account TO qingqu_distribution;

CREATE VIEW distribution_pub.location AS
  SELECT location_id, kind, alliance_id, institution_id, department_id, display_name
  FROM distribution.location
  WHERE kind IN ('central_store', 'institution_store', 'department', 'cabinet', 'operating_room');
GRANT SELECT ON distribution_pub.location TO qingqu_services;
