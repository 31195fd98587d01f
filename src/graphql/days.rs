//! Days that clients ask about.

use crate::runtime::App;
use async_graphql::{Error, ErrorExtensions, Result};
use chrono::{Datelike, NaiveDate};

/// Within these nothing overflows, and both databases compare days alike.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2300;

/// The day that was asked about; today in London, if none was.
pub(super) fn asked(app: &App, day: Option<NaiveDate>) -> Result<NaiveDate> {
    let day = day.unwrap_or_else(|| app.clock.today());
    if YEARS.contains(&day.year()) {
        return Ok(day);
    }
    let error = Error::new(format!("{day} is not a day of the years 1900 to 2300"));
    Err(error.extend_with(|_, e| e.set("code", "BAD_FILTER")))
}
