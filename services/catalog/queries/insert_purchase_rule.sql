INSERT INTO purchase_rule (start_date, list_required, price_required, reason, setter_id, created_at)
VALUES ($1::date, $2::boolean, $3::boolean, $4, $5, $6::timestamptz)
RETURNING rule_number
