UPDATE agreement
SET quantity_received = agreement.quantity_received + received.quantity, version = version + 1
FROM unnest($1::text[], $2::bigint[]) AS received (agreement_id, quantity)
WHERE agreement.agreement_id = received.agreement_id
