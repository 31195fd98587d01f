//! The reader against a real register: Norfolk County Council, March 2015 (`../shared/data`, not in the repository).
//! Every number here was first counted another way, by this Python, and only then asserted:
//!
//! ```text
//! import csv, re, collections as C, datetime as D
//! rows = list(csv.DictReader(open('norfolk-2015-03.csv', encoding='utf-8', newline='')))
//! def d(s):
//!     for f in ('%d/%m/%Y', '%d-%b-%Y'):
//!         try: return D.datetime.strptime(s, f).date()
//!         except ValueError: pass
//! s, e, r, x = ([d(row[k].strip()) for row in rows] for k in ('Contract start date', 'End date', 'Review date', 'Last extension date'))
//! pairs = [(a, b) for a, b in zip(e, x) if a and b]
//! print(len(rows), sum(map(bool, e)), sum(not a and not b for a, b in zip(e, x)))                   # 5729 4186 1301
//! print(sum(b < a for a, b in pairs), sum(b > a for a, b in pairs), sum(a == b for a, b in pairs))  # 59 1342 2733
//! print(sum(bool(a) and a == b for a, b in zip(r, e)), sum(map(bool, r)))                           # 2290 2290
//! print(C.Counter((a.month, a.day) for a in e if a).most_common(2), sum(a.weekday() > 4 for a in e if a))  # 1321 931 843
//! print(sum(a.year >= 2049 for a in e if a), sum(a.year >= 2049 for a in x if a))                   # 65 134
//! refs = C.Counter(row['Contract Reference number / ID'].strip() for row in rows)
//! print(refs.pop(''), sum(n > 1 for n in refs.values()), sum(n for n in refs.values() if n > 1))    # 696 123 326
//! same = C.Counter(tuple(v.strip() for v in row.values()) for row in rows)
//! print(sum(n - 1 for n in same.values()))                                                          # 28
//! numbers = [row['Supplier registered company number'] for row in rows]
//! print(C.Counter(re.sub('[a-z]', 'a', re.sub('[A-Z]', 'A', re.sub(r'\d', '9', n))) for n in numbers))
//! # blank 4707, 9999999 437, aa/99999999 402, 999999 148, AA99999A 19, AA999999 9, aa/AA999999 5, 99999 2
//! values = [row['Contract value'] for row in rows]
//! print(values.count(''), values.count('0'), sum(v.startswith('(') for v in values))                # 1133 157 6
//! ```
//!
//! (`Decimal` gave the sum of the values; the same rules written again in Python gave 3,142 rows with doubts.)

use std::collections::HashSet;
use std::path::Path;

use chrono::{Datelike, Weekday};

use super::*;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/registers/norfolk-2015-03.csv"
);

/// The file, or nothing where it is not at hand. In CI it must be.
pub(super) fn norfolk() -> Option<Vec<u8>> {
    if Path::new(FILE).exists() {
        return Some(std::fs::read(FILE).unwrap());
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{FILE} is not here, and CI must have it"
    );
    println!("skipped: ../shared/data is not here");
    None
}

fn rows_of(bytes: &[u8]) -> Vec<RegisterRow> {
    let readings = read(bytes).unwrap();
    readings
        .map(|reading| reading.unwrap().register_row().unwrap().clone())
        .collect()
}

fn count(rows: &[RegisterRow], is: impl Fn(&RegisterRow) -> bool) -> usize {
    rows.iter().filter(|row| is(row)).count()
}

#[test]
fn norfolks_start_dates_are_read_in_both_formats() {
    let Some(bytes) = norfolk() else { return };
    let rows = rows_of(&bytes);
    assert_eq!(rows.len(), 5_729);
    let raw = |row: &RegisterRow| row.raw.get(Column::StartDate).to_owned();
    assert_eq!(
        count(&rows, |row| raw(row).contains('-') && row.starts_on.is_some()),
        3_039
    );
    assert_eq!(
        count(&rows, |row| raw(row).contains('/') && row.starts_on.is_some()),
        2_290
    );
    assert_eq!(
        count(&rows, |row| raw(row).is_empty() && row.starts_on.is_none()),
        400
    );
}

#[test]
fn norfolks_ends_fall_where_they_were_counted() {
    let Some(bytes) = norfolk() else { return };
    let rows = rows_of(&bytes);
    let ends: Vec<_> = rows.iter().filter_map(|row| row.ends_on).collect();
    let on = |month, day| {
        ends.iter()
            .filter(|end| (end.month(), end.day()) == (month, day))
            .count()
    };
    let weekend = ends
        .iter()
        .filter(|end| matches!(end.weekday(), Weekday::Sat | Weekday::Sun))
        .count();
    assert_eq!(
        (ends.len(), on(3, 31), on(7, 31), weekend),
        (4_186, 1_321, 931, 843)
    );
    assert_eq!(ends.iter().filter(|end| end.year() == 2050).count(), 65);
}

