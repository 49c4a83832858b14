-- What a session's owner wants to know about it, and what whoever comes back to an ended one is told.
ALTER TABLE identity.session
  ADD COLUMN address text NOT NULL DEFAULT '',
  ADD COLUMN client text NOT NULL DEFAULT '',
  ADD COLUMN ended_because text NOT NULL DEFAULT ''
    CONSTRAINT session_ended_because_check
    CHECK (ended_because IN ('', 'SIGNED_OUT', 'TOKEN_REUSED', 'SIGNED_OUT_EVERYWHERE', 'ENDED_BY_ADMINISTRATOR',
                             'PASSWORD_CHANGED', 'USER_DISABLED', 'SECOND_FACTOR_CHANGED'));
