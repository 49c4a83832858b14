-- What was bought and delivered before the platform: lines of other systems, as they were, with dimensions. Runs as
-- qingqu_owner. Money is ten-thousandths of the line's currency, weights are ten-thousandths of a kilogram.

SELECT journal.make_import_tables('procurement');

CREATE TABLE procurement.history_vendor (
  vendor_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT history_vendor_pkey PRIMARY KEY,
  alliance_id text NOT NULL,
  source text NOT NULL,
  name text NOT NULL CONSTRAINT history_vendor_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT history_vendor_name_key UNIQUE (alliance_id, source, name)
);
CREATE TABLE procurement.history_manufacturer (
  manufacturer_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT history_manufacturer_pkey PRIMARY KEY,
  alliance_id text NOT NULL,
  source text NOT NULL,
  name text NOT NULL CONSTRAINT history_manufacturer_name_check CHECK (char_length(name) BETWEEN 1 AND 400),
  CONSTRAINT history_manufacturer_name_key UNIQUE (alliance_id, source, name)
);
CREATE TABLE procurement.history_item (
  item_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT history_item_pkey PRIMARY KEY,
  alliance_id text NOT NULL,
  source text NOT NULL,
  description text NOT NULL CONSTRAINT history_item_description_check CHECK (char_length(description) BETWEEN 1 AND 400),
  CONSTRAINT history_item_description_key UNIQUE (alliance_id, source, description)
);

CREATE TABLE procurement.history_line (
  alliance_id text NOT NULL,
  source text NOT NULL CONSTRAINT history_line_source_check CHECK (source ~ '^[a-z0-9-]{1,40}$'),
  source_line_id text NOT NULL CONSTRAINT history_line_source_line_id_check CHECK (source_line_id <> ''),
  vendor_id bigint NOT NULL CONSTRAINT history_line_vendor_fkey REFERENCES procurement.history_vendor,
  item_id bigint NOT NULL CONSTRAINT history_line_item_fkey REFERENCES procurement.history_item,
  manufacturer_id bigint CONSTRAINT history_line_manufacturer_fkey REFERENCES procurement.history_manufacturer,
  project_code text NOT NULL,
  price_quote text NOT NULL,
  order_number text NOT NULL,
  shipment_number text NOT NULL,
  country text NOT NULL,
  managed_by text NOT NULL,
  fulfil_via text NOT NULL,
  inco_term text NOT NULL,
  shipment_mode text NOT NULL,
  quote_sent_date date,
  order_sent_date date,
  scheduled_date date,
  delivered_date date,
  recorded_date date,
  product_group text NOT NULL,
  sub_classification text NOT NULL,
  molecule text NOT NULL,
  brand text NOT NULL,
  dosage text NOT NULL,
  dosage_form text NOT NULL,
  pack_units bigint NOT NULL,
  quantity bigint NOT NULL,
  line_value bigint NOT NULL,
  pack_price bigint,
  unit_price bigint,
  first_line boolean NOT NULL,
  weight_kg bigint,
  weight_note text NOT NULL,
  freight_cost bigint,
  freight_note text NOT NULL,
  insurance bigint,
  currency text NOT NULL,
  CONSTRAINT history_line_pkey PRIMARY KEY (alliance_id, source, source_line_id),
  CONSTRAINT history_line_quantity_check CHECK (quantity BETWEEN 0 AND 1000000000000),
  CONSTRAINT history_line_pack_units_check CHECK (pack_units BETWEEN 0 AND 1000000000000),
  CONSTRAINT history_line_money_check CHECK (
    line_value >= 0 AND pack_price >= 0 AND unit_price >= 0 AND freight_cost >= 0 AND insurance >= 0 AND weight_kg >= 0),
  CONSTRAINT history_line_currency_check CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX history_line_vendor ON procurement.history_line (vendor_id, delivered_date);
COMMENT ON COLUMN procurement.history_line.pack_units IS 'Units in one pack; 0: not recorded.';

-- Rows of imports that are not finished. Without row-level security, which COPY does not take: they are read by the
-- number of an import, which only its owner finds.
CREATE UNLOGGED TABLE procurement.history_staging (
  import_number bigint NOT NULL,
  source_line_id text NOT NULL,
  project_code text NOT NULL,
  price_quote text NOT NULL,
  order_number text NOT NULL,
  shipment_number text NOT NULL,
  country text NOT NULL,
  managed_by text NOT NULL,
  fulfil_via text NOT NULL,
  inco_term text NOT NULL,
  shipment_mode text NOT NULL,
  quote_sent_date date,
  order_sent_date date,
  scheduled_date date,
  delivered_date date,
  recorded_date date,
  product_group text NOT NULL,
  sub_classification text NOT NULL,
  vendor text NOT NULL,
  item_description text NOT NULL,
  molecule text NOT NULL,
  brand text NOT NULL,
  dosage text NOT NULL,
  dosage_form text NOT NULL,
  pack_units bigint NOT NULL,
  quantity bigint NOT NULL,
  line_value bigint NOT NULL,
  pack_price bigint,
  unit_price bigint,
  manufacturer text NOT NULL,
  first_line boolean NOT NULL,
  weight_kg bigint,
  weight_note text NOT NULL,
  freight_cost bigint,
  freight_note text NOT NULL,
  insurance bigint,
  currency text NOT NULL,
  CONSTRAINT history_staging_pkey PRIMARY KEY (import_number, source_line_id)
);

SELECT scope.protect('procurement.' || name, scope.alliance_rule())
FROM unnest('{history_vendor, history_manufacturer, history_item, history_line}'::text[]) AS name;

GRANT SELECT, INSERT, UPDATE ON procurement.history_vendor, procurement.history_manufacturer, procurement.history_item,
  procurement.history_line TO qingqu_procurement;
GRANT SELECT, INSERT, DELETE ON procurement.history_staging TO qingqu_procurement;
