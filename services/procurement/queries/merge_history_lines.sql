-- Rows that are there already and say the same are left alone: what is affected is what is new or changed.
INSERT INTO history_line AS line (
  alliance_id, source, source_line_id, vendor_id, item_id, manufacturer_id, project_code, price_quote, order_number,
  shipment_number, country, managed_by, fulfil_via, inco_term, shipment_mode, quote_sent_date, order_sent_date,
  scheduled_date, delivered_date, recorded_date, product_group, sub_classification, molecule, brand, dosage,
  dosage_form, pack_units, quantity, line_value, pack_price, unit_price, first_line, weight_kg, weight_note,
  freight_cost, freight_note, insurance, currency)
SELECT $2, $3, staged.source_line_id, vendor.vendor_id, item.item_id, manufacturer.manufacturer_id,
  staged.project_code, staged.price_quote, staged.order_number, staged.shipment_number, staged.country,
  staged.managed_by, staged.fulfil_via, staged.inco_term, staged.shipment_mode, staged.quote_sent_date,
  staged.order_sent_date, staged.scheduled_date, staged.delivered_date, staged.recorded_date, staged.product_group,
  staged.sub_classification, staged.molecule, staged.brand, staged.dosage, staged.dosage_form, staged.pack_units,
  staged.quantity, staged.line_value, staged.pack_price, staged.unit_price, staged.first_line, staged.weight_kg,
  staged.weight_note, staged.freight_cost, staged.freight_note, staged.insurance, staged.currency
FROM history_staging AS staged
JOIN history_vendor AS vendor ON vendor.alliance_id = $2 AND vendor.source = $3 AND vendor.name = staged.vendor
JOIN history_item AS item ON item.alliance_id = $2 AND item.source = $3 AND item.description = staged.item_description
LEFT JOIN history_manufacturer AS manufacturer
  ON manufacturer.alliance_id = $2 AND manufacturer.source = $3 AND manufacturer.name = staged.manufacturer
WHERE staged.import_number = $1::bigint
ON CONFLICT (alliance_id, source, source_line_id) DO UPDATE SET (
  vendor_id, item_id, manufacturer_id, project_code, price_quote, order_number, shipment_number, country, managed_by,
  fulfil_via, inco_term, shipment_mode, quote_sent_date, order_sent_date, scheduled_date, delivered_date,
  recorded_date, product_group, sub_classification, molecule, brand, dosage, dosage_form, pack_units, quantity,
  line_value, pack_price, unit_price, first_line, weight_kg, weight_note, freight_cost, freight_note, insurance,
  currency
) = ROW (
  excluded.vendor_id, excluded.item_id, excluded.manufacturer_id, excluded.project_code, excluded.price_quote,
  excluded.order_number, excluded.shipment_number, excluded.country, excluded.managed_by, excluded.fulfil_via,
  excluded.inco_term, excluded.shipment_mode, excluded.quote_sent_date, excluded.order_sent_date,
  excluded.scheduled_date, excluded.delivered_date, excluded.recorded_date, excluded.product_group,
  excluded.sub_classification, excluded.molecule, excluded.brand, excluded.dosage, excluded.dosage_form,
  excluded.pack_units, excluded.quantity, excluded.line_value, excluded.pack_price, excluded.unit_price,
  excluded.first_line, excluded.weight_kg, excluded.weight_note, excluded.freight_cost, excluded.freight_note,
  excluded.insurance, excluded.currency)
WHERE (
  line.vendor_id, line.item_id, line.manufacturer_id, line.project_code, line.price_quote, line.order_number,
  line.shipment_number, line.country, line.managed_by, line.fulfil_via, line.inco_term, line.shipment_mode,
  line.quote_sent_date, line.order_sent_date, line.scheduled_date, line.delivered_date, line.recorded_date,
  line.product_group, line.sub_classification, line.molecule, line.brand, line.dosage, line.dosage_form,
  line.pack_units, line.quantity, line.line_value, line.pack_price, line.unit_price, line.first_line, line.weight_kg,
  line.weight_note, line.freight_cost, line.freight_note, line.insurance, line.currency
) IS DISTINCT FROM (
  excluded.vendor_id, excluded.item_id, excluded.manufacturer_id, excluded.project_code, excluded.price_quote,
  excluded.order_number, excluded.shipment_number, excluded.country, excluded.managed_by, excluded.fulfil_via,
  excluded.inco_term, excluded.shipment_mode, excluded.quote_sent_date, excluded.order_sent_date,
  excluded.scheduled_date, excluded.delivered_date, excluded.recorded_date, excluded.product_group,
  excluded.sub_classification, excluded.molecule, excluded.brand, excluded.dosage, excluded.dosage_form,
  excluded.pack_units, excluded.quantity, excluded.line_value, excluded.pack_price, excluded.unit_price,
  excluded.first_line, excluded.weight_kg, excluded.weight_note, excluded.freight_cost, excluded.freight_note,
  excluded.insurance, excluded.currency)
