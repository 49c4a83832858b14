UPDATE qualification_policy
SET authorisation_demanded = $1, mandate_demanded = $2, integrity_pledge_demanded = $3, version = version + 1
