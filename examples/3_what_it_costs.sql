-- What does it cost? Benefits and social care in pounds for each person of the study and year, in the two years before
-- the start and the two years after.
-- Benefits: the middle of each weekly band (£300 and over counts as £300). Social care: ILLUSTRATIVE round unit costs
-- for a year of an episode, ours and not seen in any source; put your own in before you conclude anything from a sum.
WITH unit_costs (episode_type, pounds_a_year) AS (
    VALUES ('CIN', 3000), ('CPP', 6000), ('CLA', 50000)
),
windows (period, first_month, end_month) AS (
    VALUES ('1 before', -24, 0), ('2 after', 0, 24)
),
spells AS (
    SELECT person_study_ref, 'benefits' AS theme, starts, ends,
        CASE WHEN weekly_amount = '£300 and over' THEN 300
            ELSE regexp_extract(weekly_amount::VARCHAR, '£(\d+)', 1)::INT + 12.5 END * 52 AS pounds_a_year
    FROM benefits_and_work WHERE spell = 'benefit' AND weekly_amount IS NOT NULL
    UNION ALL
    SELECT person_study_ref, 'social care', starts, ends, pounds_a_year
    FROM social_care JOIN unit_costs ON social_care.episode_type::VARCHAR = unit_costs.episode_type
),
costs AS (
    SELECT person_study_ref, theme, period,
        -- Months of the spell that lie in the period, from its first to its last.
        greatest(0, least(coalesce(ends + 1, end_month), end_month) - greatest(starts, first_month)) / 12.0
            * pounds_a_year AS pounds
    FROM spells CROSS JOIN windows
)
SELECT theme, study_group, period,
    any_value(everybody) AS everybody,
    round(sum(pounds) / any_value(everybody) / 2, 2) AS pounds_a_person_a_year
FROM costs
JOIN people USING (person_study_ref)
JOIN (SELECT study_group, count(*) AS everybody FROM people GROUP BY study_group) USING (study_group)
GROUP BY theme, study_group, period
ORDER BY theme, study_group, period;
