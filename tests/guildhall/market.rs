//! The market, seen through the graph. The numbers of the fixture were worked out by this Python, and only then asserted:
//!
//! ```text
//! import csv, datetime as D, collections as C
//! day, last = D.date(2026, 1, 15), D.date(2027, 1, 15)
//! d = lambda s: D.datetime.strptime(s, '%d/%m/%Y').date() if s else None
//! count, value, ends, all = C.Counter(), C.Counter(), [], []
//! for r in csv.DictReader(open('market.csv')):
//!     if not r['Procurement classification: CPV code'].startswith('48'): continue
//!     s, e, who = d(r['Contract start date']), d(r['End date']), r['Supplier name']
//!     if e and e.year > 2090: e = None
//!     if s > day or e and e < day: continue
//!     v, y = int(r['Contract value'] or 0) * 100, 0
//!     if v and e: y = v if (e - s).days * 4 + 4 <= 1461 else v * 1461 // (4 * (e - s).days + 4)
//!     all.append((e is None, who[:8] == 'REDACTED', not v, bool(v and not e), y))
//!     if who[:8] != 'REDACTED': count[who] += 1; value[who] += y
//!     if e and e <= last: ends.append((e, r['Contract Reference number / ID']))
//! print(len(all), [sum(one) for one in zip(*all)], count, value, sorted(ends))
//! for of in count, value: print(sum((100 * x / sum(of.values())) ** 2 for x in of.values()))
//! ```

mod large;
mod norfolk;

use crate::world::World;
use entity::supplier;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

const FIXTURE: &str = include_str!("../fixtures/market.csv");
const QUERY: &str = "query M($filter: MarketFilter, $asOf: NaiveDate, $months: Int) {
    market(filter: $filter, asOf: $asOf, endingWithinMonths: $months) { contracts contractsWithoutEnd
    contractsWithoutSupplier contractsWithoutValue contractsWithoutTerm yearlyValuePence concentrationByValue
    concentrationByContracts sme { ...P } large { ...P } sizeUnknown { ...P }
    suppliers(first: 100) { totalCount edges { node { supplier { name } contracts yearlyValuePence shareOfValue
        shareOfContracts isSme heldSince yearsHeld } } }
    ending { totalCount edges { node { endsOn heldSince yearsHeld contract { reference suppliers { name }
        council { slug } } } } } } }
    fragment P on MarketPart { suppliers contracts yearlyValuePence shareOfValue shareOfContracts }";

/// The fixture in Norfolk's register, its suppliers with sizes.
async fn world() -> World {
    let world = World::new().await;
    world.register(FIXTURE, false).await;
    let txn = world.app.db.begin().await.unwrap();
    for (name, size) in [("Tallow", "large"), ("Cobweb", "small"), ("Fathom", "micro")] {
        supplier::Entity::update_many()
            .filter(supplier::Column::Name.starts_with(name))
            .col_expr(supplier::Column::Size, Expr::value(size))
            .exec(&txn)
            .await
            .unwrap();
    }
    txn.commit().await.unwrap();
    world
}

async fn market(world: &World, filter: Value, as_of: &str, months: u32) -> Value {
    let variables = json!({ "filter": filter, "asOf": as_of, "months": months });
    world.data((), QUERY, variables).await["market"].clone()
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!(
        (value - expected).abs() < 1e-6 * expected.max(1.0),
        "{value} for {expected}"
    );
}

