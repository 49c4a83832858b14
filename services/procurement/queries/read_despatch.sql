SELECT despatch_id, order_id, alliance_id, supplier_id, deliver_to_location_id, tracking_number, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us,
       (extract(epoch FROM withdrawn_at) * 1000000)::bigint AS withdrawn_at_us, withdrawal_reason
FROM despatch
WHERE despatch_id = $1
