-- Where an item that is no more stands among the proposals.
UPDATE local_code
SET state = 'awaiting', version = version + 1
WHERE state = 'review' AND proposals @> jsonb_build_array(jsonb_build_object('item', $1::text))
