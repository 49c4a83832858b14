-- The release of an id ($1), if it is there, and the last day of those that come after it when it holds from a day ($2) on: with a later day, or
-- of the same one and begun after it. What is cancelled comes after nothing.
SELECT own.release_number, own.effective_date, own.cancelled_at IS NOT NULL AS cancelled,
       own.cancellation_proposer_id IS NOT NULL AS cancellation_proposed,
       (SELECT max(other.effective_date)
        FROM code_release AS other
        WHERE other.cancelled_at IS NULL AND other.release_id <> $1
          AND (other.effective_date, other.release_number) > ($2::date, coalesce(own.release_number, 2147483647))) AS latest_date
FROM (SELECT) AS one
LEFT JOIN code_release AS own ON own.release_id = $1
