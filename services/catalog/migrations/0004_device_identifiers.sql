-- Device identifiers of HIBC, ICCBBA and AHM beside GTINs and MA codes.

-- A GTIN-14 with its check digit (GS1 General Specifications 7.9), an MA code, or what registers keep of HIBC (ANSI/HIBC 2.6:
-- labeller, product, unit of measure), ICCBBA (ISBT 128: product of human origin, blood bag) and AHM.
CREATE OR REPLACE FUNCTION catalog.is_device_identifier(identifier text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN identifier ~ '^[0-9]{14}$' THEN (
      SELECT sum(substr(identifier, place, 1)::int * CASE WHEN place % 2 = 1 THEN 3 ELSE 1 END) % 10 = 0
      FROM generate_series(1, 14) AS place)
    WHEN identifier ~ '^MA\.[0-9]' THEN char_length(identifier) <= 100
    ELSE identifier ~ '^[A-Z][A-Z0-9]{4,21}[0-9]$'
      OR identifier ~ '^[A-NP-Z0-9]{5}[A-Z0-9]{6}[A-Z][A-Z0-9]{4}$'
      OR (identifier ~ '^[A-Za-z0-9]{10}$' AND identifier ~ '[0-9]' AND identifier ~ '[A-Za-z]')
      OR identifier ~ '^AHM[!-~]{1,47}$'
  END
$$;
