//! A small table of our own, with figures that are easy to reckon with.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn entry(rule: Rule, nation: Option<Nation>, amount: Option<i64>, from: &str, to: Option<&str>) -> Entry {
    let said = Said {
        rule,
        nation,
        amount,
        with_vat: rule.has_amount() && rule != Rule::VatStandardRate,
        from_on: on(from),
        to_on: to.map(on),
        source: "An Act".into(),
    };
    Entry {
        id: Uuid::nil(),
        said,
        version: 1,
    }
}

/// Thresholds of 120 pounds and then 60, with VAT of a fifth; reservation in England from 4 February 2026.
fn book() -> Book {
    let england = Some(Nation::England);
    Book::new(vec![
        entry(
            Rule::GoodsAndServicesThreshold,
            england,
            Some(12_000),
            "2025-02-24",
            Some("2026-06-30"),
        ),
        entry(
            Rule::GoodsAndServicesThreshold,
            england,
            Some(6_000),
            "2026-07-01",
            None,
        ),
        entry(Rule::NotifiableFrom, england, Some(3_000), "2025-02-24", None),
        entry(Rule::VatStandardRate, None, Some(2_000), "2011-01-04", None),
        entry(Rule::ReserveSme, england, None, "2026-02-04", None),
    ])
}

fn contract(value_pence: i64, day: &str, nation: Nation) -> Contract {
    Contract {
        nation,
        on: on(day),
        category: Category::GoodsAndServices,
        value_pence,
        reserved: Some((Rule::ReserveSme, "small and medium enterprises")),
    }
}

fn says(value_pence: i64, day: &str, nation: Nation) -> Guidance {
    book().guidance(&contract(value_pence, day, nation))
}

#[test]
fn the_value_counts_vat_where_the_figure_does_and_the_threshold_itself_is_above() {
    // 9,999 pence and a fifth are 11,998.8: rounded up, and below 12,000; 10,000 and a fifth are 12,000.
    let below = says(9_999, "2026-03-01", Nation::England);
    assert_eq!(
        (below.estimated_pence, below.below_threshold),
        (Some(11_999), Some(true))
    );
    let because = below.lawful_because.unwrap();
    for part in [
        "small and medium enterprises",
        "4 February 2026",
        "with VAT",
        "24 February 2025",
        "An Act",
        "1 March 2026",
    ] {
        assert!(because.contains(part), "{part} in {because}");
    }
    let at = says(10_000, "2026-03-01", Nation::England);
    assert_eq!(
        (at.estimated_pence, at.below_threshold),
        (Some(12_000), Some(false))
    );
    assert_eq!((at.lawful_because, at.against.len()), (None, 1));
    // From July the threshold is half of that: the day decides.
    assert_eq!(
        says(9_999, "2026-06-30", Nation::England).below_threshold,
        Some(true)
    );
    assert_eq!(
        says(9_999, "2026-07-01", Nation::England).below_threshold,
        Some(false)
    );
}

#[test]
fn notices_are_due_from_the_figure_on_with_vat() {
    let notifiable = |pence| says(pence, "2026-03-01", Nation::England).notifiable;
    // 2,499 and a fifth are 2,998.8; 2,500 and a fifth are 3,000.
    assert_eq!([notifiable(2_499), notifiable(2_500)], [Some(false), Some(true)]);
}

#[test]
fn nothing_is_reserved_before_its_rule_is_in_force_nor_where_it_is_not() {
    let early = says(100, "2026-02-03", Nation::England);
    assert!(early.against[0].contains("from 4 February 2026"), "{early:?}");
    assert_eq!(early.against.len(), 1, "it is below the threshold");
    assert!(says(100, "2026-02-04", Nation::England).against.is_empty());
    let elsewhere = says(100, "2026-03-01", Nation::Scotland);
    assert_eq!(
        elsewhere.against.len(),
        2,
        "neither a rule nor a threshold: {elsewhere:?}"
    );
    assert_eq!(
        (elsewhere.below_threshold, elsewhere.notifiable),
        (None, None),
        "unknown is not allowed"
    );
    let open = Contract {
        reserved: None,
        ..contract(100, "2026-02-03", Nation::Scotland)
    };
    let open = book().guidance(&open);
    assert_eq!(
        (open.against.len(), open.lawful_because),
        (0, None),
        "nothing is reserved"
    );
}

#[test]
fn a_rule_of_the_nation_goes_before_one_of_every_nation() {
    let mut entries = book().0;
    entries.push(entry(
        Rule::VatStandardRate,
        Some(Nation::England),
        Some(1_000),
        "2026-01-01",
        None,
    ));
    let book = Book::new(entries);
    let rate = |nation| {
        book.in_force(Rule::VatStandardRate, nation, on("2026-03-01"))
            .unwrap()
            .said
            .amount
    };
    assert_eq!(
        (rate(Nation::England), rate(Nation::Wales)),
        (Some(1_000), Some(2_000))
    );
}

#[test]
fn an_entry_that_makes_no_sense_is_refused_at_its_fields() {
    let england = Some(Nation::England);
    let paths = |said: &Entry| -> Vec<String> {
        let refusals = check(&said.said, book().0.iter()).into_refusals();
        refusals.into_iter().map(|refusal| refusal.path).collect()
    };
    let first = entry(
        Rule::NotifiableFrom,
        england,
        Some(1),
        "2020-01-01",
        Some("2025-02-23"),
    );
    assert_eq!(
        paths(&first),
        Vec::<String>::new(),
        "it ends the day before the other begins"
    );
    let mut wrong = entry(
        Rule::NotifiableFrom,
        england,
        None,
        "2025-02-24",
        Some("2025-02-23"),
    );
    wrong.said.source = " ".into();
    assert_eq!(paths(&wrong), ["amount", "toOn", "source"]);
    let amount = entry(Rule::ReserveLocal, england, Some(1), "2026-01-01", None);
    assert_eq!(paths(&amount), ["amount"], "it only is in force");
    let twice = entry(
        Rule::NotifiableFrom,
        england,
        Some(1),
        "2020-01-01",
        Some("2025-02-24"),
    );
    assert_eq!(paths(&twice), ["fromOn"], "both on 24 February 2025");
    let elsewhere = entry(
        Rule::NotifiableFrom,
        Some(Nation::Wales),
        Some(1),
        "2020-01-01",
        None,
    );
    assert_eq!(paths(&elsewhere), Vec::<String>::new());
}

proptest! {
    #[test]
    fn what_is_reserved_lawfully_stays_so_at_a_lower_value(
        value in 1_i64..20_000, less in 1_i64..20_000, days in 0_u64..400,
    ) {
        let day = on("2026-01-01").checked_add_days(chrono::Days::new(days)).unwrap();
        let of = |value_pence| Contract { on: day, ..contract(value_pence, "2026-01-01", Nation::England) };
        let (dear, cheap) = (book().guidance(&of(value)), book().guidance(&of(value.min(less))));
        prop_assert!(dear.lawful_because.is_none() || cheap.lawful_because.is_some());
        prop_assert_eq!(dear.against.is_empty(), dear.lawful_because.is_some(), "one or the other");
        prop_assert!(dear.notifiable == Some(true) || cheap.notifiable == Some(false));
    }
}
