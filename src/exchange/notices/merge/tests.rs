use super::*;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

pub(crate) fn release(value: Json) -> (Release, [u8; 32]) {
    let digest = Sha256::digest(value.to_string()).into();
    (serde_json::from_value(value).unwrap(), digest)
}

fn process(releases: &[Json]) -> Process {
    merged(releases.iter().cloned().map(release).collect())
}

fn status<'a>(process: &'a Process, award: &str) -> Option<&'a str> {
    let mut awards = process.said.awards.iter();
    awards
        .find(|one| one.id.as_deref() == Some(award))?
        .status
        .as_deref()
}

#[test]
fn what_is_later_replaces_and_what_it_leaves_out_stands() {
    let merged = process(&[
        json!({ "id": "2", "date": "2025-02-01", "awards": [{ "id": "a", "value": { "amount": 7 } }, { "id": "b" }] }),
        json!({ "id": "1", "date": "2025-01-01", "tender": { "title": "T" }, "awards": [{ "id": "a", "title": "A",
            "value": { "amount": 5, "currency": "GBP" }, "suppliers": [{ "id": "1" }, { "id": "2" }] }] }),
        json!({ "id": "3", "date": "2025-03-01", "tender": null, "awards": [{ "id": "a", "suppliers": [{ "id": "2" }] }] }),
    ]);
    let tender = merged.said.tender.as_ref().unwrap();
    assert_eq!(tender.title.as_deref(), Some("T"), "a null takes nothing away");
    let award = &merged.said.awards[0];
    assert_eq!((award.title.as_deref(), merged.said.awards.len()), (Some("A"), 2));
    let value = award.value.clone().unwrap();
    assert_eq!(
        (value.amount.as_deref(), value.currency.as_deref()),
        (Some("7"), Some("GBP"))
    );
    assert_eq!(award.suppliers.len(), 1, "suppliers are replaced whole");
    assert_eq!(merged.last_released_at, "2025-03-01T00:00:00Z".parse().ok());
}

#[test]
fn a_cancellation_calls_off_the_awards_that_it_names_or_all() {
    let award = json!({ "date": "2025-01-01", "tag": ["award"], "awards": [{ "id": "a", "status": "active" }, { "id": "b", "status": "active" }] });
    let named = process(&[
        json!({ "date": "2025-02-01", "tag": ["awardCancellation"], "awards": [{ "id": "a" }] }),
        award.clone(),
    ]);
    assert_eq!(
        (status(&named, "a"), status(&named, "b")),
        (Some("cancelled"), Some("active"))
    );
    let all = process(&[
        award,
        json!({ "date": "2025-02-01", "tag": ["awardCancellation"] }),
    ]);
    assert_eq!(
        (status(&all, "a"), status(&all, "b")),
        (Some("cancelled"), Some("cancelled"))
    );
}

#[test]
fn a_termination_ends_on_the_last_day_that_is_said_but_never_after_it() {
    let contract = json!({ "date": "2025-01-01", "contracts": [{ "id": "c", "status": "active", "period": { "endDate": "2027-03-31" } }] });
    let on = |releases: &[Json]| {
        let merged = process(releases);
        merged.terminated.get(&(Sort::Contract, "c".to_owned())).copied()
    };
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let tag = "contractTermination";
    let bare = json!({ "date": "2026-05-05T10:00:00Z", "tag": [tag] });
    assert_eq!(on(&[contract.clone(), bare.clone()]), day("2026-05-05"));
    let dated = json!({ "date": "2026-05-05", "tag": [tag], "contracts": [{ "id": "c", "period": { "endDate": "2026-04-30" } }] });
    assert_eq!(on(&[contract.clone(), dated.clone()]), day("2026-04-30"));
    let late = json!({ "date": "2026-06-01", "tag": ["contractUpdate"], "contracts": [{ "id": "c", "title": "T" }] });
    assert_eq!(
        on(&[contract.clone(), bare.clone(), late]),
        day("2026-05-05"),
        "a later word on it does not move it"
    );
    let again = json!({ "date": "2026-07-01", "tag": ["contractUpdate"], "contracts": [{ "id": "c", "status": "active" }] });
    assert_eq!(on(&[contract, bare, again]), None);
    let award = json!({ "date": "2025-01-01", "awards": [{ "id": "a", "contractPeriod": { "endDate": "2027-03-31" } }] });
    let merged = process(&[award, json!({ "date": "2026-05-05", "tag": [tag] })]);
    assert_eq!(
        merged.terminated.get(&(Sort::Award, "a".to_owned())).copied(),
        day("2026-05-05")
    );
}

#[test]
fn an_award_that_was_never_made_is_told_from_one_that_was() {
    let made = json!({ "date": "2025-01-01", "awards": [{ "id": "a", "status": "active" }] });
    let not = json!({ "date": "2025-02-01", "awards": [{ "id": "a", "status": "unsuccessful" }, { "id": "b", "status": "unsuccessful" }] });
    let merged = process(&[not, made]);
    assert_eq!(merged.made.iter().map(String::as_str).collect::<Vec<_>>(), ["a"]);
}

fn any_release() -> impl Strategy<Value = Json> {
    let id = prop::sample::select(vec!["a", "b"]);
    let word = || prop::option::of(prop::sample::select(vec!["x", "y"]));
    let tag = prop::sample::select(vec![
        "award",
        "awardUpdate",
        "awardCancellation",
        "contractTermination",
        "contractAmendment",
    ]);
    let status = prop::option::of(prop::sample::select(vec![
        "active",
        "pending",
        "cancelled",
        "unsuccessful",
        "terminated",
    ]));
    (1..4u32, 0..3u32, tag, id.clone(), word(), status.clone(), prop::option::of(1..9u32), id, status).prop_map(
        |(day, number, tag, award, title, status, amount, contract, signed)| {
            json!({
                "ocid": "ocds-1", "id": number, "date": format!("2025-01-0{day}"), "tag": [tag], "tender": { "title": title },
                "awards": [{ "id": award, "status": status, "title": title, "value": { "amount": amount },
                    "suppliers": [{ "id": number }], "contractPeriod": { "endDate": amount.map(|n| format!("2025-01-0{n}")) } }],
                "contracts": [{ "id": contract, "awardID": award, "status": signed }],
                "parties": [{ "id": number, "name": title }],
            })
        },
    )
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_matters(
        (read, shuffled) in prop::collection::vec(any_release(), 0..6)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        again in 0..6usize,
    ) {
        let mut other = shuffled;
        other.extend(read.get(again).cloned());
        prop_assert_eq!(process(&read), process(&other));
        let entries = |all: &[Json]| crate::exchange::notices::drafts::drafts(&process(all), uuid::Uuid::nil());
        prop_assert_eq!(entries(&read), entries(&other));
    }
}
