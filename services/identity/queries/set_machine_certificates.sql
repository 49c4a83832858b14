UPDATE machine_client SET certificates = $2::text[] WHERE user_id = $1
