//! What suppliers list, as it is searched and read: words and choices with their counts, who uses a product by the
//! registers, and every version that was public.

use crate::world::{Supplier, World};
use entity::contract;
use guildhall::councils::directory;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DRAFT: &str = "mutation D($supplier: ID!, $listing: ProductListingInput!) {
    productDraft(supplier: $supplier, listing: $listing) { product { id } errors { code path } } }";
const PUBLISH: &str = "mutation P($id: ID!) { productPublish(product: $id, version: 1) { errors { code } } }";
const SEARCH: &str = "query S($words: String, $filter: ProductSearchFilter, $first: Int, $after: String) {
    productSearch(words: $words, filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { name supplier { name } } }
        facets { services { service { lgsl } count } sectors { sector { division } count } hosting { hosting count }
            sizes { size count } usedByKinds { kind count } usedByRegions { region count } } } }";

async fn list(world: &World, who: &Supplier, listing: Value) -> Value {
    let mut whole = json!({ "name": "Rounds", "summary": "s", "description": "d" });
    for (name, value) in listing.as_object().unwrap() {
        whole[name] = value.clone();
    }
    let given = json!({ "supplier": who.id, "listing": whole });
    let drafted = world.data(who, DRAFT, given).await;
    assert_eq!(drafted["productDraft"]["errors"], json!([]), "{whole}");
    let id = drafted["productDraft"]["product"]["id"].clone();
    world.data(who, PUBLISH, json!({ "id": id })).await;
    id
}

async fn search(world: &World, words: &str, filter: Value) -> Value {
    let given = json!({ "words": words, "filter": filter });
    world.data((), SEARCH, given).await["productSearch"].clone()
}

fn names(found: &Value) -> Vec<&str> {
    let edges = found["edges"].as_array().unwrap().iter();
    edges.map(|edge| edge["node"]["name"].as_str().unwrap()).collect()
}

/// The counts of a facet, by value.
fn counts(found: &Value, facet: &str, value: &str) -> BTreeMap<String, u64> {
    let counted = found["facets"][facet].as_array().unwrap().iter();
    let of = |one: &Value| {
        one.pointer(value)
            .unwrap()
            .to_string()
            .trim_matches('"')
            .to_owned()
    };
    counted
        .map(|one| (of(one), one["count"].as_u64().unwrap()))
        .collect()
}

/// A contract of the fixture's register gets a product's name, as those who correct registers would give it.
async fn names_product(world: &World, reference: &str, product: &str) {
    let txn = world.app.db.begin().await.unwrap();
    contract::Entity::update_many()
        .filter(contract::Column::Reference.eq(reference))
        .col_expr(contract::Column::ProductName, Expr::value(product))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn a_listing_says_what_it_works_with_and_what_came_of_it() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let norfolk = world.council("norfolk").await;
    let says = json!({ "integrations": ["Address gazetteer", "GOV.UK Pay"], "standards": ["WCAG 2.2 AA"],
        "accessibility": "Tested in spring.", "caseStudies": [{ "title": "Norfolk's rounds", "council": norfolk,
            "outcome": "Fewer missed bins.", "url": "https://norfolk.example/rounds" }] });
    let id = list(&world, &one, says.clone()).await;
    let read = "query P($id: ID!) { product(id: $id) { integrations standards accessibility
        caseStudies { title council { slug } outcome url } } }";
    let shown = world.data((), read, json!({ "id": id })).await["product"].clone();
    let mut expected = says;
    expected["caseStudies"][0]["council"] = json!({ "slug": "norfolk" });
    assert_eq!(shown, expected);
    let wrong = json!({ "name": "n", "summary": "s", "description": "d", "integrations": [" "],
        "standards": vec!["x"; 31], "caseStudies": [{ "title": "", "outcome": "o", "url": "javascript:1" }] });
    let refused = world
        .data(&one, DRAFT, json!({ "supplier": one.id, "listing": wrong }))
        .await;
    let expected = json!([{ "code": "BAD_TEXT", "path": "integrations.0" }, { "code": "TOO_MANY", "path": "standards" },
        { "code": "BAD_TEXT", "path": "caseStudies.0.title" }, { "code": "BAD_URL", "path": "caseStudies.0.url" }]);
    assert_eq!(refused["productDraft"]["errors"], expected);
}

