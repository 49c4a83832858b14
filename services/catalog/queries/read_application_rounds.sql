SELECT round, reason, applicant_id, applicant_for_id, withdrawal_reason,
       (extract(epoch FROM submitted_at) * 1000000)::bigint AS submitted_us
FROM application_round
WHERE application_id = $1
ORDER BY round
