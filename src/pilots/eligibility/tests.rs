//! Who may bid, case by case and over random profiles.

use super::*;
use crate::councils::facts::Region;
use chrono::{Duration, Months};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const TODAY: &str = "2026-01-15";

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

fn norfolk() -> &'static Council {
    directory().find("norfolk").unwrap()
}

/// A supplier that may bid for everything in Norfolk.
fn model() -> Supplier {
    Supplier {
        id: Uuid::from_u128(1),
        name: "Tidebell".into(),
        companies_house: None,
        charity: None,
        size: Some(Size::Small),
        staff: Some(24),
        turnover_pence: None,
        balance_sheet_pence: None,
        size_confirmed_on: Some(today()),
        vcse: Some(true),
        town: None,
        address: Some("1 Market Place".into()),
        postcode: Some("ZZ99 3WZ".into()),
        country: Some("GB".into()),
        region: Some(Region::EastOfEngland),
        website: None,
        summary: None,
        version: 1,
    }
}

/// The codes that are found, those that do not block in brackets.
fn codes(reservation: Reservation, supplier: &Supplier) -> Vec<String> {
    let found = judge(reservation, norfolk(), supplier, today());
    let written = |reason: &Reason| match reason.blocks {
        true => format!("{:?}", reason.code),
        false => format!("({:?})", reason.code),
    };
    found.reasons.iter().map(written).collect()
}

#[test]
fn who_says_everything_may_bid_for_everything_and_who_says_nothing_for_what_is_not_reserved() {
    let silent = Supplier {
        size: None,
        staff: None,
        size_confirmed_on: None,
        vcse: None,
        address: None,
        country: None,
        region: None,
        ..model()
    };
    for reservation in Reservation::ALL {
        assert_eq!(codes(*reservation, &model()), [""; 0], "{reservation:?}");
        let of_silent = judge(*reservation, norfolk(), &silent, today());
        assert_eq!(
            of_silent.may_bid(),
            *reservation == Reservation::None,
            "{reservation:?}"
        );
    }
}

#[test]
fn each_reason_is_told_where_it_holds() {
    use Reservation::{Local, Sme, Vcse};
    let base = model();
    let old = today() - Months::new(14);
    let cases = [
        (
            Sme,
            Supplier {
                size: None,
                ..base.clone()
            },
            vec!["SizeNotStated"],
        ),
        (
            Sme,
            Supplier {
                size: Some(Size::Large),
                ..base.clone()
            },
            vec!["TooLarge"],
        ),
        (
            Sme,
            Supplier {
                size_confirmed_on: None,
                ..base.clone()
            },
            vec!["SizeNeverConfirmed"],
        ),
        (
            Sme,
            Supplier {
                size_confirmed_on: Some(old),
                ..base.clone()
            },
            vec!["SizeOutOfDate"],
        ),
        (
            Sme,
            Supplier {
                staff: None,
                ..base.clone()
            },
            vec!["(SizeWithoutStaff)"],
        ),
        (
            Sme,
            Supplier {
                size: Some(Size::Large),
                staff: None,
                size_confirmed_on: None,
                ..base.clone()
            },
            vec!["TooLarge", "SizeNeverConfirmed"],
        ),
        (
            Sme,
            Supplier {
                staff: None,
                size_confirmed_on: Some(old),
                ..base.clone()
            },
            vec!["SizeOutOfDate", "(SizeWithoutStaff)"],
        ),
        (
            Vcse,
            Supplier {
                vcse: None,
                ..base.clone()
            },
            vec!["NotVcse"],
        ),
        (
            Vcse,
            Supplier {
                vcse: Some(false),
                ..base.clone()
            },
            vec!["NotVcse"],
        ),
        (
            Local,
            Supplier {
                address: None,
                ..base.clone()
            },
            vec!["NoAddress"],
        ),
        (
            Local,
            Supplier {
                country: Some("IE".into()),
                ..base.clone()
            },
            vec!["OutsideUk"],
        ),
        (
            Local,
            Supplier {
                region: None,
                ..base.clone()
            },
            vec!["(RegionNotStated)"],
        ),
        (
            Local,
            Supplier {
                region: Some(Region::Wales),
                ..base.clone()
            },
            vec!["(OtherRegion)"],
        ),
    ];
    for (reservation, supplier, expected) in cases {
        assert_eq!(
            codes(reservation, &supplier),
            expected,
            "{reservation:?} {supplier:?}"
        );
    }
}

