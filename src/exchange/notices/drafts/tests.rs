use super::*;
use crate::contracts::term::{Length, Period, Standing};
use crate::exchange::notices::merge::merged;
use chrono::NaiveDate;
use serde_json::{Value, json};

fn drafts_of(releases: &[Value]) -> Vec<Draft> {
    let read = |(at, value): (usize, &Value)| {
        let digest = [u8::try_from(at).unwrap(); 32];
        (serde_json::from_value(value.clone()).unwrap(), digest)
    };
    drafts(
        &merged(releases.iter().enumerate().map(read).collect()),
        Uuid::nil(),
    )
}

fn one(release: Value) -> Draft {
    let mut drafts = drafts_of(&[release]);
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    drafts.remove(0)
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

/// As Contracts Finder has it.
fn finder() -> Value {
    json!({
        "ocid": "ocds-1", "id": "n-1", "date": "2025-01-23T22:10:19Z", "tag": ["award"],
        "tender": { "id": "NCC-1", "title": "Vans", "description": "Vans for libraries.",
            "classification": { "scheme": "CPV", "id": "34114000" }, "value": { "amount": 900, "currency": "GBP" },
            "procurementMethod": "direct", "procurementMethodDetails": "Direct award",
            "contractPeriod": { "startDate": "2025-01-01T00:00:00Z", "endDate": "2026-01-01T23:59:59Z" } },
        "parties": [{ "id": "P", "name": "Acme Ltd", "roles": ["supplier"], "details": { "scale": "sme" } }],
        "awards": [{ "id": "ocds-1-1", "status": "active", "value": { "amount": 5259392.96, "currency": "GBP" },
            "suppliers": [{ "id": "P", "name": "Acme Ltd" }],
            "contractPeriod": { "startDate": "2025-04-01T00:00:00+01:00", "endDate": "2027-03-31T23:59:59+01:00" } }],
    })
}

#[test]
fn an_award_of_contracts_finder_is_an_entry_with_all_it_says() {
    let draft = one(finder());
    assert_eq!(draft.key, "o:ocds-1:a:ocds-1-1");
    let said = &draft.particulars;
    assert_eq!(
        (said.reference.as_deref(), said.title.as_str()),
        (Some("NCC-1"), "Vans")
    );
    assert_eq!(
        (said.cpv.as_deref(), said.process_type.as_deref()),
        (Some("34114000"), Some("Direct award"))
    );
    assert_eq!(
        (said.value_pence, said.value_estimated),
        (Some(525_939_296), None)
    );
    assert_eq!(
        (draft.term.starts_on, draft.term.initial_ends_on),
        (day("2025-04-01"), day("2027-03-31"))
    );
    assert_eq!(draft.suppliers[0].sme, Some(true));
    assert_eq!(draft.references, ["NCC-1", "ocds-1-1"]);
    assert!(draft.remarks.is_empty(), "{:?}", draft.remarks);
}

#[test]
fn an_award_with_many_suppliers_is_one_entry_with_all_of_them() {
    let mut release = finder();
    release["awards"][0]["suppliers"] = json!([{ "name": "A" }, { "name": "B" }, { "name": "C" }]);
    release["tender"]["techniques"] = json!({ "hasFrameworkAgreement": true });
    let draft = one(release);
    assert_eq!(draft.suppliers.len(), 3);
    assert_eq!(
        draft.particulars.contract_type.as_deref(),
        Some("Framework agreement")
    );
}

#[test]
fn a_tender_without_an_award_is_no_entry() {
    let mut release = finder();
    release["awards"] = json!([]);
    assert_eq!(drafts_of(&[release.clone()]), []);
    release["awards"] = json!([{ "id": "1", "status": "unsuccessful" }]);
    assert_eq!(drafts_of(&[release]), []);
}

#[test]
fn a_contract_says_more_than_its_award_and_keeps_its_key() {
    let signed = json!({ "ocid": "ocds-1", "date": "2025-03-01", "tag": ["contract"], "contracts": [{ "id": "C1",
        "awardID": "ocds-1-1", "status": "active", "title": "Vans, signed", "value": { "amount": "1000.50", "currency": "GBP" },
        "period": { "startDate": "2025-05-01", "endDate": "2028-04-30", "maxExtentDate": "2030-04-30" } }] });
    let drafts = drafts_of(&[finder(), signed.clone()]);
    let [draft] = drafts.as_slice() else {
        panic!("{drafts:?}")
    };
    assert_eq!(draft.key, "o:ocds-1:a:ocds-1-1");
    assert_eq!(draft.particulars.title, "Vans, signed");
    assert_eq!(draft.particulars.value_pence, Some(100_050));
    assert_eq!(draft.term.initial_ends_on, day("2028-04-30"));
    assert_eq!(draft.term.maximum_end(), day("2030-04-30"));
    let amended = json!({ "ocid": "ocds-1", "date": "2025-06-01", "tag": ["contractAmendment"], "contracts": [
        { "id": "C1", "period": { "endDate": "2029-04-30" }, "value": { "amount": 2000 } }] });
    let drafts = drafts_of(&[amended, signed.clone(), finder()]);
    assert_eq!(drafts[0].term.initial_ends_on, day("2029-04-30"));
    assert_eq!(drafts[0].term.starts_on, day("2025-05-01"));
    assert_eq!(drafts[0].particulars.value_pence, Some(200_000));
    let second = json!({ "ocid": "ocds-1", "date": "2025-03-02", "contracts": [{ "id": "C2", "awardID": "ocds-1-1" }] });
    let keys: Vec<_> = drafts_of(&[finder(), signed, second])
        .into_iter()
        .map(|draft| draft.key)
        .collect();
    assert_eq!(keys, ["o:ocds-1:a:ocds-1-1", "o:ocds-1:c:C2"]);
}

#[test]
fn a_contract_without_its_award_belongs_to_the_only_one_or_stands_alone() {
    let contract = json!([{ "id": "C1", "status": "active" }]);
    let mut release = finder();
    release["contracts"] = contract.clone();
    assert_eq!(one(release.clone()).key, "o:ocds-1:a:ocds-1-1");
    release["awards"] = json!([]);
    let draft = one(release);
    assert_eq!(draft.key, "o:ocds-1:c:C1");
    assert_eq!(
        draft.suppliers[0].name, "Acme Ltd",
        "whoever supplies in the process"
    );
    assert_eq!(draft.remarks.whys(), [Why::ValueOfTender]);
    assert_eq!(draft.particulars.value_estimated, Some(true));
}

#[test]
fn status_of_contract_and_award_is_the_standing() {
    let standing = |award: &str, contract: Option<&str>| {
        let mut release = finder();
        release["awards"][0]["status"] = json!(award);
        if let Some(status) = contract {
            release["contracts"] = json!([{ "id": "C", "awardID": "ocds-1-1", "status": status, "period": { "endDate": "2024-12-31" } }]);
        }
        one(release).term.standing
    };
    let on = day("2024-12-31").unwrap();
    for (award, contract, expected) in [
        ("active", None, Standing::Active),
        ("pending", None, Standing::Pending),
        ("cancelled", None, Standing::Cancelled),
        ("active", Some("pending"), Standing::Pending),
        ("active", Some("cancelled"), Standing::Cancelled),
        ("cancelled", Some("active"), Standing::Cancelled),
        ("active", Some("terminated"), Standing::Terminated { on }),
    ] {
        assert_eq!(standing(award, contract), expected, "{award} {contract:?}");
    }
}

#[test]
fn an_amount_in_another_currency_is_doubted_and_no_value() {
    let mut release = finder();
    release["awards"][0]["value"] = json!({ "amount": 5000, "currency": "EUR" });
    let draft = one(release);
    assert_eq!(draft.particulars.value_pence, None);
    let doubts: Vec<_> = draft.remarks.doubts(7, "ocds-1 of Norfolk").collect();
    assert_eq!((doubts[0].row, &*doubts[0].column), (7, "awards/value/amount"));
    assert_eq!(
        (doubts[0].raw.as_str(), doubts[0].why),
        ("5000 EUR", Why::CurrencyOther)
    );
    assert!(doubts[0].sentence().ends_with("(ocds-1 of Norfolk)"));
}

#[test]
fn prose_on_renewal_becomes_options_and_a_last_end_overrules_it() {
    let mut release = finder();
    release["tender"]["lots"] = json!([{ "id": "1", "hasRenewal": true,
        "renewal": { "description": "2 x 12 months, on 3 months' notice" } }]);
    let draft = one(release.clone());
    let lengths: Vec<_> = draft
        .term
        .extensions
        .as_slice()
        .iter()
        .map(|option| option.length)
        .collect();
    assert_eq!(lengths, [Length::Months(12); 2]);
    assert_eq!(draft.term.notice_period, Some(Period::Months(3)));
    assert_eq!(draft.remarks.whys(), [Why::RenewalRead]);
    release["awards"][0]["contractPeriod"]["maxExtentDate"] = json!("2028-03-31");
    let draft = one(release.clone());
    assert_eq!(
        (draft.term.extensions.as_slice().len(), draft.remarks.whys()),
        (0, vec![Why::RenewalOverruled])
    );
    release["tender"]["lots"][0]["hasRenewal"] = json!(false);
    assert!(
        one(release).remarks.is_empty(),
        "what is not to be counts for nothing"
    );
}

#[test]
fn a_description_counts_only_where_it_is_surely_about_extending() {
    let mut release = finder();
    release["tender"]["description"] = json!("Optional Extension Period of 2 x 12 Months");
    assert_eq!(one(release.clone()).term.extensions.as_slice().len(), 2);
    release["tender"]["description"] = json!("A dog service, 24 hours a day, 365 days a year, 3 years.");
    let draft = one(release);
    assert!(
        draft.term.extensions.as_slice().is_empty() && draft.remarks.is_empty(),
        "{:?}",
        draft.remarks
    );
}

#[test]
fn lots_give_their_award_its_days_and_name() {
    let mut release = finder();
    release["tender"]["lots"] = json!([
        { "id": "1", "title": "Lot 1", "contractPeriod": { "startDate": "2026-01-01", "endDate": "2026-12-31" } },
        { "id": "2", "title": "Lot 2", "contractPeriod": { "startDate": "2027-01-01", "endDate": "2027-12-31" } }]);
    let award = |id: &str, lot: &str| json!({ "id": id, "relatedLots": [lot], "suppliers": [{ "name": "A" }], "value": { "amount": 1 } });
    release["awards"] = json!([award("a1", "1"), award("a2", "2")]);
    let drafts = drafts_of(&[release]);
    assert_eq!(drafts[1].particulars.title, "Vans: Lot 2");
    assert_eq!(
        (drafts[1].term.starts_on, drafts[0].term.initial_ends_on),
        (day("2027-01-01"), day("2026-12-31"))
    );
}

#[test]
fn an_award_that_may_be_another_corrected_is_doubted_and_kept() {
    let mut release = finder();
    let mut again = release["awards"][0].clone();
    again["id"] = json!("ocds-1-2");
    again["value"]["amount"] = json!(52);
    release["awards"].as_array_mut().unwrap().push(again);
    let drafts = drafts_of(&[release]);
    assert!(drafts[0].remarks.is_empty());
    assert_eq!(drafts[1].remarks.whys(), [Why::AwardRepeated]);
}

#[test]
fn ids_that_are_missing_or_endless_still_make_keys() {
    let mut release = finder();
    let long = "x".repeat(5000);
    release["awards"] = json!([{ "title": "A" }, { "title": "B" }, { "id": long, "title": "C" }]);
    let keys: Vec<_> = drafts_of(&[release]).into_iter().map(|draft| draft.key).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key.len() < 300), "{keys:?}");
}

#[test]
fn what_is_missing_is_doubted() {
    let draft = one(
        json!({ "ocid": "ocds-1", "date": "2025-01-01", "awards": [{ "id": "1",
        "contractPeriod": { "endDate": "soon" } }] }),
    );
    let expected = [
        Why::SupplierBlank,
        Why::ValueBlank,
        Why::TitleMissing,
        Why::DateUnreadable,
        Why::StartBlank,
    ];
    let mut whys = draft.remarks.whys();
    whys.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(whys, expected);
    assert_eq!(draft.particulars.title, "ocds-1");
}

#[test]
fn the_digest_shows_a_change_and_nothing_else() {
    let draft = one(finder());
    let mut other = finder();
    other["id"] = json!("n-2");
    other["parties"][0]["details"] = json!({ "scale": "large" });
    assert_eq!(one(other.clone()).digest, draft.digest);
    other["awards"][0]["contractPeriod"]["endDate"] = json!("2027-04-01");
    assert_ne!(one(other).digest, draft.digest);
}
