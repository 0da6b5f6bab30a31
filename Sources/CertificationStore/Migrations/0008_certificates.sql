-- Signed certificates and their revocation.
SELECT 1;
