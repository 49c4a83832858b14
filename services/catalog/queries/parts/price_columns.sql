-- What price_store reads a price from.
       price_id, kind, item_id, supplier_id, alliance_id, institution_id, amount, start_date, end_date, reason, setter_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, close_reason, closer_id,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, successor_id
