//! What happens to needs and pilots, told to those who asked, watch or bid; and not who bids.

use super::kinds::{OFFICER, SUPPLIER, news, only, watch, world};
use super::{at, save};
use crate::world::{DECLARATIONS, World};
use chrono::Duration;
use guildhall::access::accounts::join_council;
use guildhall::access::{CouncilRole, Viewer};
use guildhall::alerts::tick;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

#[tokio::test]
async fn needs_are_told_when_stated_and_when_joined() {
    let world = world("2026-01-15").await;
    let sam = world.token(SUPPLIER).await;
    save(
        &world,
        &sam,
        "bins",
        json!({ "kinds": ["NEED_STATED", "NEED_JOINED"], "words": "bins" }),
    )
    .await;
    let officer = world.token(OFFICER).await;
    let norfolk = world.council("norfolk").await;
    let state = format!(
        "mutation {{ needState(input: {{ council: {norfolk}, title: \"Missed bins\", problem: \"p\", outcomes: \"o\",
        budgetMaxPence: 2000000 }}) {{ need {{ id }} }} }}"
    );
    let need = world.data(&officer, &state, Value::Null).await["needState"]["need"]["id"].clone();
    let (subject, text) = only(news(&world, SUPPLIER).await);
    assert!(subject.starts_with("New need: Missed bins"), "{subject}");
    assert!(text.contains("up to £20,000"), "{text}");
    let kent = world.member("o@kent.example", "kent", CouncilRole::Officer).await;
    let council = world.council("kent").await;
    let support =
        format!("mutation {{ needSupport(need: {need}, council: {council}) {{ errors {{ code }} }} }}");
    world.data(&kent, &support, Value::Null).await;
    let (_, text) = only(news(&world, SUPPLIER).await);
    assert!(text.contains("Joined by: Kent County Council"), "{text}");
    world.data(&kent, &support, Value::Null).await;
    assert_eq!(news(&world, SUPPLIER).await, [], "joined once");
    watch(&world, OFFICER, json!({ "need": need })).await;
}

/// A pilot of Norfolk's that is reserved so, published with so many days.
async fn pilot(world: &World, reservation: &str, days: i64) -> (String, Value) {
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let id = another(world, &approver, reservation, days).await;
    (approver, id)
}

