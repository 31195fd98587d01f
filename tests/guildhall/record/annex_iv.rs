//! Annex IV of Directive 2014/24/EU, letter by letter: what devices that receive tenders must guarantee. Each is judged from
//! the record alone, as an outside reader would; where it is a promise of access, by asking as the wrong people too.

use super::*;
use crate::evaluating::{LOCK, SUBMIT};
use ed25519_dalek::{Signature, VerifyingKey};
use guildhall::audit::{self, Head};
use guildhall::graphql::ids::{Id, Sort};
use guildhall::runtime::App;

fn awarded(procedure: &Procedure) -> &Value {
    &procedure.stages.last().unwrap().1
}

/// Whether the key in the record signed a line: its last word is the signature of the words before.
fn is_signed(record: &Value, line: &str) -> bool {
    let key: [u8; 32] = hex::decode(record["publicKey"].as_str().unwrap())
        .unwrap()
        .try_into()
        .unwrap();
    let (text, signature) = line.rsplit_once(' ').unwrap();
    let signature = Signature::from_slice(&hex::decode(signature).unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    key.verify_strict(text.as_bytes(), &signature).is_ok()
}

/// The deadline that counted, as the record has it.
fn deadline(record: &Value) -> DateTime<Utc> {
    at(&list(record, "deadlines").last().unwrap()["to"])
}

/// What was done, or tried, by whom.
fn entries(record: &Value, of: impl Fn(&Value) -> bool) -> Vec<&Value> {
    list(record, "timeline")
        .iter()
        .filter(|entry| of(entry))
        .collect()
}

#[tokio::test]
async fn a_the_exact_time_and_date_of_each_receipt_can_be_determined_precisely() {
    let procedure = Procedure::whole().await;
    let (record, when) = (awarded(&procedure), &procedure.when);
    let received: Vec<_> = list(record, "receipts")
        .iter()
        .map(|of| {
            let told = |name: &str| of[name].as_str().unwrap().to_owned();
            (
                told("supplierName"),
                of["version"].as_i64().unwrap(),
                told("state"),
                at(&of["receivedAt"]),
            )
        })
        .collect();
    let expected = [
        ("Tidebell", 1, "replaced", when["one, version 1"]),
        ("Copperwren", 1, "not_awarded", when["two, version 1"]),
        ("Larch", 1, "withdrawn", when["three, version 1"]),
        ("Tidebell", 2, "awarded", when["one, version 2"]),
    ];
    let expected =
        expected.map(|(name, version, state, at)| (name.to_owned(), version, state.to_owned(), at));
    assert_eq!(received, expected);
    for of in list(record, "receipts") {
        let line = of["line"].as_str().unwrap();
        assert!(is_signed(record, line), "{line}");
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[4], of["digest"], "the line is of this content");
        assert_eq!(
            words[5].parse::<DateTime<Utc>>().unwrap(),
            at(&of["receivedAt"]),
            "and of this instant"
        );
        assert!(at(&of["receivedAt"]) < deadline(record));
        let entry = entries(record, |entry| entry["entry"] == of["entry"]);
        assert_eq!(entry[0]["detail"]["digest"], of["digest"], "and so is the log");
        let forged = line.replacen("2026-01-15T0", "2026-01-15T1", 1);
        assert!(forged != line && !is_signed(record, &forged));
    }
}

#[tokio::test]
async fn b_before_the_time_limit_no_one_has_access_to_what_was_transmitted() {
    let procedure = Procedure::until("open").await;
    let world = &procedure.world;
    for who in [
        &procedure.officer,
        &procedure.approver,
        &procedure.admin,
        &procedure.chair,
        &procedure.late.token,
    ] {
        let asked = world.query(Some(who), BIDS, procedure.id()).await.to_string();
        let record = world.query(Some(who), RECORD, procedure.id()).await.to_string();
        for hidden in PRICES
            .map(|price| price.to_string())
            .iter()
            .chain([&SAID.to_owned()])
        {
            assert!(!asked.contains(hidden) && !record.contains(hidden), "{hidden}");
        }
    }
    let sealed = procedure.record(&procedure.approver).await;
    for part in ["receipts", "scores", "ranking", "mails"] {
        assert_eq!(sealed[part], Value::Null, "nor that there are any: {part}");
    }
    // Nor does the record of the whole procedure know of anybody who had.
    let procedure = Procedure::whole().await;
    let record = awarded(&procedure);
    let limit = deadline(record);
    let with_bids = ["ReadBids", "ScoreBid", "AwardPilot"].map(Value::from);
    let early = entries(record, |entry| {
        at(&entry["at"]) < limit && with_bids.contains(&entry["right"])
    });
    assert!(
        early.len() == 2 && early.iter().all(|entry| entry["refused"] == true),
        "{early:#?}"
    );
    assert!(
        list(record, "scores")
            .iter()
            .all(|of| at(&of["enteredAt"]) >= limit)
    );
    assert!(at(&record["pricesOpenedAt"]) >= limit && at(&record["namesOpenedAt"]) >= limit);
}