#[tokio::test]
async fn shares_concentration_and_size_are_those_worked_out_beside_it() {
    let world = world().await;
    let seen = market(&world, json!({ "cpvPrefix": "48" }), "2026-01-15", 12).await;
    let counted = [
        ("contracts", 8),
        ("contractsWithoutEnd", 2),
        ("contractsWithoutSupplier", 1),
        ("contractsWithoutValue", 1),
        ("contractsWithoutTerm", 2),
        ("yearlyValuePence", 16_839_146),
    ];
    for (field, expected) in counted {
        assert_eq!(seen[field], expected, "{field}");
    }
    near(&seen["concentrationByValue"], 4_666.307_706_986_278);
    near(&seen["concentrationByContracts"], 2_653.061_224_489_796);
    for (part, suppliers, contracts, pence, value, number) in [
        ("sme", 2, 4, 5_838_462, 5_838_462.0 / 15_838_462.0, 4.0 / 7.0),
        ("large", 1, 1, 10_000_000, 10_000_000.0 / 15_838_462.0, 1.0 / 7.0),
        ("sizeUnknown", 1, 2, 0, 0.0, 2.0 / 7.0),
    ] {
        let part = &seen[part];
        assert_eq!(
            (&part["suppliers"], &part["contracts"]),
            (&json!(suppliers), &json!(contracts))
        );
        assert_eq!(part["yearlyValuePence"], pence);
        near(&part["shareOfValue"], value);
        near(&part["shareOfContracts"], number);
    }
    let edges = seen["suppliers"]["edges"].as_array().unwrap();
    let suppliers: Vec<_> = edges.iter().map(|edge| &edge["node"]).collect();
    let row = |node: &&Value| {
        (
            node["supplier"]["name"].as_str().unwrap().to_owned(),
            node["contracts"].as_i64().unwrap(),
            node["yearlyValuePence"].as_i64().unwrap(),
            node["isSme"].as_bool(),
        )
    };
    let rows: Vec<_> = suppliers.iter().map(row).collect();
    let named = |name: &str, contracts, pence, is_sme| (name.to_owned(), contracts, pence, is_sme);
    assert_eq!(
        rows,
        [
            named("Tallow & Reed Ltd", 1, 10_000_000, Some(false)),
            named("Cobweb Payments Ltd", 2, 3_002_054, Some(true)),
            named("Fathom Maps CIC", 2, 2_836_408, Some(true)),
            named("Hollow Oak Systems Ltd", 2, 0, None),
        ]
    );
    near(&suppliers[0]["shareOfValue"], 10_000_000.0 / 15_838_462.0);
    near(&suppliers[0]["shareOfContracts"], 1.0 / 7.0);
    assert_eq!(
        suppliers[0]["heldSince"], "2018-04-01",
        "two contracts that follow one another"
    );
    assert_eq!(suppliers[0]["yearsHeld"], 7);
    let edges = seen["ending"]["edges"].as_array().unwrap();
    let ending: Vec<_> = edges
        .iter()
        .map(|edge| {
            let of = |name: &str| edge["node"][name].as_str().map(str::to_owned);
            (
                edge["node"]["contract"]["reference"].as_str().unwrap(),
                of("endsOn"),
                of("heldSince"),
            )
        })
        .collect();
    let ends = |reference, ends: &str, since: Option<&str>| {
        (reference, Some(ends.to_owned()), since.map(str::to_owned))
    };
    let mut expected = [
        ends("M01", "2026-03-31", Some("2018-04-01")),
        // The archive that ended the day before it was followed by none, and these ran beside it.
        ends("M04", "2026-03-31", Some("2019-03-01")),
        ends("M06", "2026-12-31", None),
        ends("M07", "2026-12-31", Some("2020-01-01")),
        ends("M11", "2027-01-14", Some("2019-03-01")),
    ];
    let mut sorted = ending.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    assert!(ending.is_sorted_by_key(|(_, ends, _)| ends.clone()), "{ending:?}");
}

