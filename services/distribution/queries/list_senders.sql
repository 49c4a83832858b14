-- Who ever sent goods into each account of goods in transit ($1), for whom, and whether what lies there now may be theirs: they sent
-- since it was last emptied, or goods that had been received were put back since. Of each hand the last movement is looked up
-- in an index, one hand after the other, so however often they sent, it costs the same.
SELECT wanted.account_id, sent.actor_id, sent.actor_for_id,
       bool_or(put_back.any OR (sent.posted_at, sent.posting_number) > (emptied.posted_at, emptied.posting_number)) AS now
FROM unnest($1::bigint[]) AS wanted (account_id)
CROSS JOIN LATERAL (
  SELECT coalesce(max(last.posted_at), '-infinity') AS posted_at, coalesce(max(last.posting_number), 0) AS posting_number
  FROM (SELECT posted_at, posting_number FROM movement
        WHERE credit_account_id = wanted.account_id AND credit_after = 0 AND kind IN ('transfer_in', 'reversal')
        ORDER BY posted_at DESC, posting_number DESC LIMIT 1) AS last
) AS emptied
CROSS JOIN LATERAL (
  WITH RECURSIVE hand AS (
    (SELECT kind, actor_id, actor_for_id, posted_at, posting_number FROM movement
     WHERE debit_account_id = wanted.account_id AND kind IN ('transfer_out', 'reversal')
     ORDER BY kind DESC, actor_id DESC, actor_for_id DESC, posted_at DESC, posting_number DESC LIMIT 1)
    UNION ALL
    SELECT next.* FROM hand CROSS JOIN LATERAL (
      SELECT kind, actor_id, actor_for_id, posted_at, posting_number FROM movement
      WHERE debit_account_id = wanted.account_id AND kind IN ('transfer_out', 'reversal')
        AND (kind, actor_id, actor_for_id) < (hand.kind, hand.actor_id, hand.actor_for_id)
      ORDER BY kind DESC, actor_id DESC, actor_for_id DESC, posted_at DESC, posting_number DESC LIMIT 1) AS next
  )
  SELECT array_agg(actor_id) FILTER (WHERE kind = 'transfer_out') AS actor_ids,
         array_agg(actor_for_id) FILTER (WHERE kind = 'transfer_out') AS actor_for_ids,
         array_agg(posted_at) FILTER (WHERE kind = 'transfer_out') AS posted_at,
         array_agg(posting_number) FILTER (WHERE kind = 'transfer_out') AS posting_numbers,
         coalesce(bool_or((posted_at, posting_number) > (emptied.posted_at, emptied.posting_number))
                    FILTER (WHERE kind = 'reversal'), false) AS any
  FROM hand
) AS put_back
CROSS JOIN LATERAL (
  SELECT actor_id, actor_for_id, posted_at, posting_number
  FROM unnest(put_back.actor_ids, put_back.actor_for_ids, put_back.posted_at, put_back.posting_numbers)
    AS last (actor_id, actor_for_id, posted_at, posting_number)
  UNION ALL
  -- Of those whose sending is archived it is not known when they sent, so it counts as the last of its month.
  SELECT unnest(archived.senders), '', movement_partition.last_posted_at, 9223372036854775807
  FROM movement_archived AS archived
  JOIN movement_partition ON movement_partition.month = archived.month
  WHERE archived.account_id = wanted.account_id AND archived.senders IS NOT NULL
) AS sent
GROUP BY wanted.account_id, sent.actor_id, sent.actor_for_id