#[tokio::test]
async fn c_only_authorised_persons_set_or_change_the_date_of_opening() {
    let procedure = Procedure::whole().await;
    let (record, when) = (awarded(&procedure), &procedure.when);
    let set: Vec<_> = list(record, "deadlines")
        .iter()
        .map(|of| {
            (
                of["by"].as_str().unwrap(),
                of["right"].as_str().unwrap(),
                at(&of["at"]),
                at(&of["to"]),
            )
        })
        .collect();
    let approver = "approver@norfolk.example";
    let expected = [
        (
            approver,
            "PublishPilot",
            when["published"],
            when["first deadline"],
        ),
        (approver, "PublishPilot", when["extended"], when["deadline"]),
    ];
    assert_eq!(set, expected);
    let [first, moved] = [&record["deadlines"][0], &record["deadlines"][1]];
    assert_eq!(
        (&first["from"], &moved["from"]),
        (&Value::Null, &first["to"]),
        "nothing between"
    );
    assert_eq!(
        at(&record["pilot"]["deadlineAt"]),
        deadline(record),
        "nothing after"
    );
    assert!(at(&moved["at"]) < at(&moved["from"]), "moved while it was open");
    let procedure = Procedure::until("open").await;
    let later = (when["deadline"] + Duration::hours(1)).to_rfc3339();
    let variables = json!({ "id": procedure.pilot, "version": 3, "at": later });
    for who in [&procedure.officer, &procedure.chair, &procedure.one.token] {
        assert_eq!(
            procedure.world.refusal(who, EXTEND, variables.clone()).await,
            "NOT_ALLOWED"
        );
    }
    assert_eq!(
        procedure.world.refusal((), EXTEND, variables).await,
        "NOT_SIGNED_IN"
    );
}

#[tokio::test]
async fn d_at_every_stage_only_authorised_persons_have_access() {
    for stage in ["open", "scored", "locked", "awarded"] {
        let procedure = Procedure::until(stage).await;
        let world = &procedure.world;
        world.operator("op@guildhall.example").await;
        let operator = world.token("op@guildhall.example").await;
        let suppliers = [&procedure.two.token, &procedure.late.token];
        for who in [&procedure.officer, &procedure.chair, &operator]
            .into_iter()
            .chain(suppliers)
        {
            assert_eq!(procedure.told(who).await, Value::Null, "{stage}");
        }
        assert_eq!(procedure.told(()).await, Value::Null, "{stage}");
    }
    // Whoever scored was on the panel, had declared, and was not excluded.
    let procedure = Procedure::whole().await;
    let record = awarded(&procedure);
    let panel = list(record, "panel");
    for of in list(record, "scores")
        .iter()
        .filter(|of| of["consensus"] == false)
    {
        let by = panel
            .iter()
            .find(|one| one["evaluator"] == of["evaluator"])
            .unwrap();
        assert_eq!(by["standing"], "taking part");
        assert!(at(&by["declaredAt"]) < at(&of["enteredAt"]));
    }
    let excluded: Vec<_> = panel.iter().filter(|one| one["standing"] == "excluded").collect();
    assert_eq!(excluded.len(), 1);
    assert!(at(&excluded[0]["decidedAt"]) < at(&record["scores"][0]["enteredAt"]));
}

#[tokio::test]
async fn e_only_authorised_persons_give_access_and_only_after_the_date() {
    let procedure = Procedure::whole().await;
    let record = awarded(&procedure);
    let opened = entries(record, |entry| entry["detail"]["quality locked"] == true);
    assert_eq!(opened.len(), 1);
    let chair = list(record, "panel")
        .iter()
        .find(|of| of["chair"] == true)
        .unwrap();
    assert_eq!(
        (&opened[0]["by"], &chair["standing"]),
        (&json!("chair@norfolk.example"), &json!("taking part"))
    );
    assert_eq!(at(&opened[0]["at"]), at(&record["qualityLockedAt"]));
    assert_eq!(
        record["pricesOpenedAt"], record["qualityLockedAt"],
        "as the pilot said when it was published"
    );
    assert!(at(&record["pricesOpenedAt"]) > deadline(record));
    let decided = entries(record, |entry| entry["detail"]["awarded"].is_array());
    assert_eq!(
        (&decided[0]["right"], &decided[0]["by"]),
        (&json!("AwardPilot"), &json!("approver@norfolk.example"))
    );
    assert!(at(&decided[0]["at"]) > at(&record["pricesOpenedAt"]));
    let procedure = Procedure::until("scored").await;
    for who in [&procedure.chair, &procedure.evaluator] {
        done(&procedure.world, who, SUBMIT, json!({ "pilot": procedure.pilot })).await;
    }
    let version = seen(&procedure.world, &procedure.chair, &procedure.pilot).await["version"].clone();
    let variables = json!({ "pilot": procedure.pilot, "version": version });
    let wrong = async |who| tried(&procedure.world, who, LOCK, variables.clone()).await;
    assert_eq!(wrong(&procedure.evaluator).await, ["NOT_CHAIR"]);
    assert_eq!(wrong(&procedure.admin).await, ["NOT_ON_PANEL"]);
    assert_eq!(
        procedure
            .world
            .refusal(&procedure.approver, LOCK, variables.clone())
            .await,
        "NOT_ALLOWED"
    );
}

