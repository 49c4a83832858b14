\ir parts/reservation_columns.sql
WHERE reservation.reservation_id = $1::uuid
