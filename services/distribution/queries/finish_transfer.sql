UPDATE transfer SET state = 'received', receiver_id = $2, received_at = $3::timestamptz, version = version + 1
WHERE transfer_id = $1 AND state = 'sent'