#[tokio::test]
async fn whoever_asks_by_region_or_council_sees_that_market_and_no_other() {
    let world = world().await;
    let all = market(&world, Value::Null, "2026-01-15", 0).await;
    assert_eq!(all["contracts"], 9);
    assert_eq!(all["ending"]["totalCount"], 0);
    for (filter, contracts) in [
        (json!({ "regions": ["EAST_OF_ENGLAND"] }), 9),
        (json!({ "regions": ["SCOTLAND"] }), 0),
        (json!({ "councilKinds": ["COUNTY"], "cpvPrefix": "90" }), 1),
        (json!({ "councils": [world.council("fife").await] }), 0),
        (json!({ "services": [528] }), 0),
    ] {
        let seen = market(&world, filter.clone(), "2026-01-15", 12).await;
        assert_eq!(seen["contracts"], contracts, "{filter}");
    }
    let nothing = market(&world, json!({ "services": [528] }), "2026-01-15", 12).await;
    assert_eq!(nothing["concentrationByValue"], Value::Null);
    assert_eq!(nothing["sme"]["shareOfContracts"], Value::Null);
    for (query, code) in [
        (
            "{ market(filter: { cpvPrefix: \"x\" }) { contracts } }",
            "BAD_FILTER",
        ),
        ("{ market(endingWithinMonths: 121) { contracts } }", "BAD_FILTER"),
        ("{ whoElseRuns(product: \" \") { totalCount } }", "BAD_FILTER"),
    ] {
        assert_eq!(world.refusal((), query, Value::Null).await, code, "{query}");
    }
}

#[tokio::test]
async fn pages_of_suppliers_and_endings_follow_one_another() {
    let world = world().await;
    let query = "query P($s: String, $e: String) { market(asOf: \"2026-01-15\") {
        suppliers(first: 2, after: $s) { edges { cursor node { supplier { name } } } pageInfo { hasNextPage } }
        ending(first: 2, after: $e) { edges { cursor node { contract { reference } } } pageInfo { hasNextPage } } } }";
    let (mut names, mut references) = (Vec::new(), Vec::new());
    let (mut after_supplier, mut after_ending) = (Value::Null, Value::Null);
    for _ in 0..3 {
        let variables = json!({ "s": after_supplier, "e": after_ending });
        let page = world.data((), query, variables).await["market"].clone();
        for edge in page["suppliers"]["edges"].as_array().unwrap() {
            names.push(edge["node"]["supplier"]["name"].as_str().unwrap().to_owned());
            after_supplier = edge["cursor"].clone();
        }
        for edge in page["ending"]["edges"].as_array().unwrap() {
            references.push(edge["node"]["contract"]["reference"].as_str().unwrap().to_owned());
            after_ending = edge["cursor"].clone();
        }
    }
    assert_eq!(names.len(), 5, "{names:?}");
    references.sort();
    assert_eq!(references, ["M01", "M04", "M06", "M07", "M11"]);
}

#[tokio::test]
async fn whoever_runs_the_same_is_found_by_product_or_supplier_with_its_end() {
    let world = world().await;
    let query = "query W($product: String!, $supplier: ID, $not: [ID!], $asOf: NaiveDate) {
        whoElseRuns(product: $product, supplier: $supplier, notCouncils: $not, asOf: $asOf) { totalCount
        edges { node { reference currentEndsOn council { slug } } } } }";
    let found = async |variables: Value| {
        let data = world.data((), query, variables).await["whoElseRuns"].clone();
        let edges = data["edges"].as_array().unwrap().clone();
        assert_eq!(data["totalCount"], edges.len());
        let reference = |edge: &Value| edge["node"]["reference"].as_str().unwrap().to_owned();
        edges.iter().map(reference).collect::<Vec<_>>()
    };
    let day = "2026-01-15";
    assert_eq!(
        found(json!({ "product": "case system", "asOf": day })).await,
        ["M01"]
    );
    assert_eq!(
        found(json!({ "product": "case system", "asOf": "2020-01-01" })).await,
        ["M02"]
    );
    // Ends first, first; the unknown one last, and what has not begun not at all.
    let name = "{ suppliers(filter: { name: \"Cobweb\" }) { edges { node { id } } } }";
    let cobweb = world.data((), name, Value::Null).await["suppliers"]["edges"][0]["node"]["id"].clone();
    let of = json!({ "product": "", "supplier": cobweb, "asOf": day });
    assert_eq!(found(of).await, ["M03", "M05"]);
    let norfolk = world.council("norfolk").await;
    let others = json!({ "product": "case system", "not": [norfolk], "asOf": day });
    assert_eq!(found(others).await, [] as [&str; 0], "one's own left out");
}
