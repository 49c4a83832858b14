-- Those people whose post has begun and has no end, so that there will always be one; $2 is a post that is not counted.
SELECT count(DISTINCT account.user_id) AS administrators
FROM account JOIN post USING (user_id)
WHERE NOT disabled AND 'bureau_administrator' = ANY (roles) AND starts_at <= $3::timestamptz AND ends_at IS NULL
  AND account.user_id <> $1 AND post_id <> $2
  AND NOT EXISTS (SELECT FROM machine_client WHERE machine_client.user_id = account.user_id)
