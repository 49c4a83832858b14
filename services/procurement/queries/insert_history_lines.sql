-- Lines that are not there yet. Nobody else adds any meanwhile: the source is locked. Subqueries in place of joins, because
-- staging has no statistics, and a join that began elsewhere would read it many times.
INSERT INTO history_line (
  alliance_id, source, source_line_id, vendor_id, item_id, manufacturer_id, project_code, price_quote, order_number,
  shipment_number, country, managed_by, fulfil_via, inco_term, shipment_mode, quote_sent_date, order_sent_date,
  scheduled_date, delivered_date, recorded_date, product_group, sub_classification, molecule, brand, dosage,
  dosage_form, pack_units, quantity, line_value, pack_price, unit_price, first_line, weight_kg, weight_note,
  freight_cost, freight_note, insurance, currency)
SELECT $2, $3, source_line_id,
  (SELECT vendor_id FROM history_vendor WHERE alliance_id = $2 AND source = $3 AND name = staged.vendor) AS vendor_id,
  (SELECT item_id FROM history_item
   WHERE alliance_id = $2 AND source = $3 AND description = staged.item_description) AS item_id,
  (SELECT manufacturer_id FROM history_manufacturer
   WHERE alliance_id = $2 AND source = $3 AND name = staged.manufacturer) AS manufacturer_id,
  project_code, price_quote, order_number, shipment_number, country, managed_by, fulfil_via, inco_term, shipment_mode,
  quote_sent_date, order_sent_date, scheduled_date, delivered_date, recorded_date, product_group, sub_classification,
  molecule, brand, dosage, dosage_form, pack_units, quantity, line_value, pack_price, unit_price, first_line,
  weight_kg, weight_note, freight_cost, freight_note, insurance, currency
FROM history_staging AS staged
WHERE import_number = $1::bigint
  AND NOT EXISTS (
    SELECT FROM history_line AS line
    WHERE line.alliance_id = $2 AND line.source = $3 AND line.source_line_id = staged.source_line_id)
