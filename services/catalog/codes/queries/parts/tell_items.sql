-- With `changed` (code, state, new_code, transcoding), $1 to $5 event, method, request id, release and its day: an entry of the journal for each
-- item that carries the code. Who proposed the item finds it by their own name.
told AS (
  SELECT journal.append(
    $1, $2, $3, 'items/' || item.item_id,
    ARRAY(SELECT subject COLLATE "C"
          FROM unnest(ARRAY['items/' || item.item_id, 'codeReleases/' || $4, 'users/' || item.proposer_id]) AS subject ORDER BY 1),
    '', '', '', '',
    jsonb_strip_nulls(jsonb_build_object('item', 'items/' || item.item_id, 'national_code', changed.code, 'state', changed.state,
                                         'effective_date', $5::date, 'release', 'codeReleases/' || $4, 'new_code', changed.new_code,
                                         'transcoding', changed.transcoding)), '{}')
  FROM changed
  JOIN item ON item.national_code = changed.code COLLATE "default"
  ORDER BY item.item_id
)
