-- With the instant up to which movements may be in detached partitions: an id is at most 31 days older than its posting.
SELECT account.account_id, account.kind, account.location_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       coalesce(lot.expiry_date::text, '') AS expiry_date, account.owner, account.condition, account.on_hand, account.reserved,
       (extract(epoch FROM account.changed_at) * 1000000)::bigint AS changed_us,
       (extract(epoch FROM archived.until AT TIME ZONE 'UTC') * 1000000)::bigint AS archived_us
FROM account
JOIN lot ON lot.lot_id = account.lot_id
CROSS JOIN (SELECT coalesce(max(month) + interval '1 month 31 days', 'epoch'::timestamp) AS until
            FROM movement_partition WHERE detached_at IS NOT NULL) AS archived
WHERE account.account_id = $1::bigint
