-- The place of a kind ($1) in an alliance ($2), and of an institution ($3) unless that is empty, when there is just one.
SELECT min(location_id) AS location_id
FROM location WHERE kind = $1 AND alliance_id = $2 AND ($3 = '' OR institution_id = $3)
  AND closed_at IS NULL
HAVING count(*) = 1
