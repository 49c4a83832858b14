UPDATE agreement
SET quantity_ordered = agreement.quantity_ordered + taken.quantity, version = version + 1
FROM unnest($1::text[], $2::bigint[]) AS taken (agreement_id, quantity)
WHERE agreement.agreement_id = taken.agreement_id
  AND taken.quantity <= agreement.quantity_ceiling - agreement.quantity_ordered
