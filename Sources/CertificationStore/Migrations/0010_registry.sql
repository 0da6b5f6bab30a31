-- The registry as the providers tell it.
SELECT 1;
