INSERT INTO permission (permission) SELECT unnest($1::text[])
