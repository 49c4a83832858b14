-- What $1 renews ends when $1 begins, not before the day $2 on which it was approved; of business licences, all others.
UPDATE qualification AS old
SET superseded_from = greatest(new.valid_from, $2::date), updated_at = $3::timestamptz, version = old.version + 1
FROM qualification AS new
WHERE new.qualification_id = $1 AND old.organisation_id = new.organisation_id AND old.kind = new.kind
  AND old.qualification_id <> new.qualification_id AND old.superseded_from IS NULL AND old.state IN ('approved', 'suspended')
  AND (old.qualification_id = new.renews_id OR new.kind = 'business_licence')
RETURNING old.qualification_id
