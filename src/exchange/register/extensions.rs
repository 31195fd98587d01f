//! What a row says of extensions: the last extension date, or prose that is read into options.
//! A date stands against prose that says otherwise; prose that is not understood stays prose. Next: `between.rs`.

use super::columns::Column;
use super::doubt::Why;
use super::interpret::{self, Doubts};
use super::orders::DateOrder;
use super::rows::RegisterRow;
use crate::contracts::term::{ExtensionOption, ExtensionState, Extensions, Term, end_is_sentinel};
use crate::exchange::renewal::{self, InitialTerm, Offer, Reading};

/// Fills the last extension date, the options and their notice.
pub(super) fn fill(row: &mut RegisterRow, orders: &[DateOrder], doubts: &mut Doubts) {
    let date = interpret::dated(&row.raw, orders, Column::LastExtension);
    interpret::order_doubted(&row.raw, orders, doubts, Column::LastExtension);
    row.latest_ends_on = date.as_ref().and_then(|date| date.value);
    prose(row, doubts, Column::ExtensionOptions);
    match date.and_then(|date| date.why) {
        // "Extension Period" is the schema's title of the last extension date, so councils type one.
        Some(Why::DateUnreadable) if row.options.is_empty() => prose(row, doubts, Column::LastExtension),
        Some(why) => doubts.cell(&row.raw, Column::LastExtension, why),
        None => {}
    }
}

fn prose(row: &mut RegisterRow, doubts: &mut Doubts, column: Column) {
    let text = row.raw.trimmed(column);
    if text.is_empty() {
        return;
    }
    let reading = renewal::read(text, &initial(row));
    let made = told(&reading);
    let why = match reading.why {
        renewal::Why::Options if contradicts(row, &reading.options) => Why::RenewalOverruled,
        renewal::Why::Options => Why::RenewalRead,
        renewal::Why::NoOption | renewal::Why::NewContract => Why::RenewalNone,
        renewal::Why::NotUnderstood(_) if column == Column::LastExtension => Why::DateUnreadable,
        renewal::Why::NotUnderstood(_) => Why::RenewalNotUnderstood,
    };
    if why == Why::RenewalRead {
        (row.options, row.notice) = (reading.options, reading.notice);
    }
    doubts.made(&row.raw, column, why, made);
}

/// What was made of a text, as a sentence.
fn told(reading: &Reading) -> String {
    match reading.why {
        renewal::Why::Options => format!("Read as: {} ({}).", reading.made(), reading.confidence.as_str()),
        renewal::Why::NoOption => "Read as: no option.".to_owned(),
        renewal::Why::NewContract => "Read as: a new contract is let at the end.".to_owned(),
        renewal::Why::NotUnderstood(stopped) => format!("As text on extension, {}.", stopped.as_str()),
    }
}

/// The term that the options extend; an end that nobody can believe is none.
fn initial(row: &RegisterRow) -> InitialTerm {
    let end = row.ends_on.filter(|end| !end_is_sentinel(row.starts_on, *end));
    InitialTerm::between(row.starts_on, end)
}

/// Whether options end on another day than the register's last extension date.
fn contradicts(row: &RegisterRow, options: &[Offer]) -> bool {
    let Some(latest) = row.latest_ends_on else {
        return false;
    };
    let term = Term {
        starts_on: row.starts_on,
        initial_ends_on: row.ends_on,
        extensions: extensions(options),
        ..Term::default()
    };
    term.maximum_end() != Some(latest)
}

