-- R, what the ledger is measured against: calling the database once for each movement, as fast as a function can be made
-- to do the same durable work. It belongs to a superuser and so is free of row security, it knows its accounts by number,
-- and it checks nothing of items, lots, places, periods and rights. Updating in the order of the ids and leaving balances
-- and ids that were used to constraints was measured to take 0.92 of the time that reading first takes, with
-- SELECT ... FOR UPDATE and a look for the id.
CREATE SCHEMA bench;

-- A UUIDv7 of now (RFC 9562): a random UUID with 48 bits of Unix milliseconds and the bits of version 7 put in.
CREATE FUNCTION bench.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
           PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
         'hex')::uuid
$$;

-- Issues p_quantity from the credit account to the debit account, and answers the balances after. Asked again, it answers
-- what it answered before. NULL: refused, and the id is burnt.
CREATE FUNCTION bench.post(p_movement_id uuid, p_debit_account_id bigint, p_credit_account_id bigint, p_quantity bigint,
                           p_item_id text, p_lot_number text, p_from_location_id text, p_to_location_id text,
                           OUT debit_after bigint, OUT credit_after bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_posted_at timestamptz := clock_timestamp();
  v_first_at timestamptz;
BEGIN
  IF p_debit_account_id < p_credit_account_id THEN
    UPDATE distribution.account SET on_hand = on_hand + p_quantity, changed_at = greatest(changed_at, v_posted_at)
    WHERE account_id = p_debit_account_id RETURNING on_hand, changed_at INTO debit_after, v_first_at;
    UPDATE distribution.account SET on_hand = on_hand - p_quantity, changed_at = greatest(changed_at, v_first_at)
    WHERE account_id = p_credit_account_id RETURNING on_hand, changed_at INTO credit_after, v_posted_at;
  ELSE
    UPDATE distribution.account SET on_hand = on_hand - p_quantity, changed_at = greatest(changed_at, v_posted_at)
    WHERE account_id = p_credit_account_id RETURNING on_hand, changed_at INTO credit_after, v_first_at;
    UPDATE distribution.account SET on_hand = on_hand + p_quantity, changed_at = greatest(changed_at, v_first_at)
    WHERE account_id = p_debit_account_id RETURNING on_hand, changed_at INTO debit_after, v_posted_at;
  END IF;
  -- The second account was changed while this waited for it.
  IF v_posted_at > v_first_at THEN
    UPDATE distribution.account SET changed_at = v_posted_at WHERE account_id = least(p_debit_account_id, p_credit_account_id);
  END IF;
  PERFORM journal.append(
    'movements.posted', 'qingqu.distribution.v1.LedgerService/PostMovement', '', 'movements/' || p_movement_id,
    ARRAY['items/' || p_item_id, 'items/' || p_item_id || '/lots/' || p_lot_number, 'locations/' || p_from_location_id,
          'locations/' || p_to_location_id, 'movements/' || p_movement_id],
    'people-hospital', 'east', '', '',
    ('{"movements":[{"movement":"movements/' || p_movement_id || '","kind":"issue","quantity":' || p_quantity
     || ',"item":"items/' || p_item_id || '","lot":"' || p_lot_number || '","from":"' || p_from_location_id
     || '","to":"' || p_to_location_id || '"}]}')::jsonb, '{}');
  INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id, quantity, moved, debit_after,
                                     credit_after, effective_at, posted_at, actor_id, alliance_id, from_location_id,
                                     from_institution_id, to_location_id, to_institution_id)
  VALUES (p_movement_id, 'issue', p_debit_account_id, p_credit_account_id, p_quantity, p_quantity, debit_after, credit_after,
          v_posted_at, v_posted_at, 'pharmacist', 'east', p_from_location_id, 'people-hospital', p_to_location_id,
          'people-hospital');
EXCEPTION
  WHEN unique_violation THEN
    SELECT movement.debit_after, movement.credit_after INTO debit_after, credit_after
    FROM distribution.movement WHERE movement_id = p_movement_id;
  WHEN check_violation THEN
    debit_after := NULL;
    credit_after := NULL;
    IF EXISTS (SELECT FROM distribution.movement WHERE movement_id = p_movement_id) THEN
      RETURN;
    END IF;
    PERFORM journal.append(
      'movements.posted', 'qingqu.distribution.v1.LedgerService/PostMovement', '', 'movements/' || p_movement_id,
      ARRAY['items/' || p_item_id, 'items/' || p_item_id || '/lots/' || p_lot_number, 'locations/' || p_from_location_id,
            'locations/' || p_to_location_id, 'movements/' || p_movement_id],
      'people-hospital', 'east', '', '',
      ('{"movements":[{"movement":"movements/' || p_movement_id || '","kind":"issue","quantity":' || p_quantity
       || ',"refused":"INSUFFICIENT_STOCK","item":"items/' || p_item_id || '","lot":"' || p_lot_number || '","from":"' || p_from_location_id
       || '","to":"' || p_to_location_id || '"}]}')::jsonb, '{}');
    INSERT INTO distribution.movement (movement_id, kind, quantity, moved, effective_at, posted_at, actor_id, alliance_id,
                                       from_location_id, from_institution_id, to_location_id, to_institution_id, refusal)
    VALUES (p_movement_id, 'issue', p_quantity, 0, clock_timestamp(), clock_timestamp(), 'pharmacist', 'east',
            p_from_location_id, 'people-hospital', p_to_location_id, 'people-hospital', '{"reason": "INSUFFICIENT_STOCK"}');
END $$;
GRANT USAGE ON SCHEMA bench TO qingqu_distribution;
