-- Items that arrive in batches: what is staged until the end (common/db/import_session.h).

CREATE UNLOGGED TABLE catalog.item_import_row (
  import_number bigint NOT NULL,
  item_id text NOT NULL,
  display_name text NOT NULL,
  specification text NOT NULL,
  registration_number text NOT NULL,
  registration_expire_date date,
  device_class smallint NOT NULL,
  national_code text NOT NULL,
  device_identifier text NOT NULL,
  base_unit text NOT NULL,
  manufacturer text NOT NULL,
  lot_tracked boolean NOT NULL,
  serial_tracked boolean NOT NULL,
  expiry_tracked boolean NOT NULL,
  high_value boolean NOT NULL,
  model text NOT NULL,
  storage_conditions text NOT NULL,
  procurement_group text NOT NULL,
  charge_code text NOT NULL,
  sterile boolean NOT NULL,
  single_use boolean NOT NULL,
  implant boolean NOT NULL,
  storage_celsius_min smallint,
  storage_celsius_max smallint,
  CONSTRAINT item_import_row_pkey PRIMARY KEY (import_number, item_id)
);
CREATE UNLOGGED TABLE catalog.item_import_identifier (
  import_number bigint NOT NULL,
  device_identifier text NOT NULL,
  item_id text NOT NULL,
  CONSTRAINT item_import_identifier_pkey PRIMARY KEY (import_number, device_identifier)
);
CREATE UNLOGGED TABLE catalog.item_import_pack (
  import_number bigint NOT NULL,
  item_id text NOT NULL,
  position smallint NOT NULL,
  device_identifier text NOT NULL,
  unit text NOT NULL,
  base_units bigint NOT NULL,
  CONSTRAINT item_import_pack_pkey PRIMARY KEY (import_number, item_id, position)
);
GRANT SELECT, INSERT, DELETE ON catalog.item_import_row, catalog.item_import_identifier, catalog.item_import_pack TO qingqu_catalog;
