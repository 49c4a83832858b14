UPDATE transfer SET state = 'received', receiver_id = $2, receiver_for_id = scope.on_behalf_of(), received_at = $3::timestamptz, version = version + 1
WHERE transfer_id = $1 AND state = 'sent'