/// Options as a contract has them, none of them taken: a register does not say so.
pub(in crate::exchange) fn extensions(offers: &[Offer]) -> Extensions {
    let option = |(ordinal, offer): (u16, &Offer)| ExtensionOption {
        ordinal,
        length: offer.length,
        notice_by: None,
        state: ExtensionState::Available,
    };
    Extensions::new((1..).zip(offers).map(option).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::contracts::term::{Length, Period};
    use crate::exchange::register::tests::readings;
    use crate::exchange::register::{Reading, Why};

    fn one(line: &str) -> Reading {
        let header =
            "Title of the Agreement,Contract start date,End date,Last extension date,Extension options";
        readings(format!("{header}\n{line}\n").as_bytes()).remove(0)
    }

    fn said(reading: &Reading) -> (Vec<Length>, Vec<(Why, String)>) {
        let options = reading
            .register_row()
            .map(|row| row.options.iter().map(|o| o.length).collect());
        let doubts = reading.doubts().iter().map(|doubt| (doubt.why, doubt.sentence()));
        (options.unwrap_or_default(), doubts.collect())
    }

    #[test]
    fn prose_becomes_options_and_the_doubt_names_row_column_raw_value_and_what_was_made_of_it() {
        let reading = one("Vans,01/04/2024,31/03/2027,, Two further one-year options ");
        assert_eq!(said(&reading).0, [Length::Months(12), Length::Months(12)]);
        let doubt = &reading.doubts()[0];
        assert_eq!(
            (doubt.row, &*doubt.column, doubt.why),
            (2, "Extension options", Why::RenewalRead)
        );
        assert_eq!(doubt.raw, " Two further one-year options ");
        assert!(
            doubt
                .sentence()
                .ends_with("Read as: 12 months, then 12 months (sure)."),
            "{}",
            doubt.sentence()
        );
    }

    #[test]
    fn the_rows_own_end_is_what_options_to_a_date_start_from() {
        let reading = one("Vans,01/06/2024,31/05/2027,,extend annually until 31st May 2030");
        assert_eq!(said(&reading).0, [Length::Months(12); 3]);
        let placeholder = one("Vans,01/06/2024,31/12/2099,,extend annually until 31st May 2030");
        assert!(matches!(said(&placeholder).0.as_slice(), [Length::Until(_)]));
    }

    #[test]
    fn prose_typed_for_a_date_is_read_too_and_what_is_not_prose_stays_an_unreadable_date() {
        let reading = one("Vans,01/04/2024,31/03/2027,2 x 12 months,");
        assert_eq!(said(&reading).0, [Length::Months(12); 2]);
        assert_eq!(&*reading.doubts()[0].column, "Last extension date");
        let (options, doubts) = said(&one("Vans,01/04/2024,31/03/2027,soon,"));
        assert_eq!((options.len(), doubts[0].0), (0, Why::DateUnreadable));
    }

    #[test]
    fn the_last_extension_date_wins_unless_the_prose_ends_on_it() {
        let (options, doubts) = said(&one("Vans,01/04/2024,31/03/2027,31/03/2028,2 x 12 months"));
        assert_eq!((options.len(), doubts[0].0), (0, Why::RenewalOverruled));
        let (options, doubts) = said(&one("Vans,01/04/2024,31/03/2027,31/03/2029,2 x 12 months"));
        assert_eq!((options.len(), doubts[0].0), (2, Why::RenewalRead));
        let (options, doubts) = said(&one("Vans,01/04/2024,,31/03/2029,2 x 12 months"));
        assert!(options.is_empty() && doubts.iter().any(|(why, _)| *why == Why::RenewalOverruled));
    }

    #[test]
    fn what_is_not_understood_says_what_stopped_it_and_a_new_contract_is_no_option() {
        let (options, doubts) = said(&one("Vans,01/04/2024,31/03/2027,,12 or 24 months"));
        assert_eq!((options.len(), doubts[0].0), (0, Why::RenewalNotUnderstood));
        assert!(
            doubts[0].1.contains("several lengths to choose from"),
            "{}",
            doubts[0].1
        );
        let (options, doubts) = said(&one(
            "Vans,01/04/2024,31/03/2027,,Contract will be renewed at end of contract period",
        ));
        assert_eq!((options.len(), doubts[0].0), (0, Why::RenewalNone));
    }

    #[test]
    fn an_end_that_may_count_the_options_in_offers_none_and_says_so() {
        for text in [
            "3 years + 2 year extension",
            "3+1+1",
            "3 years with 2 x 12 month extensions",
        ] {
            let (options, doubts) = said(&one(&format!("Vans,01/04/2020,31/03/2025,,{text}")));
            assert_eq!((options.len(), doubts[0].0), (0, Why::RenewalNotUnderstood));
            let told = "the term may count its extensions in already";
            assert!(doubts[0].1.contains(told), "{}", doubts[0].1);
        }
    }

    #[test]
    fn notice_that_the_prose_asks_for_is_kept() {
        let reading =
            one("Vans,01/04/2024,31/03/2027,,\"one further year, on three months' written notice\"");
        let notice = reading.register_row().and_then(|row| row.notice);
        assert_eq!(notice, Some(Period::Months(3)));
    }
}
