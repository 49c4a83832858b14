-- Who ever sent goods into each account of goods in transit ($1), and whether what lies there now may be theirs: they sent
-- since it was last emptied, or goods that had been received were put back since.
SELECT sent.debit_account_id AS account_id, sent.actor_id,
       bool_or(put_back.any OR (sent.posted_at, sent.posting_number) > (emptied.posted_at, emptied.posting_number)) AS now
FROM unnest($1::bigint[]) AS wanted (account_id)
CROSS JOIN LATERAL (
  SELECT coalesce(max(last.posted_at), '-infinity') AS posted_at, coalesce(max(last.posting_number), 0) AS posting_number
  FROM (SELECT posted_at, posting_number FROM movement
        WHERE credit_account_id = wanted.account_id AND credit_after = 0 AND moved > 0
        ORDER BY posted_at DESC, posting_number DESC LIMIT 1) AS last
) AS emptied
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM movement WHERE debit_account_id = wanted.account_id AND kind = 'reversal'
                 AND (posted_at, posting_number) > (emptied.posted_at, emptied.posting_number)) AS any
) AS put_back
JOIN movement AS sent ON sent.debit_account_id = wanted.account_id AND sent.kind = 'transfer_out'
GROUP BY sent.debit_account_id, sent.actor_id
