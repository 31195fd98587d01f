//! The record stage by stage: whole at the end, silent about bids before.

use super::*;
use entity::pilot_mail;
use guildhall::access::{Viewer, privacy};
use sea_orm::{EntityTrait, PaginatorTrait};

#[tokio::test]
async fn the_record_of_no_stage_before_the_outcome_says_anything_of_bids() {
    let procedure = Procedure::whole().await;
    let hidden = PRICES.map(|price| price.to_string());
    let hidden = hidden
        .iter()
        .map(String::as_str)
        .chain([SAID, REASON, "zqxfeedback"]);
    for (stage, record) in &procedure.stages {
        let text = record.to_string();
        if *stage == "awarded" {
            assert_eq!(record["withheld"], json!([]));
            continue;
        }
        for word in hidden.clone().chain(["Tidebell", "Copperwren", "Larch"]) {
            // An interest names who it is in.
            let text = text.replace("Shares in Tidebell.", "");
            assert!(!text.contains(word), "{stage}: {word} in {text}");
        }
        for part in ["receipts", "scores", "ranking", "disqualified", "mails", "head"] {
            assert_eq!(record[part], Value::Null, "{stage}: {part}");
            let why = list(record, "withheld").iter().find(|of| of["part"] == part);
            assert!(why.is_some(), "{stage}: {part} without a reason");
        }
        let of_bids = list(record, "timeline")
            .iter()
            .filter(|of| of["subject"] == "bid");
        assert_eq!(of_bids.count(), 0, "{stage}");
    }
    let awarded = &procedure.stages.last().unwrap().1;
    assert!(
        !awarded.to_string().contains(SAID),
        "what a bid says is read where it is"
    );
}

#[tokio::test]
async fn an_open_pilot_has_one_record_whatever_bids_there_are() {
    let procedure = Procedure::until("published").await;
    let before = procedure.record(&procedure.approver).await;
    for (of, price) in [&procedure.one, &procedure.two, &procedure.three]
        .into_iter()
        .zip(PRICES)
    {
        assert_eq!(procedure.bid(of, price, None).await, [""; 0]);
    }
    assert_eq!(procedure.record(&procedure.approver).await, before, "to the byte");
}

