-- What an approved business licence says of its organisation is live from then on.
UPDATE organisation
SET display_name = profile->>'display_name', address = profile->>'address', phone = profile->>'phone',
    legal_representative = profile->>'legal_representative', contacts = profile->'contacts',
    admitted_at = coalesce(admitted_at, $2::timestamptz), updated_at = $2::timestamptz, version = organisation.version + 1
FROM qualification
WHERE qualification_id = $1 AND organisation.organisation_id = qualification.organisation_id
