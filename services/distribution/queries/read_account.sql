-- With the instant up to which movements may be in detached partitions.
SELECT account.account_id, account.kind, account.location_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       coalesce(lot.expiry_date::text, '') AS expiry_date, account.owner, account.condition, account.on_hand, account.reserved,
       (extract(epoch FROM account.changed_at) * 1000000)::bigint AS changed_us,
       (extract(epoch FROM archived.until) * 1000000)::bigint AS archived_us
FROM account
JOIN lot ON lot.lot_id = account.lot_id
CROSS JOIN (SELECT coalesce(max(last_posted_at), 'epoch') AS until FROM movement_partition) AS archived
WHERE account.account_id = $1::bigint
