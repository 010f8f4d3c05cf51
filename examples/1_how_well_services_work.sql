-- How well do services work? Share of families in which something happened, before and after the start, on the
-- programme and beside it, and how much more it changed on the programme (difference in differences, unadjusted).
-- The window after is twice as long as the one before: compare the groups, not the windows.
-- Families to whom something could not happen (an empty cell) do not count in its share.
WITH rates AS (
    SELECT outcome, study_group,
        count(*) AS families,
        avg(before::INT) AS before,
        avg(after::INT) AS after
    FROM (
        SELECT study_group, 'looked after' AS outcome,
            looked_after_year_before AS before, looked_after_two_years_after AS after FROM family_outcomes
        UNION ALL
        SELECT study_group, 'child in need', child_in_need_year_before, child_in_need_two_years_after FROM family_outcomes
        UNION ALL
        SELECT study_group, 'conviction', conviction_year_before, conviction_two_years_after FROM family_outcomes
        UNION ALL
        SELECT study_group, 'out-of-work benefit',
            out_of_work_benefit_year_before, out_of_work_benefit_two_years_after FROM family_outcomes
        UNION ALL
        SELECT study_group, 'employment', employment_year_before, employment_two_years_after FROM family_outcomes
    )
    WHERE before IS NOT NULL AND after IS NOT NULL
    GROUP BY outcome, study_group
)
SELECT outcome,
    p.families AS programme_families,
    c.families AS comparison_families,
    round(p.before, 4) AS programme_before,
    round(p.after, 4) AS programme_after,
    round(c.before, 4) AS comparison_before,
    round(c.after, 4) AS comparison_after,
    round((p.after - p.before) - (c.after - c.before), 4) AS difference_in_differences
FROM rates AS p JOIN rates AS c USING (outcome)
WHERE p.study_group = 'programme' AND c.study_group = 'comparison'
ORDER BY outcome;
