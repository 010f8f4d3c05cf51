-- How do families use services and benefits? For each half-year around the start: how many people drew a benefit for
-- people out of work, had a job, or were with children's social care at some time in it, and of how many people.
-- A spell counts in each half-year it overlaps. Jobs whose dates the register filled in are left out.
WITH half_years AS (
    SELECT unnest(range(-24, 24, 6)) AS first_month
),
uses AS (
    SELECT person_study_ref, 'out-of-work benefit' AS used, starts, ends FROM benefits_and_work WHERE out_of_work
    UNION ALL
    SELECT person_study_ref, 'job', starts, ends FROM benefits_and_work
    WHERE spell = 'employment' AND NOT dates_imputed
    UNION ALL
    SELECT person_study_ref, 'social care', starts, ends FROM social_care
)
SELECT first_month, used, study_group,
    count(DISTINCT person_study_ref) AS people,
    any_value(everybody) AS everybody,
    round(count(DISTINCT person_study_ref) / any_value(everybody), 4) AS share
FROM half_years
JOIN uses ON starts < first_month + 6 AND (ends IS NULL OR ends >= first_month)
JOIN people USING (person_study_ref)
JOIN (SELECT study_group, count(*) AS everybody FROM people GROUP BY study_group) USING (study_group)
GROUP BY first_month, used, study_group
ORDER BY used, study_group, first_month;
