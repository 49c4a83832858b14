SELECT (SELECT count(*) FROM account) AS account_count, (SELECT count(*) FROM movement) AS movement_count
