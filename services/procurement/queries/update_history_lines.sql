-- Lines that are there already and say something else; the same are left alone.
UPDATE history_line AS line
SET (
  vendor_id, item_id, manufacturer_id, project_code, price_quote, order_number, shipment_number, country, managed_by,
  fulfil_via, inco_term, shipment_mode, quote_sent_date, order_sent_date, scheduled_date, delivered_date,
  recorded_date, product_group, sub_classification, molecule, brand, dosage, dosage_form, pack_units, quantity,
  line_value, pack_price, unit_price, first_line, weight_kg, weight_note, freight_cost, freight_note, insurance,
  currency
) = ROW (
  given.vendor_id, given.item_id, given.manufacturer_id, given.project_code, given.price_quote, given.order_number,
  given.shipment_number, given.country, given.managed_by, given.fulfil_via, given.inco_term, given.shipment_mode,
  given.quote_sent_date, given.order_sent_date, given.scheduled_date, given.delivered_date, given.recorded_date,
  given.product_group, given.sub_classification, given.molecule, given.brand, given.dosage, given.dosage_form,
  given.pack_units, given.quantity, given.line_value, given.pack_price, given.unit_price, given.first_line,
  given.weight_kg, given.weight_note, given.freight_cost, given.freight_note, given.insurance, given.currency)
FROM (
  SELECT source_line_id,
    (SELECT vendor_id FROM history_vendor WHERE alliance_id = $2 AND source = $3 AND name = staged.vendor) AS vendor_id,
    (SELECT item_id FROM history_item
     WHERE alliance_id = $2 AND source = $3 AND description = staged.item_description) AS item_id,
    (SELECT manufacturer_id FROM history_manufacturer
     WHERE alliance_id = $2 AND source = $3 AND name = staged.manufacturer) AS manufacturer_id,
    project_code, price_quote, order_number, shipment_number, country, managed_by, fulfil_via, inco_term,
    shipment_mode, quote_sent_date, order_sent_date, scheduled_date, delivered_date, recorded_date, product_group,
    sub_classification, molecule, brand, dosage, dosage_form, pack_units, quantity, line_value, pack_price,
    unit_price, first_line, weight_kg, weight_note, freight_cost, freight_note, insurance, currency
  FROM history_staging AS staged
  WHERE import_number = $1::bigint
) AS given
WHERE line.alliance_id = $2 AND line.source = $3 AND line.source_line_id = given.source_line_id
  AND (
    line.vendor_id, line.item_id, line.manufacturer_id, line.project_code, line.price_quote, line.order_number,
    line.shipment_number, line.country, line.managed_by, line.fulfil_via, line.inco_term, line.shipment_mode,
    line.quote_sent_date, line.order_sent_date, line.scheduled_date, line.delivered_date, line.recorded_date,
    line.product_group, line.sub_classification, line.molecule, line.brand, line.dosage, line.dosage_form,
    line.pack_units, line.quantity, line.line_value, line.pack_price, line.unit_price, line.first_line,
    line.weight_kg, line.weight_note, line.freight_cost, line.freight_note, line.insurance, line.currency
  ) IS DISTINCT FROM (
    given.vendor_id, given.item_id, given.manufacturer_id, given.project_code, given.price_quote, given.order_number,
    given.shipment_number, given.country, given.managed_by, given.fulfil_via, given.inco_term, given.shipment_mode,
    given.quote_sent_date, given.order_sent_date, given.scheduled_date, given.delivered_date, given.recorded_date,
    given.product_group, given.sub_classification, given.molecule, given.brand, given.dosage, given.dosage_form,
    given.pack_units, given.quantity, given.line_value, given.pack_price, given.unit_price, given.first_line,
    given.weight_kg, given.weight_note, given.freight_cost, given.freight_note, given.insurance, given.currency)
