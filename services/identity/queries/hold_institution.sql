-- Held until the end of the transaction, so that it is not closed meanwhile.
SELECT closed_at IS NOT NULL AS closed FROM institution WHERE institution_id = $1 FOR SHARE
