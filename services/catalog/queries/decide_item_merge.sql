UPDATE item_merge
SET state = $2, decider_id = $3, decider_for_id = scope.on_behalf_of(), repointed_count = $4, updated_at = $5::timestamptz,
    listed_count = $6, priced_count = $7, authorised_count = $8, left_price_ids = $9::text[], version = version + 1
WHERE merge_id = $1
