SELECT EXISTS (SELECT FROM class WHERE level = $1 AND code = $2)
