UPDATE item_merge
SET state = $2, decider_id = $3, decider_for_id = scope.on_behalf_of(), repointed_count = $4, updated_at = $5::timestamptz,
    version = version + 1
WHERE merge_id = $1
