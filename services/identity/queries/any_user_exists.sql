SELECT EXISTS (SELECT FROM account) AS any_user
