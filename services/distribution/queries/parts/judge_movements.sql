-- Whether movements (CTE `judged`) fit the accounts between which they went: the same goods, from and to the places that they name,
-- in the same condition (outside of the ledger there is only one) and whose they were unless the kind changes that, and not long
-- before they were posted (effect.cc).
)
SELECT finding FROM (
  SELECT CASE
    WHEN (debit.item_id, debit.lot_id) IS DISTINCT FROM (credit.item_id, credit.lot_id) THEN
      format('movement %s goes from %s of %s to %s of %s', judged.movement_id, judged.credit_account_id, credit.item_id,
             judged.debit_account_id, debit.item_id)
    WHEN (judged.from_location_id, judged.to_location_id) IS DISTINCT FROM (credit.location_id, debit.location_id)
      OR (judged.kind <> 'reversal'
          AND CASE WHEN credit.kind NOT IN ('stock', 'transit') THEN credit.condition <> 'available'
                   WHEN debit.kind NOT IN ('stock', 'transit') THEN debit.condition <> 'available'
                   ELSE (judged.kind = 'change_condition') <> (credit.condition <> debit.condition) END)
      OR (judged.kind NOT IN ('take_ownership', 'transfer_in', 'reversal') AND credit.owner <> debit.owner) THEN
      format('movement %s (%s) is said to go from %s to %s, and went from %s, %s, of %s to %s, %s, of %s', judged.movement_id,
             judged.kind, judged.from_location_id, judged.to_location_id, credit.location_id, credit.condition, credit.owner,
             debit.location_id, debit.condition, debit.owner)
    WHEN judged.kind <> 'opening_balance' AND judged.effective_at < judged.posted_at - interval '31 days' THEN
      format('movement %s (%s) was posted at %s and took effect at %s', judged.movement_id, judged.kind, judged.posted_at,
             judged.effective_at)
    END AS finding
  FROM judged
  LEFT JOIN account AS debit ON debit.account_id = judged.debit_account_id
  LEFT JOIN account AS credit ON credit.account_id = judged.credit_account_id
) AS problem
WHERE finding IS NOT NULL
LIMIT 100
