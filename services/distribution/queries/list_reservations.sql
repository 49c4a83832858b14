-- Those that hold goods, after an instant and id ($1, $2), of a location ($4) and an item ($5) unless these are empty.
\ir parts/reservation_columns.sql
WHERE reservation.state = 'open' AND (reservation.expires_at, reservation.reservation_id) > ($1::timestamptz, $2::uuid)
  AND ($4 = '' OR account.location_id = $4) AND ($5 = '' OR account.item_id = $5)
ORDER BY reservation.expires_at, reservation.reservation_id LIMIT $3::int
