UPDATE agreement
SET quantity_ordered = agreement.quantity_ordered - freed.quantity, version = version + 1
FROM unnest($1::text[], $2::bigint[]) AS freed (agreement_id, quantity)
WHERE agreement.agreement_id = freed.agreement_id
