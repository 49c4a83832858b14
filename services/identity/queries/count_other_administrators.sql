SELECT count(*) AS administrators FROM account
WHERE NOT disabled AND 'bureau_administrator' = ANY (roles) AND user_id <> $1