async fn another(world: &World, approver: &String, reservation: &str, days: i64) -> Value {
    let norfolk = world.council("norfolk").await;
    let draft = format!(
        "mutation {{ pilotDraft(input: {{ council: {norfolk}, title: \"Bin sensors\", summary: \"Try them\",
        successMeasures: \"Fewer\", capPence: 1000000, weeks: 12, reservation: {reservation}, criteria: [
        {{ kind: QUALITY, name: \"How\", description: \"h\", weight: 60 }},
        {{ kind: PRICE, name: \"Price\", description: \"p\", weight: 40 }}] }}) {{ pilot {{ id }} errors {{ message }} }} }}"
    );
    let drafted = world.data(approver, &draft, Value::Null).await;
    let id = drafted["pilotDraft"]["pilot"]["id"].clone();
    assert!(id.is_string(), "{drafted}");
    of_pilot(world, &id, "pilotPublish", &deadline(world, days)).await;
    id
}

fn deadline(world: &World, days: i64) -> String {
    format!(
        "deadlineAt: \"{}\"",
        (world.now() + Duration::days(days)).to_rfc3339()
    )
}

async fn of_pilot(world: &World, id: &Value, mutation: &str, rest: &str) {
    let token = world.token("a@norfolk.example").await;
    let version = world.version(&token, id).await;
    let text = format!(
        "mutation {{ {mutation}(pilot: {id}, version: {version}, {rest}) {{ errors {{ message }} }} }}"
    );
    let done = world.data(&token, &text, Value::Null).await;
    assert_eq!(done[mutation]["errors"], json!([]), "{mutation}");
}

#[tokio::test]
async fn pilots_are_told_to_those_who_may_bid_and_followed_by_those_who_watch_or_bid() {
    let world = world("2026-02-15").await;
    let small = world.supplier("one@tidebell.example", "Tidebell").await;
    for (who, token) in [
        ("one@tidebell.example", &small.token),
        (SUPPLIER, &world.token(SUPPLIER).await),
    ] {
        let kinds = json!({ "kinds": ["PILOT_PUBLISHED"], "mayBid": true });
        save(&world, token, who, kinds).await;
    }
    let (_, id) = pilot(&world, "SME", 10).await;
    let (subject, text) = only(news(&world, "one@tidebell.example").await);
    assert!(subject.starts_with("New pilot: Bin sensors"), "{subject}");
    assert!(text.contains("25 February 2026 at 09:00 (London)"), "{text}");
    assert_eq!(
        news(&world, SUPPLIER).await,
        [],
        "Sam has no supplier that is small"
    );

    watch(&world, OFFICER, json!({ "pilot": id })).await;
    let bid = format!(
        "mutation {{ bidSubmit(input: {{ pilot: {id}, supplier: {}, pricePence: 500000, answer: \"a\", declarations: {DECLARATIONS} }}) {{
        receipt {{ version }} errors {{ message }} }} }}",
        small.id
    );
    let bid = world.data(&small, &bid, Value::Null).await;
    assert_eq!(bid["bidSubmit"]["receipt"]["version"], 1, "{bid}");
    of_pilot(&world, &id, "pilotExtend", &deadline(&world, 12)).await;
    let officers = world.mails(OFFICER).await.len();
    tick(&world.app).await.unwrap();
    let bidder = world.mails("one@tidebell.example").await;
    let mut bidder = bidder
        .into_iter()
        .filter(|mail| mail.subject.starts_with("Addendum 1"));
    let bidder = bidder.next().unwrap();
    let bidder = (bidder.subject, bidder.text);
    let officer = world.mails(OFFICER).await.split_off(officers).remove(0);
    for (begins, (subject, text)) in [
        ("Addendum 1: Bin sensors", bidder),
        ("Pilot changed: Bin sensors", (officer.subject, officer.text)),
    ] {
        assert!(subject.starts_with(begins), "{subject}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.to_lowercase()
                .contains("the deadline was wednesday 25 february 2026")
                && text.contains("is Friday 27"),
            "{text}"
        );
    }
    world.app.clock.set(at("2026-02-24T10:00:00Z"));
    let (subject, _) = only(news(&world, OFFICER).await);
    assert!(subject.starts_with("Pilot closes soon: Bin sensors"), "{subject}");
    assert_eq!(news(&world, OFFICER).await, [], "once for the deadline");
    of_pilot(&world, &id, "pilotCancel", "reason: \"No money\"").await;
    let (subject, text) = only(news(&world, OFFICER).await);
    assert!(
        subject == "Pilot cancelled: Bin sensors" && text.contains("No money"),
        "{text}"
    );
    let bidders = world.mails("one@tidebell.example").await;
    let cancelled = bidders
        .iter()
        .filter(|mail| mail.subject.contains("Cancelled") || mail.subject.contains("cancelled"));
    assert_eq!(
        cancelled.count(),
        1,
        "bidders have a mail of their own, and no second"
    );
}

#[tokio::test]
async fn a_deadline_moves_only_to_later_and_only_while_the_pilot_is_open() {
    let world = world("2026-01-15").await;
    let (approver, id) = pilot(&world, "NONE", 10).await;
    let extend = |days| {
        format!(
            "mutation {{ pilotExtend(pilot: {id}, version: 2, {}) {{ errors {{ code }} }} }}",
            deadline(&world, days)
        )
    };
    for days in [9, 10] {
        let refused = world.data(&approver, &extend(days), Value::Null).await;
        assert_eq!(
            refused["pilotExtend"]["errors"],
            json!([{ "code": "BAD_DEADLINE" }])
        );
    }
    world.app.clock.advance(Duration::days(10));
    let approver = world.token("a@norfolk.example").await;
    let late = world.data(&approver, &extend(20), Value::Null).await;
    assert_eq!(
        late["pilotExtend"]["errors"],
        json!([{ "code": "NOT_PUBLISHED" }])
    );
}