#[test]
fn an_old_confirmation_says_how_old_and_what_to_do() {
    let said = |on: &str| {
        let supplier = Supplier {
            size_confirmed_on: Some(on.parse().unwrap()),
            ..model()
        };
        let found = judge(Reservation::Sme, norfolk(), &supplier, today());
        found.reasons.first().map(|reason| reason.sentence.clone())
    };
    assert_eq!(said("2025-01-15"), None, "twelve months to the day");
    let expected = "your size was confirmed over 12 months ago: confirm it again";
    assert_eq!(said("2025-01-14").as_deref(), Some(expected));
    let expected = "your size was confirmed 14 months ago: confirm it again";
    assert_eq!(said("2024-11-10").as_deref(), Some(expected));
}

fn any_supplier() -> impl Strategy<Value = Supplier> {
    let sizes = option::of(select(Size::ALL));
    let regions = option::of(select(Region::ALL));
    let countries = option::of(select(vec!["GB", "IE"]));
    let says = (
        sizes,
        option::of(0..400_i32),
        option::of(0..900_i64),
        option::of(any::<bool>()),
    );
    (says, any::<bool>(), countries, regions).prop_map(
        |((size, staff, days, vcse), address, country, region)| Supplier {
            size,
            staff,
            size_confirmed_on: days.map(|days| today() - Duration::days(days)),
            vcse,
            address: address.then(|| "1 Market Place".into()),
            country: country.map(str::to_owned),
            region,
            ..model()
        },
    )
}

/// Whether a supplier may bid, said again in other words.
fn may_bid_by_hand(reservation: Reservation, supplier: &Supplier) -> bool {
    let size = matches!(supplier.size, Some(Size::Micro | Size::Small | Size::Medium));
    let fresh = supplier
        .size_confirmed_on
        .is_some_and(|on| on >= "2025-01-15".parse().unwrap());
    let uk = supplier.address.is_some() && supplier.country.as_deref() == Some("GB");
    match reservation {
        Reservation::None => true,
        Reservation::Sme => size && fresh,
        Reservation::Vcse => supplier.vcse.unwrap_or(false),
        Reservation::Local => uk,
    }
}

proptest! {
    #[test]
    fn the_answer_is_yes_exactly_when_nothing_blocks(supplier in any_supplier()) {
        for reservation in Reservation::ALL {
            let found = judge(*reservation, norfolk(), &supplier, today());
            prop_assert_eq!(found.may_bid(), may_bid_by_hand(*reservation, &supplier));
            let blocking = found.reasons.iter().take_while(|reason| reason.blocks).count();
            prop_assert_eq!(blocking, found.blocking().count(), "what blocks comes first");
            for (at, reason) in found.reasons.iter().enumerate() {
                prop_assert!(reason.sentence.len() > 20);
                prop_assert!(found.reasons[at + 1..].iter().all(|other| other.code != reason.code));
            }
        }
    }

    #[test]
    fn what_only_time_spoils_is_mended_by_confirming(supplier in any_supplier(), later in 0..2_000_i64) {
        let day = today() + Duration::days(later);
        let confirmed = Supplier { size_confirmed_on: Some(day), ..supplier.clone() };
        let spoils = |code: Code| matches!(code, Code::SizeNeverConfirmed | Code::SizeOutOfDate);
        for reservation in Reservation::ALL {
            let before = judge(*reservation, norfolk(), &supplier, day);
            let after = judge(*reservation, norfolk(), &confirmed, day);
            let left: Vec<_> = before.reasons.into_iter().filter(|reason| !spoils(reason.code)).collect();
            prop_assert_eq!(after.reasons, left);
        }
    }
}
