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
  pack_device_identifier text NOT NULL,
  pack_unit text NOT NULL,
  pack_base_units bigint NOT NULL,
  CONSTRAINT item_import_row_pkey PRIMARY KEY (import_number, item_id)
);
CREATE UNLOGGED TABLE catalog.item_import_identifier (
  import_number bigint NOT NULL,
  device_identifier text NOT NULL,
  item_id text NOT NULL,
  CONSTRAINT item_import_identifier_pkey PRIMARY KEY (import_number, device_identifier)
);
GRANT SELECT, INSERT, DELETE ON catalog.item_import_row, catalog.item_import_identifier TO qingqu_catalog;
