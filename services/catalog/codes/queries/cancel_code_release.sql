UPDATE code_release
SET canceller_id = $2, canceller_for_id = scope.on_behalf_of(), cancelled_at = $3::timestamptz, version = version + 1
WHERE release_number = $1
