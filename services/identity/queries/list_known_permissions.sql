SELECT permission FROM permission ORDER BY permission
