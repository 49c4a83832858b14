-- What code_store reads a release from.
       release_number, release_id, effective_date, specification_count, withdrawal_count, transcoding_count, cancellation_proposer_id,
       cancellation_proposer_for_id, cancellation_reason, cancellation_refusal, canceller_id, version,
       (extract(epoch FROM cancelled_at) * 1000000)::bigint AS cancelled_us,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us
