//! Suppliers and the products they list: drafts are their own, what is published is everybody's.

use crate::world::World;
use serde_json::{Value, json};

const DRAFT: &str = "mutation D($supplier: ID!, $listing: ProductListingInput!) {
    productDraft(supplier: $supplier, listing: $listing) {
        product { id state version services { lgsl } } errors { code path } } }";
const LIST: &str =
    "query L($filter: ProductFilter, $after: String) { products(filter: $filter, first: 1, after: $after) {
    edges { cursor node { name supplier { name } } } pageInfo { hasNextPage } } }";

fn listing(name: &str) -> Value {
    json!({ "name": name, "summary": "100% in-cab tablets", "description": "Rounds.", "services": [524, 528],
        "cpv": ["48100000"], "hosting": "CLOUD" })
}

fn names(answer: &Value) -> Vec<&str> {
    let edges = answer["products"]["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["node"]["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_product_is_its_suppliers_own_until_it_is_published() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let draft = json!({ "supplier": one.id, "listing": listing("Rounds") });
    assert_eq!(world.refusal(&two, DRAFT, draft.clone()).await, "NOT_ALLOWED");
    let drafted = world.data(&one, DRAFT, draft).await["productDraft"]["product"].clone();
    assert_eq!(
        (&drafted["state"], &drafted["services"][1]["lgsl"]),
        (&json!("DRAFT"), &json!(528))
    );
    let id = json!({ "id": drafted["id"] });
    let of_supplier = json!({ "filter": { "supplier": one.id } });
    let read = "query P($id: ID!) { product(id: $id) { name state version } node(id: $id) { id } }";
    let nothing = json!({ "product": null, "node": null });
    assert_eq!(world.data(&two, read, id.clone()).await, nothing);
    assert_eq!(names(&world.data(&two, LIST, of_supplier.clone()).await), [""; 0]);
    assert_eq!(
        names(&world.data(&one, LIST, of_supplier.clone()).await),
        ["Rounds"]
    );

    let publish = "mutation P($id: ID!) { productPublish(product: $id, version: 1) { product { state } } }";
    assert_eq!(
        world.refusal(&two, publish, id.clone()).await,
        "NOT_FOUND",
        "a draft is not known to others"
    );
    world.data(&one, publish, id.clone()).await;
    assert_eq!(
        names(&world.data((), LIST, of_supplier.clone()).await),
        ["Rounds"]
    );
    assert_eq!(world.refusal(&two, publish, id.clone()).await, "NOT_ALLOWED");
    let profile = "query S($id: ID!) { supplier(id: $id) { products { name } } }";
    let shown = world.data((), profile, json!({ "id": one.id })).await;
    assert_eq!(shown["supplier"]["products"], json!([{ "name": "Rounds" }]));

    let revise = "mutation R($id: ID!, $listing: ProductListingInput!) {
        productRevise(product: $id, version: 2, listing: $listing) { product { name version } errors { code path } } }";
    let input = json!({ "id": drafted["id"], "listing": listing("Rounds 2") });
    let revised = world.data(&one, revise, input).await;
    assert_eq!(
        revised["productRevise"]["product"],
        json!({ "name": "Rounds 2", "version": 3 })
    );
    let archive = "mutation A($id: ID!) { productArchive(product: $id, version: 3) { product { state } } }";
    world.data(&one, archive, id.clone()).await;
    assert_eq!(names(&world.data((), LIST, of_supplier).await), [""; 0]);
    assert_eq!(
        world.data((), read, id).await["product"]["state"],
        "ARCHIVED",
        "found by its id"
    );
}

#[tokio::test]
async fn every_reason_against_a_product_is_told_at_once() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let mut listing = listing(" ");
    listing["services"] = json!([524, 999_999]);
    listing["cpv"] = json!(["4810"]);
    let refused = world
        .data(&one, DRAFT, json!({ "supplier": one.id, "listing": listing }))
        .await;
    let expected = json!([{ "code": "BAD_TEXT", "path": "name" }, { "code": "UNKNOWN_SERVICE", "path": "services.1" },
        { "code": "BAD_CPV", "path": "cpv.0" }]);
    assert_eq!(refused["productDraft"]["errors"], expected);
}

#[tokio::test]
async fn products_are_found_by_service_and_text_and_paged_by_name() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    for name in ["Beta", "Alpha", "Gamma"] {
        let drafted = world
            .data(
                &one,
                DRAFT,
                json!({ "supplier": one.id, "listing": listing(name) }),
            )
            .await;
        let publish = "mutation P($id: ID!) { productPublish(product: $id, version: 1) { errors { code } } }";
        world
            .data(
                &one,
                publish,
                json!({ "id": drafted["productDraft"]["product"]["id"] }),
            )
            .await;
    }
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = world.data((), LIST, json!({ "after": after })).await;
        found.extend(names(&page).iter().map(|name| (*name).to_owned()));
        after = page["products"]["edges"][0]["cursor"].clone();
        if page["products"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(found, ["Alpha", "Beta", "Gamma"]);
    for (filter, expected) in [
        (json!({ "service": 528 }), 1),
        (json!({ "service": 52 }), 0),
        (json!({ "text": "GAMM" }), 1),
        (json!({ "text": "100%" }), 1),
        (json!({ "text": "1%0" }), 0),
        (json!({ "text": "_amma" }), 0),
    ] {
        let page = world.data((), LIST, json!({ "filter": filter })).await;
        assert_eq!(names(&page).len(), expected, "{filter}");
    }
}

#[tokio::test]
async fn suppliers_are_listed_by_name_size_and_kind() {
    let world = World::new().await;
    world.supplier("one@tidebell.example", "Tidebell Ltd").await;
    world.supplier("two@copperwren.example", "Copperwren").await;
    let list =
        "query S($filter: SupplierFilter) { suppliers(filter: $filter) { edges { node { name size } } } }";
    for (filter, expected) in [
        (json!({}), json!(["Copperwren", "Tidebell Ltd"])),
        (json!({ "name": "tidebell limited" }), json!(["Tidebell Ltd"])),
        (
            json!({ "sizes": ["SMALL"] }),
            json!(["Copperwren", "Tidebell Ltd"]),
        ),
        (json!({ "sizes": ["LARGE"] }), json!([])),
        (json!({ "vcse": true }), json!([])),
    ] {
        let answer = world.data((), list, json!({ "filter": filter })).await;
        let edges = answer["suppliers"]["edges"].as_array().unwrap();
        let names: Value = edges.iter().map(|edge| edge["node"]["name"].clone()).collect();
        assert_eq!(names, expected, "{filter}");
    }
}
