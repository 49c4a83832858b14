-- Records of the device database (国家药监局医疗器械唯一标识数据库): of each device the latest version, as it is published.

CREATE TABLE catalog.device_record (
  device_identifier text COLLATE "C" CONSTRAINT device_record_pkey PRIMARY KEY,
  version_number bigint NOT NULL,
  correction_number bigint NOT NULL,
  deleted boolean NOT NULL,
  product_name text NOT NULL,
  specification text NOT NULL,
  registrant text NOT NULL,
  credit_code text NOT NULL,
  registration_number text NOT NULL,
  national_code text NOT NULL,
  withdrawal_date text NOT NULL,
  carries_lot boolean,
  carries_serial boolean,
  carries_expiry_date boolean,
  carries_manufacture_date boolean,
  record jsonb NOT NULL,
  CONSTRAINT device_record_identifier_check CHECK (catalog.is_device_identifier(device_identifier)),
  CONSTRAINT device_record_version_check CHECK (version_number >= 0 AND correction_number >= 0)
);
COMMENT ON COLUMN catalog.device_record.record IS 'All of it, as qingqu.catalog.v1.DeviceRecord in JSON; the other columns stand in it too.';
GRANT SELECT, INSERT, UPDATE ON catalog.device_record TO qingqu_catalog;

-- Which records an identifier belongs to: that of the smallest unit sold, of a pack, of a unit of use, of the mark on the device itself, or the one
-- that was registered. It stands there once, in the strongest of its roles.
CREATE TABLE catalog.device_record_identifier (
  identifier text COLLATE "C" NOT NULL,
  device_identifier text COLLATE "C" NOT NULL CONSTRAINT device_record_identifier_record_fkey REFERENCES catalog.device_record,
  role text NOT NULL,
  CONSTRAINT device_record_identifier_pkey PRIMARY KEY (identifier, device_identifier),
  CONSTRAINT device_record_identifier_role_check CHECK (role IN ('sale_unit', 'pack', 'use_unit', 'direct_mark', 'registered')),
  CONSTRAINT device_record_identifier_check CHECK (char_length(identifier) BETWEEN 1 AND 100)
);
CREATE INDEX device_record_identifier_record ON catalog.device_record_identifier (device_identifier);
GRANT SELECT, INSERT, DELETE ON catalog.device_record_identifier TO qingqu_catalog;

-- One row of catalog.class_revision for each transaction that changes records: row by row the journal's guard would cost more than they do.
CREATE TRIGGER device_record_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.device_record
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_class_change();

CREATE UNLOGGED TABLE catalog.device_import_row (
  import_number bigint NOT NULL,
  device_identifier text COLLATE "C" NOT NULL,
  line bigint NOT NULL,
  version_number bigint NOT NULL,
  correction_number bigint NOT NULL,
  deleted boolean NOT NULL,
  identifiers text[] NOT NULL,
  record jsonb NOT NULL,
  CONSTRAINT device_import_row_pkey PRIMARY KEY (import_number, device_identifier)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.device_import_row TO qingqu_catalog;

-- What other services may read: what the production identifier of a device carries, by any of its identifiers. Deleted records declare nothing.
CREATE VIEW catalog_pub.device_record AS
  SELECT found.identifier COLLATE "default" AS identifier, found.role, record.device_identifier COLLATE "default" AS device_identifier,
         record.product_name, record.specification, record.registrant, record.credit_code, record.registration_number,
         record.carries_lot, record.carries_serial, record.carries_expiry_date, record.carries_manufacture_date
  FROM catalog.device_record_identifier AS found
  JOIN catalog.device_record AS record USING (device_identifier)
  WHERE NOT record.deleted;
GRANT SELECT ON catalog_pub.device_record TO qingqu_services;
