-- What was noticed over time: drift, notices before expiry.
SELECT 1;
