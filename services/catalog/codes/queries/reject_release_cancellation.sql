UPDATE code_release
SET cancellation_proposer_id = NULL, cancellation_proposer_for_id = NULL, cancellation_reason = NULL, cancellation_refusal = $2,
    version = version + 1
WHERE release_number = $1
