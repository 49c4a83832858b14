-- Until the transaction ends nobody else changes it.
SELECT FROM location WHERE location_id = $1 FOR NO KEY UPDATE
