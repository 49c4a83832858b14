-- What LeafOf needs of journal.entry, in the order in which RowOf reads it.
transaction_id, sequence, (extract(epoch FROM written_at) * 1000000)::bigint AS written_us, event, method, resource, subjects,
actor_user_id, actor_institution_id, actor_roles, client, request_id, reason, institution_id, alliance_id, supplier_id,
details, restricted, restricted_salt
