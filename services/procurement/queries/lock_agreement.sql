SELECT agreement_id, alliance_id, supplier_id, item_id, unit_price, quantity_ceiling, quantity_ordered, quantity_received,
       start_date, end_date, state, proposer_id, coalesce(proposer_for_id, '') AS proposer_for_id,
       coalesce(approver_id, '') AS approver_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM agreement
WHERE agreement_id = $1
FOR UPDATE
