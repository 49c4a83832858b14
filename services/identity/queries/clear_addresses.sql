-- Those not used since $2, and all but the $3 used last.
DELETE FROM sign_in_address
WHERE user_id = $1
  AND (signed_in_at <= $2::timestamptz
       OR address NOT IN (SELECT address FROM sign_in_address WHERE user_id = $1
                          ORDER BY signed_in_at DESC, address LIMIT $3::int))
