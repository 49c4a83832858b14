UPDATE account SET on_hand = change.on_hand, reserved = change.reserved, changed_at = $4::timestamptz
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS change (account_id, on_hand, reserved)
WHERE account.account_id = change.account_id
