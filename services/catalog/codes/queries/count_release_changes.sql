UPDATE code_release
SET specification_count = specification_count + $2, withdrawal_count = withdrawal_count + $3,
    transcoding_count = transcoding_count + $4, updated_at = $5::timestamptz, version = version + 1
WHERE release_number = $1