#[tokio::test]
async fn whoever_was_kept_out_of_the_evaluation_reads_no_bid_in_the_record_either() {
    let procedure = Procedure::whole().await;
    let record = procedure.record(&procedure.admin).await;
    let text = record.to_string();
    for word in ["Copperwren", REASON, "zqxfeedback", "totals"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert_eq!(record["scores"], Value::Null);
    assert_eq!(
        record["decisions"][0]["reason"], "Best of two.",
        "which is public"
    );
}

#[tokio::test]
async fn a_stopped_pilots_record_tells_of_bids_only_if_the_deadline_had_passed() {
    let cancel = "mutation C($id: ID!, $version: Int!) {
        pilotCancel(pilot: $id, version: $version, reason: \"No money.\") { errors { code } } }";
    for (stage, told) in [("open", false), ("scored", true)] {
        let procedure = Procedure::until(stage).await;
        let (world, id) = (&procedure.world, &procedure.pilot);
        let version = world.version(&procedure.approver, id).await;
        done(
            world,
            &procedure.approver,
            cancel,
            json!({ "id": id, "version": version }),
        )
        .await;
        let record = procedure.record(&procedure.approver).await;
        assert_eq!(record["receipts"].is_array(), told, "{stage}");
        assert_eq!(record["mails"].is_array(), told, "{stage}");
        assert_eq!(record["ranking"], Value::Null, "its prices stay sealed: {stage}");
        for price in [PRICES[1], PRICES[3]] {
            assert!(!record.to_string().contains(&price.to_string()), "{stage}");
        }
        let noted = pilot_mail::Entity::find()
            .count(world.app.db.read())
            .await
            .unwrap();
        assert_eq!(
            noted,
            if told { 2 } else { 0 },
            "{stage}: no list of bidders is left"
        );
    }
}

#[tokio::test]
async fn the_record_of_a_decided_pilot_has_everything_in_order() {
    let procedure = Procedure::whole().await;
    let (_, record) = procedure.stages.last().unwrap();
    let when = &procedure.when;
    assert_eq!(record["schema"], "guildhall-pilot-record/1");
    assert_eq!(record["pilot"]["title"], "Missed <bins>");
    let question = &record["questions"][0];
    assert_eq!(
        (
            &question["question"],
            &question["answer"],
            &question["answeredBy"]
        ),
        (
            &json!("How many rounds?"),
            &json!("Forty."),
            &json!("officer@norfolk.example")
        )
    );
    let asked = list(record, "timeline")
        .iter()
        .find(|of| of["what"] == "Asked a question")
        .unwrap();
    assert_eq!(
        (&asked["by"], &asked["organisation"]),
        (&json!("unnamed"), &Value::Null)
    );
    let excluded = &record["panel"][2];
    assert_eq!(
        (
            &excluded["standing"],
            &excluded["interest"],
            &excluded["decision"]
        ),
        (
            &json!("excluded"),
            &json!("Shares in Tidebell."),
            &json!("They hold shares.")
        )
    );
    // Scores as they were first entered, and each later one beside it.
    let entered: Vec<_> = list(record, "scores")
        .iter()
        .map(|of| {
            (
                of["evaluator"].clone(),
                of["number"].clone(),
                of["score"].clone(),
                of["stands"].clone(),
            )
        })
        .collect();
    for (evaluator, number, score, stands) in [
        (json!(1), 1, 80, true),
        (json!(2), 1, 40, false),
        (json!(2), 2, 76, true),
        (Value::Null, 1, 78, true),
    ] {
        let one = (evaluator, json!(number), json!(score), json!(stands));
        assert!(entered.contains(&one), "{one:?} in {entered:?}");
    }
    assert_eq!(entered.len(), 6);
    let ranking: Vec<_> = list(record, "ranking")
        .iter()
        .map(|of| {
            (
                of["supplierName"].as_str().unwrap(),
                of["pricePence"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(ranking, [("Tidebell", PRICES[1]), ("Copperwren", PRICES[3])]);
    let decision = &record["decisions"][0];
    assert_eq!(
        (&decision["kind"], &decision["reason"], &decision["by"]),
        (
            &json!("awarded"),
            &json!("Best of two."),
            &json!("approver@norfolk.example")
        )
    );
    assert!(at(&decision["standstillUntil"]) > when["awarded"]);
    assert_eq!(decision["bids"][0]["feedback"], "zqxfeedback");
    let mails: Vec<_> = list(record, "mails")
        .iter()
        .map(|of| {
            (
                of["kind"].as_str().unwrap(),
                of["to"].as_str().unwrap(),
                of["state"].as_str().unwrap(),
            )
        })
        .collect();
    // A receipt leaves no trace in the queue once it is sent; that it was written shows by the submission.
    let receipt = |to| ("receipt", to, "erased");
    let (one, two, three) = (
        "one@tidebell.example",
        "two@copperwren.example",
        "three@larch.example",
    );
    assert_eq!(
        mails[..4],
        [receipt(one), receipt(two), receipt(three), receipt(one)]
    );
    assert_eq!(mails.len(), 6, "and the outcome to the two that stood: {mails:?}");
    assert!(mails.contains(&("outcome", one, "sent")) && mails.contains(&("outcome", two, "sent")));
    assert!(
        list(record, "mails")
            .iter()
            .filter(|of| of["kind"] == "outcome")
            .all(|of| of["messageId"].is_string() && of["sentAt"].is_string())
    );
    let instants: Vec<_> = list(record, "timeline").iter().map(|of| at(&of["at"])).collect();
    assert!(instants.is_sorted(), "{instants:?}");
    let kinds: Vec<_> = list(record, "announced")
        .iter()
        .map(|of| of["kind"].clone())
        .collect();
    assert!(
        kinds.contains(&json!("pilot_published")) && kinds.contains(&json!("pilot_outcome")),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn the_typed_record_tells_what_the_whole_does_page_by_page() {
    let procedure = Procedure::whole().await;
    let (_, whole) = procedure.stages.last().unwrap();
    let query = "query R($id: ID!, $after: String) { pilotRecord(pilot: $id) { schema withheld { part }
        pilot { id title } deadlines { by to } qualityLockedAt head
        receipts(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor }
            edges { node { supplierName version receivedAt state line } } }
        scores { totalCount edges { node { score number stands } } } mails { totalCount }
        refused: timeline(refused: true) { edges { node { by what refused } } } timeline { totalCount } } }";
    let page = async |after: Value| {
        let variables = json!({ "id": procedure.pilot, "after": after });
        let found = procedure.world.data(&procedure.approver, query, variables).await;
        found["pilotRecord"].clone()
    };
    let first = page(Value::Null).await;
    assert_eq!(first["pilot"]["id"], procedure.pilot);
    assert_eq!(first["timeline"]["totalCount"], list(whole, "timeline").len());
    assert_eq!(
        first["refused"]["edges"].as_array().unwrap().len(),
        list(whole, "attempts").len()
    );
    assert_eq!(first["receipts"]["totalCount"], 4);
    let next = page(first["receipts"]["pageInfo"]["endCursor"].clone()).await;
    let edges = [&first, &next].map(|page| page["receipts"]["edges"].as_array().unwrap().clone());
    let lines: Vec<_> = edges
        .concat()
        .iter()
        .map(|edge| edge["node"]["line"].clone())
        .collect();
    let expected: Vec<_> = list(whole, "receipts")
        .iter()
        .map(|of| of["line"].clone())
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(next["receipts"]["pageInfo"]["hasNextPage"], false);
    let wrong = json!({ "id": procedure.pilot, "after": "AAAA" });
    assert_eq!(
        procedure.world.refusal(&procedure.approver, query, wrong).await,
        "BAD_PAGE"
    );
}

#[tokio::test]
async fn whoever_closed_their_account_is_erased_in_the_record_and_what_they_did_stays() {
    let procedure = Procedure::whole().await;
    let app = &procedure.world.app;
    for address in ["evaluator@norfolk.example", "one@tidebell.example"] {
        privacy::erase(app, &Viewer::System, address).await.unwrap();
    }
    let record = procedure.record(&procedure.approver).await;
    let text = record.to_string();
    for address in ["evaluator@norfolk.example", "one@tidebell.example"] {
        assert!(!text.contains(address), "{address} in {text}");
    }
    assert_eq!(record["panel"][1]["name"], "erased");
    assert_eq!(record["receipts"][0]["by"], "erased");
    assert_eq!(record["receipts"][0]["supplierName"], "Tidebell");
    assert_eq!(list(&record, "scores").len(), 6);
    let outcome = list(&record, "mails")
        .iter()
        .find(|of| of["to"] == "erased" && of["kind"] == "outcome")
        .unwrap();
    assert_eq!(outcome["state"], "erased");
}
