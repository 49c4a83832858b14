SELECT reservation.reservation_id, reservation.quantity, reservation.open_quantity, reservation.posted_quantity,
       reservation.state, (extract(epoch FROM reservation.expires_at) * 1000000)::bigint AS expires_us,
       (extract(epoch FROM reservation.created_at) * 1000000)::bigint AS created_us, reservation.actor_id,
       coalesce(reservation.document, '') AS document, account.account_id, account.location_id, account.item_id,
       account.lot_id, lot.lot_number, account.serial, coalesce(lot.expiry_date::text, '') AS expiry_date, account.owner,
       account.condition, account.on_hand, account.reserved
FROM reservation
JOIN account ON account.account_id = reservation.account_id
JOIN lot ON lot.lot_id = account.lot_id
