SELECT transfer_id, from_location_id, to_location_id, state, sender_id, coalesce(sender_for_id, '') AS sender_for_id,
       coalesce(receiver_id, '') AS receiver_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM received_at) * 1000000)::bigint AS received_us
FROM transfer
