UPDATE account SET on_hand = account.on_hand + change.quantity
FROM unnest($1::bigint[], $2::bigint[]) AS change (account_id, quantity)
WHERE account.account_id = change.account_id