#[tokio::test]
async fn who_has_left_a_supplier_does_not_learn_that_it_bids_and_no_operator_does() {
    let world = world("2026-01-15").await;
    let tidebell = world.supplier("one@tidebell.example", "Tidebell").await;
    let (_, first) = pilot(&world, "NONE", 10).await;
    let submit = |pilot: &Value| {
        format!(
            "mutation {{ bidSubmit(input: {{ pilot: {pilot}, supplier: {}, pricePence: 500000, answer: \"a\", declarations: {DECLARATIONS} }}) {{
            receipt {{ version }} errors {{ message }} }} }}",
            tidebell.id
        )
    };
    let bid = world.data(&tidebell, &submit(&first), Value::Null).await;
    assert_eq!(bid["bidSubmit"]["receipt"]["version"], 1, "{bid}");
    of_pilot(&world, &first, "pilotExtend", &deadline(&world, 12)).await;
    tick(&world.app).await.unwrap();
    let mails = world.mails("one@tidebell.example").await;
    assert!(mails.iter().any(|mail| mail.subject.starts_with("Addendum 1: ")));
    let history = "query H($about: ID!, $address: String) { alertHistory(about: $about, address: $address) {
        searches { name } notification { state } } }";
    let own = world.data(&tidebell, history, json!({ "about": first })).await;
    assert!(
        !own.to_string().contains("my organisation bids for"),
        "no list of bidders while bids are sealed: {own}"
    );
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let asked = json!({ "about": first, "address": "one@tidebell.example" });
    let told = world.data(&operator, history, asked).await.to_string();
    assert!(!told.contains("bids") && !told.contains("mailed"), "{told}");

    // As it is once they are no member any more.
    entity::membership::Entity::delete_many()
        .exec(world.app.db.for_migration())
        .await
        .unwrap();
    let approver = "a@norfolk.example";
    let council = guildhall::councils::directory().find("norfolk").unwrap().id;
    let person = world
        .data(&world.token(approver).await, "{ viewer { id } }", Value::Null)
        .await;
    assert!(person["viewer"]["id"].is_string());
    let row = entity::person::Entity::find()
        .filter(entity::person::Column::Email.eq(approver))
        .one(world.app.db.read())
        .await
        .unwrap()
        .unwrap();
    join_council(
        &world.app,
        &Viewer::System,
        row.id,
        council,
        CouncilRole::Approver,
    )
    .await
    .unwrap();
    of_pilot(&world, &first, "pilotExtend", &deadline(&world, 14)).await;
    tick(&world.app).await.unwrap();
    assert_eq!(world.mails("one@tidebell.example").await.len(), mails.len());
}

#[tokio::test]
async fn who_confirmed_their_size_long_ago_is_told_only_of_what_is_not_reserved_until_they_do_again() {
    let world = world("2026-01-15").await;
    let small = world.supplier("one@tidebell.example", "Tidebell").await;
    let kinds = json!({ "kinds": ["PILOT_PUBLISHED"], "mayBid": true });
    save(&world, &small.token, "one@tidebell.example", kinds).await;
    world.app.clock.set(at("2027-03-20T09:00:00Z"));
    let (approver, _) = pilot(&world, "SME", 10).await;
    assert_eq!(news(&world, "one@tidebell.example").await, [], "14 months ago");
    let confirm =
        "mutation C($id: ID!) { supplierConfirmSize(supplier: $id, version: 1) { errors { code } } }";
    let token = world.token("one@tidebell.example").await;
    world.data(&token, confirm, json!({ "id": small.id })).await;
    another(&world, &approver, "SME", 10).await;
    only(news(&world, "one@tidebell.example").await);
}
