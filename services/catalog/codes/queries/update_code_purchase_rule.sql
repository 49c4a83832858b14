UPDATE code_purchase_rule
SET action = $2, until_date = nullif($3, '')::date, reason = $4, setter_id = $5, updated_at = $6::timestamptz, version = version + 1
WHERE kind = $1
