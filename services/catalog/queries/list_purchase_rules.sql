SELECT rule_number, start_date, list_required, price_required, reason, setter_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM purchase_rule
WHERE rule_number < $1
ORDER BY rule_number DESC
LIMIT $2
