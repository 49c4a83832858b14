SELECT last_value AS posting_number FROM posting_number
