-- The stock ledger has refused: $1 use, $2 canonical code, $3 reason, $4 message, $5 google.rpc.Status.
UPDATE use SET state = 'refused', refusal_code = $2, refusal_reason = $3, refusal_message = $4, refusal_details = $5
WHERE use_id = $1 AND state = 'pending'
