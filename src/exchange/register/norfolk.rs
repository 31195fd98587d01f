//! A real register, Norfolk's of March 2015, against counts worked out by another road.
//!
//! With `R = list(csv.DictReader(open(FILE, encoding="utf-8")))`, `g = lambda r, k: r[k].strip()` and `d` trying
//! `strptime` with `%d-%b-%Y` and `%d/%m/%Y`, each number is one `sum(1 for r in R if ...)`: for example
//! `re.match(r"\d\d-[A-Z]", g(r, "Contract start date"))`, `not g(r, "End date") and not g(r, "Last extension
//! date")`, `d(extension) < d(end)`, `g(r, "Contract value").startswith("(")`.

use super::{Reading, Register, Why, read, report::Report};
use chrono::Datelike;

fn norfolk() -> Option<Register> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/registers/norfolk-2015-03.csv"
    );
    match std::fs::read(path) {
        Ok(bytes) => Some(read(&bytes).unwrap()),
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "{path} must be here in CI");
            println!("skipped: ../shared/data is not here");
            None
        }
    }
}

#[test]
fn every_row_of_norfolks_register_is_taken_and_its_doubts_are_counted() {
    let Some(register) = norfolk() else { return };
    let report = Report::of(&register.readings);
    assert_eq!((report.rows, report.held), (5729, 0));
    let count = |why| report.whys.get(&why).copied().unwrap_or(0);
    assert_eq!(count(Why::EndUnknown), 1301, "neither end nor last extension");
    assert_eq!(
        count(Why::OnlyLastExtension),
        242,
        "1,543 blank ends, of which 1,301 have no extension either"
    );
    assert_eq!(count(Why::ExtensionBeforeEnd), 59);
    assert_eq!(count(Why::NoReference), 696);
    assert_eq!(count(Why::RepeatedReference), 326, "123 references over 326 rows");
    assert_eq!(
        count(Why::RepeatedRow),
        28,
        "rows that are the same in every cell as an earlier one"
    );
    assert_eq!(count(Why::Negative), 6, "bracketed");
    assert_eq!((count(Why::NoValue), count(Why::ZeroValue)), (1133, 157));
    assert_eq!(count(Why::FarFuture), 199, "cells of 2050 (130) and 2099 (69)");
    assert_eq!((count(Why::NotADate), count(Why::EndBeforeStart)), (0, 0));
    assert_eq!(count(Why::NotACompanyNumber), 19, "all of the form IP12345R");
}

#[test]
fn dates_and_money_of_norfolks_register_are_read_whole() {
    let Some(register) = norfolk() else { return };
    let rows: Vec<_> = register.readings.iter().filter_map(Reading::row).collect();
    let ends = |month, day| {
        let dated = rows.iter().filter(|row| !row.cells[17].trim().is_empty());
        dated
            .filter_map(|row| row.ends_on)
            .filter(|end| (end.month(), end.day()) == (month, day))
            .count()
    };
    assert_eq!((ends(3, 31), ends(7, 31)), (1321, 931));
    assert_eq!(
        rows.iter().filter(|row| row.starts_on.is_some()).count(),
        3039 + 2290,
        "two forms of date"
    );
    assert_eq!(
        rows.iter().filter(|row| row.latest_ends_on > row.ends_on).count(),
        1342
    );
    let sum: i64 = rows.iter().filter_map(|row| row.value_pence).map(i64::abs).sum();
    assert_eq!(sum, 397_269_559_612, "pence, negatives counted as positives");
    let keys: std::collections::HashSet<_> = rows.iter().map(|row| &row.key).collect();
    assert_eq!(keys.len(), 5729, "no two rows are taken for one contract");
}
