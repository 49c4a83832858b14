SELECT authorisation_refusal($1) AS reason
