INSERT INTO reservation (reservation_id, account_id, quantity, open_quantity, posted_quantity, state, expires_at, actor_id,
                         document, created_at, alliance_id, institution_id, department_id)
SELECT fresh.reservation_id, fresh.account_id, fresh.quantity, fresh.open_quantity, fresh.posted_quantity, fresh.state,
       timestamptz 'epoch' + fresh.expires_us * interval '1 microsecond', fresh.actor_id, fresh.document, $9::timestamptz,
       account.alliance_id, account.institution_id, account.department_id
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
            $10::text[])
  AS fresh (reservation_id, account_id, quantity, open_quantity, posted_quantity, state, expires_us, actor_id, document)
JOIN account ON account.account_id = fresh.account_id
