UPDATE code_release
SET cancellation_proposer_id = $2, cancellation_proposer_for_id = scope.on_behalf_of(), cancellation_reason = $3,
    cancellation_refusal = NULL, version = version + 1
WHERE release_number = $1
