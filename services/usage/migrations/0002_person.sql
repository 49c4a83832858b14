-- Who stands behind a pseudonym (common/privacy): written with the first use that names them, read by ResolvePseudonym alone.

CREATE TABLE usage.person (
  pseudonym text NOT NULL CONSTRAINT person_pseudonym_check CHECK (pseudonym ~ '^~[0-9a-f]{32}$'),
  kind text NOT NULL CONSTRAINT person_kind_check CHECK (kind IN ('patients', 'doctors')),
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  person_id text NOT NULL,
  CONSTRAINT person_pkey PRIMARY KEY (pseudonym),
  CONSTRAINT person_person_check CHECK (char_length(person_id) BETWEEN 1 AND 64)
);
-- People are the institution's, also where who records their use sees one department; whom such a caller may know, the query says.
SELECT scope.protect('usage.person', scope.institution_rule() || ' OR ((SELECT scope.own_department()) IS NOT NULL'
                                     || ' AND institution_id = (SELECT scope.institution_id()))');
GRANT SELECT, INSERT ON usage.person TO qingqu_usage;
