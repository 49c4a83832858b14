-- What the one item was is the other's from today ($4) on; what it was until then stays on record.
WITH ended AS (
  UPDATE mapping
  SET valid_to = greatest(valid_from, $4::date), ender_id = $5, ended_at = $6::timestamptz, end_reason = $7
  WHERE item_id = $1 AND valid_to IS NULL
  RETURNING institution_id, alliance_id, local_code, row_version, unit_factor, valid_to, score, evidence
), begun AS (
  INSERT INTO mapping (institution_id, alliance_id, local_code, row_version, item_id, unit_factor, valid_from, score, evidence,
                       decider_id, decider_for_id, decided_at)
  SELECT institution_id, alliance_id, local_code, row_version, $2, unit_factor * $3::bigint, valid_to, score, evidence, $5,
         scope.on_behalf_of(), $6::timestamptz
  FROM ended
  RETURNING institution_id, local_code
)
UPDATE local_code AS head
SET version = head.version + 1
FROM begun
WHERE head.institution_id = begun.institution_id AND head.local_code = begun.local_code
