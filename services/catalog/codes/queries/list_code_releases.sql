SELECT release_number, release_id, effective_date, specification_count, withdrawal_count, transcoding_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us
FROM code_release
WHERE (effective_date, release_number) < ($1::date, $2)
ORDER BY effective_date DESC, release_number DESC
LIMIT $3
