INSERT INTO agreement (agreement_id, alliance_id, supplier_id, item_id, unit_price, quantity_ceiling, start_date,
                       end_date, proposer_id, created_at)
VALUES ($1, $2, $3, $4, $5::bigint, $6::bigint, $7::date, $8::date, $9, $10::timestamptz)
ON CONFLICT (agreement_id) DO NOTHING