#[test]
fn norfolks_extensions_and_reviews_stand_as_counted_to_the_end() {
    let Some(bytes) = norfolk() else { return };
    let rows = rows_of(&bytes);
    assert_eq!(count(&rows, |row| row.ends_on.is_none()), 1_543);
    assert_eq!(
        count(&rows, |row| row.ends_on.is_none() && row.latest_ends_on.is_none()),
        1_301
    );
    let both = |row: &RegisterRow| row.latest_ends_on.zip(row.ends_on);
    assert_eq!(
        count(&rows, |row| both(row).is_some_and(|(latest, end)| latest < end)),
        59
    );
    assert_eq!(
        count(&rows, |row| both(row).is_some_and(|(latest, end)| latest > end)),
        1_342
    );
    assert_eq!(
        count(&rows, |row| both(row).is_some_and(|(latest, end)| latest == end)),
        2_733
    );
    assert_eq!(count(&rows, |row| row.review_on.is_some()), 2_290);
    assert_eq!(
        count(&rows, |row| row.review_on.is_some()
            && row.review_on == row.ends_on),
        2_290
    );
    assert_eq!(
        count(&rows, |row| row
            .latest_ends_on
            .is_some_and(|latest| latest.year() == 2099)),
        69
    );
}

#[test]
fn norfolks_values_add_up_to_the_penny() {
    let Some(bytes) = norfolk() else { return };
    let rows = rows_of(&bytes);
    assert_eq!(
        rows.iter().filter_map(|row| row.value_pence).sum::<i64>(),
        397_210_539_412
    );
    assert_eq!(count(&rows, |row| row.value_pence.is_none()), 1_133);
    assert_eq!(count(&rows, |row| row.value_pence == Some(0)), 157);
    assert_eq!(
        count(&rows, |row| row.value_pence.is_some_and(|pence| pence < 0)),
        6
    );
    assert_eq!(count(&rows, |row| row.estimated == Some(true)), 2_290 + 615);
}

#[test]
fn norfolks_suppliers_get_well_formed_numbers() {
    let Some(bytes) = norfolk() else { return };
    let rows = rows_of(&bytes);
    let number = |row: &RegisterRow| row.companies_house.clone();
    assert_eq!(count(&rows, |row| number(row).is_some()), 1_003);
    assert_eq!(
        count(&rows, |row| number(row)
            .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))),
        989
    );
    let lettered = |prefix| count(&rows, |row| number(row).is_some_and(|n| n.starts_with(prefix)));
    assert_eq!(["SC", "OC", "NI", "FC"].map(lettered), [6, 5, 2, 1]);
    assert!(rows.iter().filter_map(number).all(|number| number.len() == 8));
    assert_eq!(
        count(&rows, |row| row.companies_house.as_deref() == Some("00928555")),
        112
    );
    assert_eq!(count(&rows, |row| row.organisation_name.is_none()), 355);
    assert_eq!(
        (
            count(&rows, |row| row.sme.is_some()),
            count(&rows, |row| row.vcse == Some(true))
        ),
        (0, 552)
    );
}

#[test]
fn norfolks_doubts_are_as_many_as_counted() {
    let Some(bytes) = norfolk() else { return };
    let reader = read(&bytes).unwrap();
    let mut report = Report::new(reader.source());
    reader.for_each(|reading| report.add(&reading.unwrap()));
    assert_eq!(
        (report.rows, report.accepted, report.doubtful, report.held),
        (5_729, 2_587, 3_142, 0)
    );
    let expected = [
        (Why::ReferenceBlank, 696),
        (Why::ReferenceRepeated, 326),
        (Why::RowRepeated, 28),
        (Why::StartBlank, 400),
        (Why::EndUnknown, 1_301),
        (Why::EndBlank, 242),
        (Why::FarFutureEnd, 65 + 65 + 69),
        (Why::LastExtensionBeforeEnd, 59),
        (Why::ValueBlank, 1_133),
        (Why::ValueZero, 157),
        (Why::ValueNegative, 6),
        (Why::CompanyNumberForm, 19),
    ];
    for (why, number) in expected {
        assert_eq!(report.count(why), number, "{}", why.code());
    }
    assert_eq!(report.doubts().len(), 4_566, "and no others");
    println!("{}", report.summary());
}

#[test]
fn norfolks_repeated_references_each_name_the_other_rows() {
    let Some(bytes) = norfolk() else { return };
    let (mut references, mut rows) = (HashSet::new(), 0);
    for reading in read(&bytes).unwrap().map(Result::unwrap) {
        for doubt in reading
            .doubts()
            .iter()
            .filter(|doubt| doubt.why == Why::ReferenceRepeated)
        {
            assert!(!doubt.others.is_empty() && !doubt.others.contains(&doubt.row));
            references.insert(doubt.raw.clone());
            rows += 1;
        }
    }
    assert_eq!((references.len(), rows), (123, 326));
}

#[test]
fn norfolks_rows_each_have_a_key_of_their_own_on_every_reading() {
    let Some(bytes) = norfolk() else { return };
    let keys = || {
        rows_of(&bytes)
            .into_iter()
            .map(|row| (row.row_key, row.content_digest))
            .collect::<Vec<_>>()
    };
    let once = keys();
    assert_eq!(
        once.iter().map(|(key, _)| key).collect::<HashSet<_>>().len(),
        5_729
    );
    assert_eq!(
        once.iter().filter(|(key, _)| key.starts_with("r:")).count(),
        5_729 - 696 - 326
    );
    assert_eq!(once, keys());
}
