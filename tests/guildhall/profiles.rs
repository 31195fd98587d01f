//! What suppliers say of themselves: size with its figures and when it was confirmed, address, areas and trades.

use crate::world::{Supplier, World};
use serde_json::{Value, json};

const EDIT: &str = "mutation E($id: ID!, $version: Int!, $profile: SupplierProfileInput!) {
    supplierEditProfile(supplier: $id, version: $version, profile: $profile) {
        supplier { version sizeConfirmedOn } errors { code path message } } }";
const CONFIRM: &str =
    "mutation C($id: ID!, $version: Int!) { supplierConfirmSize(supplier: $id, version: $version) {
    supplier { version sizeConfirmedOn } errors { code path } } }";

async fn edit(world: &World, who: &Supplier, version: i32, profile: Value) -> Value {
    let given = json!({ "id": who.id, "version": version, "profile": profile });
    world.data(who, EDIT, given).await["supplierEditProfile"].clone()
}

/// The supplier on a later day, its founder signed in again.
async fn on(world: &World, day: &str, one: Supplier) -> Supplier {
    world.app.clock.set(format!("{day}T09:00:00Z").parse().unwrap());
    let token = world.token("one@tidebell.example").await;
    Supplier { token, ..one }
}

fn profile() -> Value {
    json!({ "size": "SMALL", "staff": 24, "turnoverPence": 210_000_000, "balanceSheetPence": 90_000_000,
        "town": "Preston", "sectors": ["72", "48", "72"],
        "address": { "lines": ["Unit 4", "1 Market Place"], "postcode": "zz993wz", "region": "NORTH_WEST" },
        "areasServed": { "regions": ["NORTH_WEST"] } })
}

#[tokio::test]
async fn a_profile_reads_back_and_what_is_not_given_is_taken_out() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let mut says = profile();
    says["areasServed"]["councils"] = json!([world.council("norfolk").await]);
    assert_eq!(edit(&world, &one, 1, says).await["errors"], json!([]));
    let read = "query S($id: ID!) { supplier(id: $id) { size staff town turnoverPence balanceSheetPence
        address { lines postcode country region } areasServed { everywhere regions councils { slug } }
        sectors { division name } } }";
    let mut expected = json!({ "size": "SMALL", "staff": 24, "town": "Preston", "turnoverPence": 210_000_000,
        "balanceSheetPence": 90_000_000, "address": { "lines": ["Unit 4", "1 Market Place"], "postcode": "ZZ99 3WZ",
            "country": "GB", "region": "NORTH_WEST" },
        "areasServed": { "everywhere": false, "regions": ["NORTH_WEST"], "councils": [{ "slug": "norfolk" }] },
        "sectors": [{ "division": "48", "name": "Software packages and information systems" },
            { "division": "72", "name": "IT services: consulting, software development, internet and support" }] });
    let id = json!({ "id": one.id });
    assert_eq!(world.data(&one, read, id.clone()).await["supplier"], expected);
    expected["turnoverPence"] = Value::Null;
    expected["balanceSheetPence"] = Value::Null;
    let to_all = world.data((), read, id.clone()).await;
    assert_eq!(to_all["supplier"], expected, "money is for its own people");
    edit(&world, &one, 2, json!({ "town": "Preston" })).await;
    let now = world.data((), read, id).await;
    let areas = json!({ "everywhere": false, "regions": [], "councils": [] });
    let bare = json!({ "size": null, "staff": null, "town": "Preston", "turnoverPence": null,
        "balanceSheetPence": null, "address": null, "areasServed": areas, "sectors": [] });
    assert_eq!(now["supplier"], bare);
}

