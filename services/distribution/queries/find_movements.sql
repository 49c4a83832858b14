-- $2 and $3, the smallest and the largest of the ids in $1, leave out the partitions that hold none of them. Of an account
-- that the caller may not see, only what the movement itself says is told.
SELECT movement.movement_id, movement.posting_number, movement.kind,
       coalesce(credit.item_id, debit.item_id, '') AS item_id, coalesce(lot.lot_id::text, '') AS lot_id,
       coalesce(lot.lot_number, '') AS lot_number, coalesce(lot.expiry_date::text, '') AS expiry_date,
       coalesce(lot.manufacture_date::text, '') AS manufacture_date, coalesce(lot.sterilisation_lot, '') AS sterilisation_lot,
       coalesce(lot.registration, '') AS registration,
       coalesce(nullif(credit.serial, ''), debit.serial, '') AS serial,
       coalesce(movement.from_location_id, '') AS from_location_id, coalesce(movement.to_location_id, '') AS to_location_id,
       coalesce(movement.debit_account_id, 0) AS debit_account_id, coalesce(movement.credit_account_id, 0) AS credit_account_id,
       coalesce(credit.owner, '') AS from_owner, coalesce(debit.owner, '') AS to_owner,
       coalesce(credit.condition, '') AS from_condition, coalesce(debit.condition, '') AS to_condition,
       movement.quantity, movement.moved, movement.held,
       CASE WHEN debit.account_id IS NULL THEN 0 ELSE coalesce(movement.debit_after, 0) END AS debit_after,
       CASE WHEN credit.account_id IS NULL THEN 0 ELSE coalesce(movement.credit_after, 0) END AS credit_after,
       (extract(epoch FROM movement.effective_at) * 1000000)::bigint AS effective_us,
       (extract(epoch FROM movement.posted_at) * 1000000)::bigint AS posted_us,
       coalesce(movement.document, '') AS document, coalesce(movement.reason, '') AS reason,
       coalesce(movement.linked_group, '') AS linked_group,
       coalesce(movement.reservation_id::text, '') AS reservation_id,
       coalesce(movement.original_id::text, '') AS original_id, movement.expiry_overridden, movement.actor_id,
       movement.actor_for_id, coalesce(movement.from_institution_id, '') AS from_institution_id,
       coalesce(movement.to_institution_id, '') AS to_institution_id, coalesce(movement.from_department_id, '') AS from_department_id,
       coalesce(movement.to_department_id, '') AS to_department_id,
       (extract(epoch FROM reservation.expires_at) * 1000000)::bigint AS expires_us,
       coalesce(movement.content_hash::text, '') AS content_hash, coalesce(movement.refusal::text, '') AS refusal
FROM movement
LEFT JOIN account AS credit ON credit.account_id = movement.credit_account_id
LEFT JOIN account AS debit ON debit.account_id = movement.debit_account_id
LEFT JOIN lot ON lot.lot_id = coalesce(credit.lot_id, debit.lot_id)
LEFT JOIN reservation ON movement.kind = 'reserve' AND reservation.reservation_id = movement.movement_id
WHERE movement.movement_id = ANY ($1::uuid[]) AND movement.movement_id BETWEEN $2::uuid AND $3::uuid
