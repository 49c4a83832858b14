-- With its lead hospital, empty when it has none.
SELECT coalesce(lead.institution_id, '') AS lead_institution_id
FROM identity_pub.alliance AS alliance
LEFT JOIN identity_pub.institution AS lead ON lead.alliance_id = alliance.alliance_id AND lead.lead
WHERE alliance.alliance_id = $1
