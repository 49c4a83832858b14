-- An entry of the journal for each item with a code of which a release ($1 its number, $2 its id) said that it is withdrawn, transcoded or back:
-- what is so of the code now, on a day ($3), since the release is cancelled. $4 to $7 method, request id, why, event.
SELECT count(journal.append(
  $7, $4, $5, 'items/' || told.item_id,
  ARRAY(SELECT subject COLLATE "C"
        FROM unnest(ARRAY['items/' || told.item_id, 'codeReleases/' || $2, 'users/' || told.proposer_id]) AS subject ORDER BY 1),
  '', '', '', $6,
  jsonb_strip_nulls(jsonb_build_object('item', 'items/' || told.item_id, 'national_code', told.national_code,
                                       'state', coalesce(present.state, 'current'), 'effective_date', present.effective_date,
                                       'release', 'codeReleases/' || $2, 'new_code', present.new_code,
                                       'transcoding', present.transcoding)), '{}'))
FROM (
  SELECT item.item_id, item.proposer_id, item.national_code
  FROM item
  WHERE EXISTS (SELECT FROM national_code_change AS change WHERE change.code = item.national_code COLLATE "C" AND change.release_number = $1)
  ORDER BY item.item_id
) AS told
LEFT JOIN LATERAL catalog.code_change_at(told.national_code, $3::date) AS present ON true
