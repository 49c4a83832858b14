-- How accounts ($1) changed between the instants that cut their past ($2, microseconds: each pair is a cut of an account; the
-- earliest of all is $3), by time of effect: of each span, and of each cut but the account's first, the first and the last instant
-- of a change, the least it came to, and what all came to. What took effect after an instant was posted after it, under an id at
-- most 31 days older.
SELECT account_id, min(effective_us) AS first_us, max(effective_us) AS last_us, least(0, min(level))::bigint AS least,
       sum(moved)::bigint AS moved
FROM (
  SELECT account_id, span, at_cut, effective_us, moved,
         sum(moved) OVER (PARTITION BY account_id, span, at_cut ORDER BY effective_us) AS level
  FROM (
    SELECT wanted.account_id, side.effective_us, side.moved, width_bucket(side.effective_us, wanted.cuts) AS span,
           wanted.cuts[width_bucket(side.effective_us, wanted.cuts)] = side.effective_us AS at_cut
    FROM (SELECT account_id, array_agg(cut_us ORDER BY cut_us) AS cuts,
                 timestamptz 'epoch' + min(cut_us) * interval '1 microsecond' AS since
          FROM unnest($1::bigint[], $2::bigint[]) AS asked (account_id, cut_us)
          GROUP BY account_id) AS wanted
    CROSS JOIN LATERAL (
      SELECT (extract(epoch FROM effective_at) * 1000000)::bigint AS effective_us, moved FROM movement
      WHERE debit_account_id = wanted.account_id AND posted_at > wanted.since AND effective_at > wanted.since
        AND movement_id >= uuid_at(greatest($3::timestamptz - interval '32 days', 'epoch'))
      UNION ALL
      SELECT (extract(epoch FROM effective_at) * 1000000)::bigint, -moved FROM movement
      WHERE credit_account_id = wanted.account_id AND posted_at > wanted.since AND effective_at > wanted.since
        AND movement_id >= uuid_at(greatest($3::timestamptz - interval '32 days', 'epoch'))
    ) AS side
  ) AS cut
) AS levels
GROUP BY account_id, span, at_cut
ORDER BY account_id, first_us