#[tokio::test]
async fn every_version_that_was_public_is_read_by_everybody_and_drafts_by_their_own() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let draft =
        json!({ "supplier": one.id, "listing": { "name": "Secret", "summary": "s", "description": "d" } });
    let id = world.data(&one, DRAFT, draft).await["productDraft"]["product"]["id"].clone();
    let revise = "mutation R($id: ID!, $version: Int!, $name: String!, $standards: [String!]!) {
        productRevise(product: $id, version: $version,
            listing: { name: $name, summary: \"s\", description: \"d\", standards: $standards }) { errors { code } } }";
    let state = "mutation P($id: ID!) { productPublish(product: $id, version: 2) { errors { code } } }";
    let revised = |version: i32, name: &str, standards: &[&str]| json!({ "id": id, "version": version, "name": name, "standards": standards });
    world.data(&one, revise, revised(1, "One", &["UPRN"])).await;
    world.data(&one, state, json!({ "id": id })).await;
    world.data(&one, revise, revised(3, "Two", &[])).await;
    let archive = "mutation A($id: ID!) { productArchive(product: $id, version: 4) { errors { code } } }";
    world.data(&one, archive, json!({ "id": id })).await;
    let read = "query V($id: ID!) { product(id: $id) { versions { version state name standards } } }";
    let version = |version: i32, state: &str, name: &str, standards: &[&str]| json!({ "version": version, "state": state, "name": name, "standards": standards });
    let public = [
        version(4, "PUBLISHED", "Two", &[]),
        version(3, "PUBLISHED", "One", &["UPRN"]),
    ];
    let shown = world.data((), read, json!({ "id": id })).await;
    assert_eq!(shown["product"]["versions"], json!(public));
    let own = world.data(&one, read, json!({ "id": id })).await["product"]["versions"].clone();
    let all = [
        version(5, "ARCHIVED", "Two", &[]),
        public[0].clone(),
        public[1].clone(),
        version(2, "DRAFT", "One", &["UPRN"]),
        version(1, "DRAFT", "Secret", &[]),
    ];
    assert_eq!(own, json!(all));
}

#[tokio::test]
async fn who_uses_a_product_is_what_running_contracts_say() {
    let world = World::new().await;
    world.app.clock.set("2016-01-15T09:00:00Z".parse().unwrap());
    let own = world.supplier("one@rounds.example", "Invented Rounds").await;
    let other = world.supplier("two@copperwren.example", "Copperwren").await;
    world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    let by_title = list(&world, &own, json!({ "name": "LIBRARY van" })).await;
    let by_name = list(&world, &other, json!({ "name": "Tern" })).await;
    let others_title = list(&world, &other, json!({ "name": "Recycling" })).await;
    names_product(&world, "F001", "TERN").await;
    let read = "query U($id: ID!) { product(id: $id) { usedByCount usedBy { council { slug } contracts } } }";
    let used = |count: i64, uses: Value| json!({ "product": { "usedByCount": count, "usedBy": uses } });
    let norfolk = json!([{ "council": { "slug": "norfolk" }, "contracts": 1 }]);
    for (id, expected) in [
        (&by_title, used(1, norfolk.clone())),
        (&by_name, used(1, norfolk.clone())),
        (&others_title, used(0, json!([]))),
    ] {
        assert_eq!(world.data((), read, json!({ "id": id })).await, expected);
    }
    let suffolk = directory().find("suffolk").unwrap().id;
    let txn = world.app.db.begin().await.unwrap();
    let of = contract::Column::Reference.eq("F001");
    let row = contract::Entity::find()
        .filter(of)
        .one(&txn)
        .await
        .unwrap()
        .unwrap();
    let buyer = entity::contract_buyer::ActiveModel {
        contract_id: sea_orm::ActiveValue::Set(row.id),
        council_id: sea_orm::ActiveValue::Set(suffolk),
    };
    entity::contract_buyer::Entity::insert(buyer)
        .exec_without_returning(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let both = json!([{ "council": { "slug": "norfolk" }, "contracts": 1 },
        { "council": { "slug": "suffolk" }, "contracts": 1 }]);
    assert_eq!(
        world.data((), read, json!({ "id": by_name })).await,
        used(2, both)
    );
    let camden = world.council("camden").await;
    for (filter, expected) in [
        (json!({ "usedByKind": "COUNTY" }), vec!["LIBRARY van", "Tern"]),
        (json!({ "usedByKind": "DISTRICT" }), vec![]),
        (
            json!({ "usedByRegion": "EAST_OF_ENGLAND", "usedByKind": "COUNTY" }),
            vec!["LIBRARY van", "Tern"],
        ),
        (json!({ "usedByLike": { "council": camden } }), vec![]),
        (
            json!({ "usedByLike": { "council": world.council("kent").await } }),
            vec!["LIBRARY van", "Tern"],
        ),
        (
            json!({ "usedByLike": { "council": world.council("kent").await, "same": ["KIND", "REGION"] } }),
            vec![],
        ),
    ] {
        let found = search(&world, "", filter.clone()).await;
        assert_eq!(names(&found), expected, "{filter}");
        let regions = counts(&found, "usedByRegions", "/region");
        assert_eq!(
            regions.is_empty(),
            filter["usedByKind"] == "DISTRICT" || filter["usedByLike"]["council"] == camden
        );
    }
    world.app.clock.set("2016-04-01T09:00:00Z".parse().unwrap());
    assert_eq!(
        world.data((), read, json!({ "id": by_name })).await,
        used(0, json!([])),
        "it has ended"
    );
}

#[tokio::test]
async fn a_word_in_the_name_counts_before_the_summary_and_that_before_the_description() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    for (name, summary, description) in [
        ("Alpha", "nothing", "A ledger for BINS"),
        ("Beta", "Bins, in a ledger", "nothing"),
        ("Ledger bins", "nothing", "nothing"),
        ("Binary", "nothing", "a Ledger"),
        ("Cabins", "100% wood_", "nothing"),
    ] {
        let listing = json!({ "name": name, "summary": summary, "description": description });
        list(&world, &one, listing).await;
    }
    for (words, expected) in [
        ("bin", vec!["Binary", "Ledger bins", "Beta", "Alpha"]),
        ("BINS!", vec!["Ledger bins", "Beta", "Alpha"]),
        ("ledger, bins", vec!["Ledger bins", "Beta", "Alpha"]),
        ("bin ledger", vec!["Ledger bins", "Binary", "Beta", "Alpha"]),
        ("%", vec!["Alpha", "Beta", "Binary", "Cabins", "Ledger bins"]),
        ("100", vec!["Cabins"]),
        ("_", vec!["Alpha", "Beta", "Binary", "Cabins", "Ledger bins"]),
        ("bins zebra", vec![]),
    ] {
        assert_eq!(
            names(&search(&world, words, json!({})).await),
            expected,
            "{words}"
        );
    }
    let (mut paged, mut after) = (Vec::new(), Value::Null);
    loop {
        let given = json!({ "words": "bin", "first": 1, "after": after });
        let page = world.data((), SEARCH, given).await["productSearch"].clone();
        assert_eq!(page["totalCount"], 4);
        paged.extend(names(&page).into_iter().map(str::to_owned));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(paged, ["Binary", "Ledger bins", "Beta", "Alpha"]);
}

/// The listings of this test: a name says what is in it, so that it can be counted by hand.
fn listing(number: usize) -> Value {
    let services = [&[524][..], &[528], &[524, 528], &[]][number % 4];
    let cpv = [&["48100000"][..], &["72000000", "48332000"], &[]][number % 3];
    let hosting = [json!("CLOUD"), json!("ON_PREMISES"), Value::Null][number / 2 % 3].clone();
    json!({ "name": format!("Product {number:02}"), "services": services, "cpv": cpv, "hosting": hosting })
}

#[tokio::test]
async fn counts_are_of_what_a_search_for_each_value_finds_in_as_many_statements_for_any_number() {
    let world = World::new().await;
    let small = world.supplier("one@tidebell.example", "Tidebell").await;
    let none = world.supplier("two@copperwren.example", "Copperwren").await;
    let edit = "mutation E($id: ID!) { supplierEditProfile(supplier: $id, version: 1, profile: {}) { errors { code } } }";
    world.data(&none, edit, json!({ "id": none.id })).await;
    let mut statements = Vec::new();
    for number in 0..24 {
        let who = if number % 5 == 0 { &none } else { &small };
        list(&world, who, listing(number)).await;
        if number == 0 || number == 23 {
            let before = world.app.db.statements();
            search(&world, "product", json!({ "sizes": [], "services": [] })).await;
            statements.push(world.app.db.statements() - before);
        }
    }
    assert_eq!(
        statements,
        [4, 4],
        "three to search, one for the suppliers of the page"
    );
    let choices = [
        json!({}),
        json!({ "services": [524] }),
        json!({ "hosting": ["CLOUD"] }),
        json!({ "cpvPrefix": "48", "hosting": ["CLOUD"] }),
        json!({ "services": [528], "cpvPrefix": "7200", "sizes": ["SMALL"] }),
        json!({ "sizes": ["LARGE"] }),
    ];
    for chosen in choices {
        let found = search(&world, "product", chosen.clone()).await;
        for (facet, pointer, key, values) in [
            (
                "services",
                "/service/lgsl",
                "services",
                vec![json!(524), json!(528), json!(52)],
            ),
            (
                "sectors",
                "/sector/division",
                "cpvPrefix",
                vec![json!("48"), json!("72"), json!("90")],
            ),
            (
                "hosting",
                "/hosting",
                "hosting",
                vec![json!("CLOUD"), json!("ON_PREMISES")],
            ),
            ("sizes", "/size", "sizes", vec![json!("SMALL"), json!("LARGE")]),
        ] {
            let told = counts(&found, facet, pointer);
            for value in values {
                let mut other = chosen.clone();
                other[key] = if key == "cpvPrefix" {
                    value.clone()
                } else {
                    json!([value])
                };
                let by_hand = search(&world, "product", other).await["totalCount"]
                    .as_u64()
                    .unwrap();
                let word = value.to_string().trim_matches('"').to_owned();
                assert_eq!(
                    told.get(&word).copied().unwrap_or(0),
                    by_hand,
                    "{chosen} {facet} {value}"
                );
            }
        }
    }
    let all = search(&world, "product", json!({})).await;
    let expected = [("524", 12), ("528", 12)].map(|(code, count)| (code.to_owned(), count));
    assert_eq!(counts(&all, "services", "/service/lgsl"), expected.into());
    let expected = [("48", 16), ("72", 8)].map(|(code, count)| (code.to_owned(), count));
    assert_eq!(counts(&all, "sectors", "/sector/division"), expected.into());
    assert_eq!(counts(&all, "sizes", "/size"), [("SMALL".to_owned(), 19)].into());
    assert_eq!(all["totalCount"], 24);
}
