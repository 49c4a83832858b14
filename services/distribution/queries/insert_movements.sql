-- In the order of the arrays. What took effect when it was posted gives no instant of its own. For whom somebody stands in is told by
-- the lane, which posts for many; a document is posted in its caller's own transaction.
INSERT INTO movement (movement_id, kind, debit_account_id, credit_account_id, quantity, moved, held, debit_after,
                      credit_after, effective_at, posted_at, document_line, expiry_overridden, actor_id, alliance_id,
                      from_location_id, from_institution_id, from_department_id, to_location_id, to_institution_id,
                      to_department_id, document, reason, linked_group, reservation_id, original_id, content_hash,
                      refusal, actor_for_id)
SELECT movement_id, kind, debit_account_id, credit_account_id, quantity, moved, held, debit_after, credit_after,
       coalesce(timestamptz 'epoch' + effective_us * interval '1 microsecond', $22::timestamptz), $22::timestamptz,
       document_line, expiry_overridden, actor_id, alliance_id, from_location_id, from_institution_id,
       from_department_id, to_location_id, to_institution_id, to_department_id, document, reason, linked_group,
       reservation_id, original_id, content_hash, refusal::jsonb,
       coalesce(nullif(actor_for_id, ''), scope.on_behalf_of(), '')
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::int[], $12::boolean[], $13::text[], $14::text[], $15::text[], $16::text[],
            $17::text[], $18::text[], $19::text[], $20::uuid[], $21::uuid[], $23::text[], $24::text[], $25::text[], $26::uuid[],
            $27::text[], $28::text[], $29::text[])
  WITH ORDINALITY AS posted (movement_id, kind, debit_account_id, credit_account_id, quantity, moved, held, debit_after,
                             credit_after, effective_us, document_line, expiry_overridden, actor_id, alliance_id,
                             from_institution_id, to_institution_id, document, reason, linked_group, reservation_id,
                             original_id, refusal, from_location_id, to_location_id,
                             content_hash, from_department_id, to_department_id, actor_for_id, position)
ORDER BY position