#[tokio::test]
async fn a_size_counts_from_the_day_it_was_stated_or_confirmed_and_from_no_other() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let day = |answer: &Value| answer["supplier"]["sizeConfirmedOn"].clone();
    let id = json!({ "id": one.id });
    let read = "query S($id: ID!) { supplier(id: $id) { sizeConfirmedOn } }";
    let signed_up = world.data((), read, id).await;
    assert_eq!(day(&signed_up), "2026-01-15", "the day it signed up with a size");
    let one = on(&world, "2026-02-01", one).await;
    assert_eq!(
        day(&edit(&world, &one, 1, profile()).await),
        "2026-02-01",
        "figures are new"
    );
    let one = on(&world, "2026-03-01", one).await;
    let mut moved = profile();
    moved["town"] = "Lancaster".into();
    moved["sectors"] = json!(["48"]);
    moved["areasServed"] = json!({ "everywhere": true });
    moved["vcse"] = true.into();
    let told = edit(&world, &one, 2, moved).await;
    assert_eq!(day(&told), "2026-02-01", "nothing of its size was said");
    let confirm = json!({ "id": one.id, "version": 3 });
    let confirmed = world.data(&one, CONFIRM, confirm.clone()).await;
    assert_eq!(day(&confirmed["supplierConfirmSize"]), "2026-03-01");
    let one = on(&world, "2026-04-01", one).await;
    let mut grown = profile();
    grown["staff"] = 25.into();
    assert_eq!(day(&edit(&world, &one, 4, grown).await), "2026-04-01");
    assert_eq!(
        day(&edit(&world, &one, 5, json!({})).await),
        Value::Null,
        "no size, no day"
    );
    let none = world
        .data(&one, CONFIRM, json!({ "id": one.id, "version": 6 }))
        .await;
    let refused = json!([{ "code": "NO_SIZE", "path": "supplier" }]);
    assert_eq!(none["supplierConfirmSize"]["errors"], refused);
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    assert_eq!(world.refusal(&two, CONFIRM, confirm).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_size_that_disagrees_with_its_staff_is_refused_with_every_other_reason() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    for (size, staff, fits) in [
        ("MICRO", 9, true),
        ("MICRO", 10, false),
        ("SMALL", 49, true),
        ("SMALL", 50, false),
        ("MEDIUM", 250, false),
        ("LARGE", 249, false),
    ] {
        let version = world.version((), &one.id).await.as_i64().unwrap();
        let version = i32::try_from(version).unwrap();
        let told = edit(&world, &one, version, json!({ "size": size, "staff": staff })).await;
        let errors = told["errors"].as_array().unwrap();
        assert_eq!(errors.is_empty(), fits, "{size} {staff}: {errors:?}");
        if !fits {
            assert_eq!(
                (&errors[0]["code"], &errors[0]["path"]),
                (&json!("SIZE_DISAGREES"), &json!("size"))
            );
        }
    }
    let wrong = json!({ "size": "MICRO", "staff": 60, "turnoverPence": -1, "sectors": ["48", "00"],
        "website": "javascript:alert(1)", "address": { "lines": [], "postcode": "none", "country": "Gb" },
        "areasServed": { "councils": [one.id] } });
    let given = json!({ "id": one.id, "version": 1, "profile": wrong });
    assert_eq!(
        world.refusal(&one, EDIT, given).await,
        "WRONG_ID",
        "a supplier is no council"
    );
    let mut wrong = wrong;
    wrong["areasServed"] = json!({});
    let version = world.version((), &one.id).await;
    let version = i32::try_from(version.as_i64().unwrap()).unwrap();
    let told = edit(&world, &one, version, wrong).await;
    let errors = told["errors"].as_array().unwrap();
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error["code"].clone(), error["path"].clone()))
        .collect();
    let expected = [
        ("BAD_WEBSITE", "website"),
        ("BAD_FIGURE", "turnoverPence"),
        ("SIZE_DISAGREES", "size"),
        ("BAD_ADDRESS", "address.lines"),
        ("BAD_ADDRESS", "address.country"),
        ("UNKNOWN_SECTOR", "sectors.1"),
    ];
    assert_eq!(told, expected.map(|(code, path)| (json!(code), json!(path))));
    let size = errors
        .iter()
        .find(|error| error["code"] == "SIZE_DISAGREES")
        .unwrap();
    assert_eq!(
        size["message"],
        "60 staff make a supplier medium, and it says micro"
    );
    let nowhere = json!({ "address": { "lines": ["1 Market Place"], "postcode": "none" } });
    let told = edit(&world, &one, version, nowhere).await;
    assert_eq!(told["errors"][0]["code"], "BAD_POSTCODE");
}

#[tokio::test]
async fn suppliers_are_found_by_whom_they_serve_and_by_their_trade() {
    let world = World::new().await;
    let councils = [world.council("norfolk").await, world.council("preston").await];
    for (name, areas, sectors) in [
        ("Everywhere", json!({ "everywhere": true }), json!(["48"])),
        (
            "North West",
            json!({ "regions": ["NORTH_WEST"] }),
            json!(["48", "72"]),
        ),
        ("Norfolk", json!({ "councils": [councils[0]] }), json!(["90"])),
        ("Nowhere", Value::Null, json!([])),
    ] {
        let email = format!("{}@x.example", name.replace(' ', "").to_lowercase());
        let one = world.supplier(&email, name).await;
        let says = json!({ "areasServed": areas, "sectors": sectors });
        assert_eq!(edit(&world, &one, 1, says).await["errors"], json!([]));
    }
    let list = "query S($filter: SupplierFilter) { suppliers(filter: $filter) { edges { node { name } } } }";
    for (filter, expected) in [
        (json!({ "serves": councils[0] }), json!(["Everywhere", "Norfolk"])),
        (
            json!({ "serves": councils[1] }),
            json!(["Everywhere", "North West"]),
        ),
        (
            json!({ "servesRegion": "NORTH_WEST" }),
            json!(["Everywhere", "North West"]),
        ),
        (
            json!({ "servesRegion": "EAST_OF_ENGLAND" }),
            json!(["Everywhere"]),
        ),
        (
            json!({ "sectors": ["72", "90"] }),
            json!(["Norfolk", "North West"]),
        ),
        (
            json!({ "sectors": ["48"], "serves": councils[0] }),
            json!(["Everywhere"]),
        ),
    ] {
        let answer = world.data((), list, json!({ "filter": filter })).await;
        let edges = answer["suppliers"]["edges"].as_array().unwrap();
        let names: Value = edges.iter().map(|edge| edge["node"]["name"].clone()).collect();
        assert_eq!(names, expected, "{filter}");
    }
}
