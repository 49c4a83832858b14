-- Follows the sides of movements (CTE `side`) account by account, each from what the one before left. $1: all posted up to this number
-- are missing in it (0: none). Between what is archived and what was posted up to then, of an account that has both, links are missing,
-- and are not looked for.
), walked AS (
  SELECT side.*, lag(on_hand) OVER chain AS on_hand_before, lag(posted_at) OVER chain AS posted_before,
         lead(posting_number) OVER chain IS NULL AS is_last
  FROM side WINDOW chain AS (PARTITION BY account_id ORDER BY posting_number)
), cut AS (
  SELECT archived.account_id, (SELECT max(last_posted_at) FROM movement_partition) AS posted_at
  FROM (SELECT DISTINCT account_id FROM movement_archived) AS archived
), linked AS (
  SELECT walked.account_id, walked.movement_id, walked.moved, walked.on_hand, walked.posted_at, walked.posted_before,
         walked.is_last, cut.account_id IS NOT NULL AS is_archived,
         CASE WHEN walked.posted_before IS NOT NULL THEN
                CASE WHEN cut.posted_at IS NULL OR walked.posted_before > cut.posted_at THEN walked.on_hand_before END
              WHEN $1::bigint > 0 THEN
                (SELECT before.on_hand
                 FROM ((SELECT debit_after AS on_hand, posted_at, posting_number FROM movement
                        WHERE debit_account_id = walked.account_id
                          AND (posted_at, posting_number) < (walked.posted_at, walked.posting_number)
                          AND movement_id < uuid_at(walked.posted_at + interval '2 days')
                        ORDER BY posted_at DESC, posting_number DESC LIMIT 1)
                       UNION ALL
                       (SELECT credit_after, posted_at, posting_number FROM movement
                        WHERE credit_account_id = walked.account_id AND moved > 0
                          AND (posted_at, posting_number) < (walked.posted_at, walked.posting_number)
                          AND movement_id < uuid_at(walked.posted_at + interval '2 days')
                        ORDER BY posted_at DESC, posting_number DESC LIMIT 1)) AS before
                 WHERE cut.posted_at IS NULL OR before.posted_at > cut.posted_at
                 ORDER BY before.posted_at DESC, before.posting_number DESC LIMIT 1) END AS on_hand_before
  FROM walked LEFT JOIN cut ON cut.account_id = walked.account_id
)
SELECT finding FROM (
  SELECT format('account %s held %s after movement %s, which brought %s to %s', account_id, on_hand, movement_id, moved,
                coalesce(on_hand_before, 0)) AS finding
  FROM linked
  WHERE on_hand IS DISTINCT FROM coalesce(on_hand_before, 0) + moved AND (on_hand_before IS NOT NULL OR NOT is_archived)
  UNION ALL
  SELECT format('movement %s of account %s was posted before the one that its number follows', movement_id, account_id)
  FROM linked WHERE posted_at < posted_before
  UNION ALL
  SELECT format('account %s holds %s, and held %s after its last movement %s', linked.account_id, account.on_hand,
                linked.on_hand, linked.movement_id)
  FROM linked LEFT JOIN account ON account.account_id = linked.account_id
  WHERE $1::bigint > 0 AND linked.is_last AND account.on_hand IS DISTINCT FROM linked.on_hand
) AS problem
LIMIT 100
