-- Who stands behind a pseudonym, and who asked about patients and doctors: for the discipline inspectors alone
-- (common/auth/grant_rules.h). Runs as qingqu_owner.
ALTER TABLE identity.role_permission ADD CONSTRAINT role_permission_inspector_check CHECK (
  permission NOT IN ('usage.person.read', 'supervision.access.read') OR role_id = 'discipline_inspector');
