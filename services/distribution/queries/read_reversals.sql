SELECT original_id FROM reversal WHERE original_id = ANY ($1::uuid[])
