SELECT reservation.reservation_id, reservation.quantity, reservation.open_quantity, reservation.posted_quantity,
       reservation.state, (extract(epoch FROM reservation.expires_at) * 1000000)::bigint AS expires_us, reservation.actor_id,
       account.kind, account.location_id, account.item_id, account.lot_id, account.serial, account.owner, account.condition,
       account.alliance_id, coalesce(account.institution_id, '') AS institution_id, lot.lot_number,
       coalesce(lot.expiry_date::text, '') AS expiry_date
FROM reservation
JOIN account ON account.account_id = reservation.account_id
JOIN lot ON lot.lot_id = account.lot_id
WHERE reservation.reservation_id = ANY ($1::uuid[])
ORDER BY reservation.reservation_id
FOR UPDATE OF reservation
