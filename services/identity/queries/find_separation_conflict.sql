SELECT user_id, proposing, approving FROM separation_conflicts($1, '')
