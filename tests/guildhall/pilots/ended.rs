//! Bids that were taken back, and pilots that end without an award.

use super::*;

#[tokio::test]
async fn a_bid_that_was_taken_back_is_opened_for_nobody() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = published(&world, &norfolk.approver).await;
    let withdraw =
        "mutation W($pilot: ID!, $supplier: ID!) { bidWithdraw(pilot: $pilot, supplier: $supplier, version: 1) {
        bid { state version answer } errors { code } } }";
    let of = json!({ "pilot": pilot, "supplier": one.id });
    assert_eq!(
        world.data(&one, withdraw, of.clone()).await["bidWithdraw"]["errors"][0]["code"],
        "NO_BID"
    );
    submit(&world, &one, &pilot, 500_000).await;
    assert_eq!(
        world.data(&one, withdraw, of.clone()).await["bidWithdraw"]["bid"],
        json!({ "state": "WITHDRAWN", "version": 2, "answer": CANARY })
    );
    world.app.clock.advance(Duration::hours(6));
    declared(&world, &norfolk.approver, &pilot, &[&norfolk.evaluator]).await;
    let opened = world.data(&norfolk.evaluator, BIDS, json!({ "id": pilot })).await;
    assert_eq!(opened["pilot"]["bids"], json!([]));
    assert_eq!(seen(&world, &norfolk.evaluator, &pilot).await["bids"], json!([]));
    assert_eq!(
        world.data(&one, withdraw, of).await["bidWithdraw"]["errors"][0]["code"],
        "NOT_OPEN"
    );
}

#[tokio::test]
async fn a_cancelled_pilot_tells_its_bidders_and_opens_nothing() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = published(&world, &norfolk.approver).await;
    submit(&world, &one, &pilot, 500_000).await;
    let cancel =
        "mutation C($id: ID!, $reason: String!) { pilotCancel(pilot: $id, version: 2, reason: $reason) {
        pilot { phase } errors { code } } }";
    let blank = json!({ "id": pilot, "reason": " " });
    let refused = world.data(&norfolk.approver, cancel, blank).await;
    assert_eq!(refused["pilotCancel"]["errors"][0]["code"], "BAD_TEXT");
    let reason = json!({ "id": pilot, "reason": "the budget went" });
    let done = world.data(&norfolk.approver, cancel, reason).await;
    assert_eq!(done["pilotCancel"]["pilot"]["phase"], "CANCELLED");
    world.app.clock.advance(Duration::hours(7));
    let opened = world.data(&norfolk.evaluator, BIDS, json!({ "id": pilot })).await;
    assert_eq!(opened["pilot"]["bids"], json!([]), "past the deadline it had");
    outbox::deliver_due(&world.app).await.unwrap();
    let mail = world.mails("one@tidebell.example").await;
    let text = mail.iter().map(|mail| mail.text.as_str()).collect::<String>();
    assert!(
        text.contains("the budget went") && text.contains("stays sealed"),
        "{text}"
    );
}

#[tokio::test]
async fn a_pilot_that_nobody_suits_ends_with_feedback_for_everybody() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = published(&world, &norfolk.approver).await;
    submit(&world, &one, &pilot, 500_000).await;
    let close = "mutation C($input: PilotCloseWithoutAwardInput!) { pilotCloseWithoutAward(input: $input) {
        pilot { phase outcomeReason } errors { code } } }";
    let mut input = json!({ "pilot": pilot, "version": 2, "reason": "too slow", "feedback": [] });
    let open = world
        .data(&norfolk.approver, close, json!({ "input": input }))
        .await;
    assert_eq!(open["pilotCloseWithoutAward"]["errors"][0]["code"], "NOT_CLOSED");
    world.app.clock.advance(Duration::hours(6));
    evaluated(&world, &norfolk.approver, &norfolk.evaluator, &pilot, |_| 10).await;
    input["version"] = world.version(&norfolk.approver, &pilot).await;
    let unsaid = world
        .data(&norfolk.approver, close, json!({ "input": input }))
        .await;
    assert_eq!(
        unsaid["pilotCloseWithoutAward"]["errors"][0]["code"],
        "NO_FEEDBACK"
    );
    let opened = world.data(&norfolk.evaluator, BIDS, json!({ "id": pilot })).await;
    input["feedback"] = feedback(opened["pilot"]["bids"].as_array().unwrap());
    let ended = world
        .data(&norfolk.approver, close, json!({ "input": input }))
        .await;
    assert_eq!(
        ended["pilotCloseWithoutAward"]["pilot"]["phase"], "NONE_SUITABLE",
        "{ended}"
    );
    let told = world.data(&one, BIDS, json!({ "id": pilot })).await;
    assert_eq!(told["pilot"]["bids"][0]["feedback"], "thank you");
    assert_eq!(told["pilot"]["contract"], Value::Null);
}
