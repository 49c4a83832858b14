-- Failures since $3 in the budgets of account $1 and address $2; the address is known when the account signed in there since $4.
SELECT place.known,
       pair.failures AS pair_failures, pair.last_us AS pair_last_us,
       account.failures AS account_failures, account.last_us AS account_last_us,
       address.failures AS address_failures, address.last_us AS address_last_us
FROM (SELECT EXISTS (SELECT FROM sign_in_address
                     WHERE user_id = $1 AND address = $2 AND signed_in_at > $4::timestamptz) AS known) AS place,
     LATERAL (SELECT count(*) AS failures, coalesce((extract(epoch FROM max(tried_at)) * 1000000)::bigint, 0) AS last_us
              FROM sign_in_attempt
              WHERE user_id = $1 AND address = $2 AND tried_at > $3::timestamptz) AS pair,
     LATERAL (SELECT count(*) AS failures, coalesce((extract(epoch FROM max(tried_at)) * 1000000)::bigint, 0) AS last_us
              FROM sign_in_attempt
              WHERE user_id = $1 AND NOT address_known AND tried_at > $3::timestamptz) AS account,
     LATERAL (SELECT count(*) AS failures, coalesce((extract(epoch FROM max(tried_at)) * 1000000)::bigint, 0) AS last_us
              FROM sign_in_attempt
              WHERE address = $2 AND address_known = place.known AND tried_at > $3::timestamptz) AS address
