SELECT account_id, on_hand, reserved, (extract(epoch FROM changed_at) * 1000000)::bigint AS changed_us
FROM account WHERE account_id = ANY ($1::bigint[])
ORDER BY account_id
FOR NO KEY UPDATE
