UPDATE reservation SET open_quantity = change.open_quantity, posted_quantity = change.posted_quantity, state = change.state
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[])
  AS change (reservation_id, open_quantity, posted_quantity, state)
WHERE reservation.reservation_id = change.reservation_id
