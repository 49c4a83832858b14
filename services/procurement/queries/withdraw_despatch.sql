-- Its lines and serials follow.
UPDATE despatch SET withdrawn = true, withdrawn_at = $2::timestamptz, withdrawal_reason = $3 WHERE despatch_id = $1
