SELECT round, step, approves, reason, due_date, decider_id, decider_for_id,
       (extract(epoch FROM decided_at) * 1000000)::bigint AS decided_us
FROM application_step
WHERE application_id = $1
ORDER BY round, step
