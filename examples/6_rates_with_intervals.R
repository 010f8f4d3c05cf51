# Families with a conviction before and after, with 95% intervals, in R: the same figures as 4_rates_with_intervals.py.
#
# Rscript examples/6_rates_with_intervals.R data/research/linked.duckdb    (packages DBI and duckdb), or
# Rscript examples/6_rates_with_intervals.R family_outcomes.csv            (base R, the table written as CSV).
#
# Families where it is not known are left out of both years. The groups are compared as they are; nothing is adjusted.

before <- "conviction_year_before"
after <- "conviction_two_years_after"

read_outcomes <- function(path) {
  if (grepl("[.]csv$", path)) {
    return(read.csv(path, stringsAsFactors = FALSE))
  }
  database <- DBI::dbConnect(duckdb::duckdb(), path, read_only = TRUE)
  on.exit(DBI::dbDisconnect(database, shutdown = TRUE))
  DBI::dbGetQuery(database, sprintf(
    "select study_group::varchar as study_group, %s, %s from family_outcomes", before, after
  ))
}

as_yes <- function(values) toupper(as.character(values)) == "TRUE"

# Wilson's interval of `had` in `of`.
wilson <- function(had, of, z = qnorm(0.975)) {
  share <- had / of
  centre <- (share + z^2 / (2 * of)) / (1 + z^2 / of)
  half <- z / (1 + z^2 / of) * sqrt(share * (1 - share) / of + z^2 / (4 * of^2))
  c(share = share, low = max(0, centre - half), high = min(1, centre + half))
}

rates <- function(outcomes) {
  known <- outcomes[!is.na(outcomes[[before]]) & !is.na(outcomes[[after]]) & outcomes$study_group != "", ]
  rows <- expand.grid(year = c(before, after), study_group = c("programme", "comparison"), stringsAsFactors = FALSE)
  figures <- apply(rows, 1, function(row) {
    had <- as_yes(known[[row["year"]]][known$study_group == row["study_group"]])
    c(families = length(had), convicted = sum(had), wilson(sum(had), length(had)))
  })
  cbind(rows[c("study_group", "year")], t(figures))
}

# How much more the share fell on the programme than next to it; the two years of a family taken as independent.
change <- function(table) {
  sign <- ifelse(table$study_group == "programme", 1, -1) * ifelse(table$year == after, 1, -1)
  difference <- sum(sign * table$share)
  spread <- sqrt(sum(table$share * (1 - table$share) / table$families))
  difference + c(0, -1, 1) * qnorm(0.975) * spread
}

path <- commandArgs(trailingOnly = TRUE)[1]
table <- rates(read_outcomes(path))
write.csv(table, row.names = FALSE, quote = FALSE)
cat(do.call(sprintf, c("difference in differences: %+.3f (95%%: %+.3f to %+.3f)\n", as.list(change(table)))))
