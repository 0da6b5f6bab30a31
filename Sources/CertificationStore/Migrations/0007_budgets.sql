-- Prices, budgets and what calls cost.
SELECT 1;
