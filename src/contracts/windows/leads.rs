//! How long before a date each step has to begin: a council's policy, and one contract's own.
//! Numbers only; which date they count from is `windows.rs`. Working days come from the caller.

use chrono::NaiveDate;

/// Writes each lead time once for the policy, its default and a contract's override.
macro_rules! lead_times {
    ($($(#[$doc:meta])* $field:ident = $default:literal,)*) => {
        /// A council's policy. Calendar days unless the name says working days.
        /// Defaults are starting points to be set by each council, not law.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct LeadTimes { $($(#[$doc])* pub $field: u16,)* }

        impl Default for LeadTimes {
            fn default() -> Self { Self { $($field: $default,)* } }
        }

        /// What one contract says instead of its council's policy, or a council instead of the defaults.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct LeadTimeOverrides {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<u16>,)*
            /// A planned procurement notice (UK3) is out and shortens the tender period.
            #[serde(skip)]
            pub planned_notice: bool,
        }

        impl LeadTimeOverrides {
            /// Every lead by name, with its days where it has its own.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, Option<u16>)> {
                [$((stringify!($field), self.$field)),*].into_iter()
            }
        }

        impl LeadTimes {
            /// The policy as it holds for one contract. A tender period set on the contract itself
            /// goes before the one that a planned notice allows.
            #[must_use]
            pub fn overridden_by(self, own: &LeadTimeOverrides) -> Self {
                let mut leads = Self { $($field: own.$field.unwrap_or(self.$field),)* };
                if own.planned_notice && own.tender_days.is_none() {
                    leads.tender_days = leads.tender_days.min(leads.planned_tender_days);
                }
                leads
            }
        }
    };
}

lead_times! {
    /// Review opens so long before the review date: one quarter, the rhythm of contract boards.
    review_lead_days = 90,
    /// Extension decision and notice open so long before they close: 28 days' notice of a key
    /// decision, a monthly committee cycle, call-in, and a month to read the contract.
    decision_lead_days = 90,
    /// Market engagement opens so long before the last safe start: three months before preparation.
    engagement_lead_days = 270,
    /// Re-procurement opens so long before the last safe start: half a year for the business case,
    /// consultation, specification and approval.
    preparation_lead_days = 180,
    /// Expiry opens so long before the current end: the half year that expiry lists look ahead.
    expiry_lead_days = 180,
    /// From the new contract's signature to its first day: a quarter, staff transfer included.
    mobilisation_days = 90,
    /// From the tender deadline to the award notice: six weeks.
    evaluation_days = 42,
    /// From the tender notice to its deadline (product.md, "last safe start").
    tender_days = 25,
    /// The same after a planned procurement notice (product.md).
    planned_tender_days = 10,
    /// Between award and signature (product.md: 8 working days).
    standstill_working_days = 8,
    /// Notice assumed where a contract states none: three months.
    notice_period_days = 90,
}

/// The working days of a council's nation.
pub trait WorkingDays {
    /// Neither a weekend nor a bank holiday.
    fn is_working_day(&self, date: NaiveDate) -> bool;

    /// The `n`th working day before `date`, which itself is not counted; `date` for none.
    fn sub_working_days(&self, date: NaiveDate, n: u16) -> NaiveDate {
        let Some(skipped) = n.checked_sub(1) else {
            return date;
        };
        let earlier = date.iter_days().rev().skip(1);
        let mut working = earlier.filter(|day| self.is_working_day(*day));
        working.nth(skipped.into()).unwrap_or(NaiveDate::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::super::last_safe_start;
    use super::super::tests::{EnglishEnough, day};
    use super::*;

    #[test]
    fn working_days_step_over_weekends_and_holidays() {
        for (from, days, expected) in [
            ("2025-12-31", 0, "2025-12-31"),
            ("2025-12-31", 1, "2025-12-30"),
            ("2025-12-31", 8, "2025-12-17"),
            ("2025-12-28", 1, "2025-12-24"),
        ] {
            assert_eq!(
                EnglishEnough.sub_working_days(day(from), days),
                day(expected),
                "{from}"
            );
        }
    }

    #[test]
    fn the_last_safe_start_leaves_time_for_every_step() {
        // 90 days of mobilisation to 31 December, 8 working days over Christmas to 17 December,
        // 42 days of evaluation to 5 November, 25 days of tender to 11 October.
        let last = |leads: &LeadTimes| last_safe_start(day("2026-03-31"), leads, &EnglishEnough);
        let policy = LeadTimes::default();
        assert_eq!(last(&policy), day("2025-10-11"));
        let planned = LeadTimeOverrides {
            planned_notice: true,
            ..LeadTimeOverrides::default()
        };
        assert_eq!(last(&policy.overridden_by(&planned)), day("2025-10-26"));
        let own = LeadTimeOverrides {
            tender_days: Some(35),
            ..planned
        };
        assert_eq!(last(&policy.overridden_by(&own)), day("2025-10-01"));
    }

    #[test]
    fn an_override_changes_its_own_lead_and_no_other() {
        let own = LeadTimeOverrides {
            expiry_lead_days: Some(30),
            ..LeadTimeOverrides::default()
        };
        let expected = LeadTimes {
            expiry_lead_days: 30,
            ..LeadTimes::default()
        };
        assert_eq!(LeadTimes::default().overridden_by(&own), expected);
    }

    #[test]
    fn leads_stop_at_the_edge_of_the_calendar() {
        let edge = NaiveDate::MIN;
        let leads = LeadTimes::default();
        assert_eq!(last_safe_start(edge, &leads, &EnglishEnough), edge);
    }
}