#[tokio::test]
async fn f_what_was_received_stays_accessible_only_to_those_authorised() {
    let procedure = Procedure::whole().await;
    let world = &procedure.world;
    // Long after the award.
    world.app.clock.advance(Duration::hours(6));
    let record = procedure.record(&procedure.approver).await;
    assert_eq!(record["withheld"], json!([]), "those who may, may still");
    assert_eq!(record["receipts"], awarded(&procedure)["receipts"]);
    let kept_out = procedure.record(&procedure.admin).await;
    assert_eq!(
        (&kept_out["receipts"], &kept_out["scores"]),
        (&Value::Null, &Value::Null)
    );
    for who in [
        &procedure.officer,
        &procedure.chair,
        &procedure.two.token,
        &procedure.late.token,
    ] {
        assert_eq!(procedure.told(who).await, Value::Null);
    }
    let own = world.data(&procedure.two, BIDS, procedure.id()).await.to_string();
    assert!(
        own.contains(&PRICES[3].to_string()) && !own.contains(&PRICES[1].to_string()),
        "{own}"
    );
    let others = world.data(&procedure.admin, BIDS, procedure.id()).await;
    assert_eq!(others["pilot"]["bids"], json!([]));
}

#[tokio::test]
async fn g_infringements_and_attempts_are_clearly_detectable() {
    let procedure = Procedure::whole().await;
    let (record, when) = (awarded(&procedure), &procedure.when);
    let attempts: Vec<_> = list(record, "attempts")
        .iter()
        .map(|of| {
            let told = |name: &str| of[name].as_str().unwrap();
            (
                told("by"),
                told("organisation"),
                of["detail"]["tried"].as_str().unwrap(),
                at(&of["at"]),
            )
        })
        .collect();
    let (late, norfolk) = ("late@heron.example", "Norfolk County Council");
    let expected = [
        (
            "admin@norfolk.example",
            norfolk,
            "to read the bids",
            when["admin tried to read"],
        ),
        (
            "approver@norfolk.example",
            norfolk,
            "to decide",
            when["approver tried to award"],
        ),
        (
            late,
            norfolk,
            "to read the record",
            when["late asked for the record"],
        ),
        (late, "Heron", "to bid", when["late bid"]),
    ];
    assert_eq!(attempts, expected);
    // The record's own head shows that the log was not changed, and the log that the record was not.
    let head = record["head"].as_str().unwrap();
    assert!(is_signed(record, head));
    let app = &procedure.world.app;
    let heads = audit::signed(Head::all_in(head), &audit::public_key(&app.secret)).unwrap();
    assert!(audit::verify(app, heads).await.unwrap().is_ok());
    let mut log = BTreeMap::new();
    let exported = audit::export(app, |entry| {
        log.insert(entry.entry.id.to_string(), entry.clone());
        Ok(())
    });
    exported.await.unwrap();
    assert_eq!(differs(app, record, &log), None);
    for (pointer, forged) in [
        ("/timeline/3/at", json!("2026-01-15T09:00:00.5Z")),
        ("/timeline/5/refused", json!(true)),
        ("/timeline/6/detail", json!({ "innocent": true })),
        ("/timeline/7/by", json!("somebody@else.example")),
    ] {
        let mut changed = record.clone();
        *changed.pointer_mut(pointer).unwrap() = forged;
        assert!(differs(app, &changed, &log).is_some(), "{pointer}");
    }
    // And nothing about the pilot is left out.
    let id = Id::parse(procedure.pilot.as_str().unwrap())
        .unwrap()
        .of(Sort::Pilot)
        .unwrap();
    let left_out = log.values().find(|entry| {
        let told = list(record, "timeline")
            .iter()
            .any(|of| of["entry"] == entry.entry.id.to_string());
        entry.entry.subject.1 == id && !told
    });
    assert_eq!(left_out, None);
}

/// The first entry of a record that the exported log does not bear out.
fn differs(app: &App, record: &Value, log: &BTreeMap<String, audit::Entry>) -> Option<Value> {
    let borne_out = |of: &&Value| {
        let Some(entry) = log.get(of["entry"].as_str().unwrap()) else {
            return false;
        };
        let part = |part: &Option<audit::entry::Part>| {
            let content = part.as_ref().map(|part| part.content.as_str());
            content.map_or(Value::Null, |content| serde_json::from_str(content).unwrap())
        };
        let who = part(&entry.actor)["name"].clone();
        at(&of["at"]) == entry.entry.at
            && of["refused"] == entry.entry.refused
            && of["right"] == entry.entry.action.as_str()
            && of["detail"] == audit::opened(&app.secret, part(&entry.detail)).unwrap()
            && (of["by"] == who || of["by"] == "unnamed")
    };
    list(record, "timeline").iter().find(|of| !borne_out(of)).cloned()
}
