//! Harvesters follow the pages and miss nothing, whatever changes meanwhile.

use super::*;
use guildhall::access::CouncilRole;
use serde_json::json as value;
use std::collections::{HashMap, HashSet};

const HERE: &str = "https://guildhall.example";

/// The path of an address of ours.
fn path(address: &Value) -> Option<String> {
    let address = address.as_str()?;
    Some(
        address
            .strip_prefix(HERE)
            .unwrap_or_else(|| panic!("{address}"))
            .to_owned(),
    )
}

/// All pages from one on, with what is done after the first.
async fn harvested(world: &World, from: &str, meanwhile: impl AsyncFnOnce()) -> Vec<Value> {
    let (mut next, mut meanwhile) = (Some(from.to_owned()), Some(meanwhile));
    let mut pages = Vec::new();
    while let Some(at) = next {
        let page = json(world, &at).await;
        assert_eq!(path(&page["uri"]), Some(at), "a page says where it is");
        next = path(&page["links"]["next"]);
        pages.push(page);
        if let Some(meanwhile) = meanwhile.take() {
            meanwhile().await;
        }
    }
    pages
}

fn releases(pages: &[Value]) -> Vec<&Value> {
    pages
        .iter()
        .flat_map(|page| page["releases"].as_array().unwrap())
        .collect()
}

fn ocids<'a>(releases: &[&'a Value]) -> Vec<&'a str> {
    releases
        .iter()
        .map(|release| release["ocid"].as_str().unwrap())
        .collect()
}

/// Corrects a contract's title through the graph.
async fn retitled(world: &World, officer: &String, ocid: &str, title: &str) {
    let id = ocid.rsplit('-').next().unwrap();
    let id = guildhall::graphql::ids::Id::new(guildhall::graphql::ids::Sort::Contract, id.parse().unwrap());
    let id = value!(id.to_string());
    let version = world.version((), &id).await;
    let amend =
        "mutation A($input: ContractAmendInput!) { contractAmend(input: $input) { errors { message } } }";
    let input = value!({ "contract": id, "version": version, "title": title });
    let done = world.data(officer, amend, value!({ "input": input })).await;
    assert_eq!(done["contractAmend"]["errors"], value!([]));
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_and_what_changes_comes_again_at_the_end() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let officer = world
        .member("officer@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let all = json(&world, "/open/norfolk/releases.json").await;
    assert_eq!(all["releases"].as_array().unwrap().len(), 13);
    assert!(all["links"]["next"].is_null());
    let ids: Vec<String> = ocids(&releases(std::slice::from_ref(&all)))
        .into_iter()
        .map(str::to_owned)
        .collect();
    let (seen, unseen) = (ids[0].clone(), ids[12].clone());
    world.app.clock.advance(chrono::Duration::minutes(10));
    let pages = harvested(&world, "/open/norfolk/releases.json?limit=4", async || {
        retitled(&world, &officer, &seen, "Seen before").await;
        retitled(&world, &officer, &unseen, "Not seen yet").await;
    })
    .await;
    let got = releases(&pages);
    let distinct: HashSet<&str> = ocids(&got).into_iter().collect();
    assert_eq!(
        (got.len(), distinct.len()),
        (14, 13),
        "the one that was seen comes again"
    );
    let last: HashMap<&str, &str> = got
        .iter()
        .map(|release| {
            (
                release["ocid"].as_str().unwrap(),
                release["contracts"][0]["title"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        (last[seen.as_str()], last[unseen.as_str()]),
        ("Seen before", "Not seen yet")
    );
    let release_ids: HashSet<&Value> = got.iter().map(|release| &release["id"]).collect();
    assert_eq!(release_ids.len(), 14, "two states are two releases");
}

#[tokio::test]
async fn later_only_what_changed_since_is_asked_for() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let first = json(&world, "/open/norfolk/releases.json?limit=1").await["releases"][0]["ocid"].clone();
    world.app.clock.advance(chrono::Duration::days(1));
    let officer = world
        .member("officer@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    retitled(&world, &officer, first.as_str().unwrap(), "Changed").await;
    for since in [
        "2026-01-16",
        "2026-01-16T09:00:00Z",
        "2026-01-16T09:00:00%2B00:00",
    ] {
        let page = json(&world, &format!("/open/norfolk/releases.json?since={since}")).await;
        assert_eq!(
            ocids(&releases(std::slice::from_ref(&page))),
            [first.as_str().unwrap()],
            "{since}"
        );
        let lines = fetched(&world, &format!("/open/releases.jsonl?since={since}")).await;
        assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 1);
    }
    let pages = harvested(
        &world,
        "/open/norfolk/records.json?since=2026-01-15T09%3A00%3A00Z&limit=6",
        async || {},
    )
    .await;
    let records: usize = pages
        .iter()
        .map(|page| page["records"].as_array().unwrap().len())
        .sum();
    assert_eq!(
        (pages.len(), records),
        (3, 13),
        "links.next keeps asking since the same instant"
    );
}

#[tokio::test]
async fn one_contract_one_page_and_the_lines_tell_the_same_release() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let all = json(&world, "/open/norfolk/releases.json").await;
    let lines = String::from_utf8(fetched(&world, "/open/releases.jsonl").await).unwrap();
    let lines: HashMap<String, Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|release| (release["ocid"].as_str().unwrap().to_owned(), release))
        .collect();
    assert_eq!(lines.len(), 13);
    for release in all["releases"].as_array().unwrap() {
        let (ocid, id) = (
            release["ocid"].as_str().unwrap(),
            release["contracts"][0]["id"].as_str().unwrap(),
        );
        assert_eq!(&lines[ocid], release);
        let one = json(&world, &format!("/open/contracts/{id}/release.json")).await;
        assert_eq!(&one["releases"][0], release);
        assert_eq!(
            one["publisher"],
            value!({ "name": "Norfolk County Council", "scheme": "GB-LAE", "uid": "NFK" })
        );
        let record = json(&world, &format!("/open/contracts/{id}/record.json")).await;
        assert_eq!(record["records"][0]["releases"], value!([release]));
    }
    assert_eq!(all["publicationPolicy"], "https://guildhall.example/open");
}

#[tokio::test]
async fn an_installation_publishes_under_its_own_prefix() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let site = world.site.clone().with_ocid_prefix("ocds-h6vhtk");
    let client = poem::test::TestClient::new(guildhall::http::routes(site));
    let page = crate::world::body(client.get("/open/norfolk/releases.json").send().await).await;
    for release in page["releases"].as_array().unwrap() {
        assert!(release["ocid"].as_str().unwrap().starts_with("ocds-h6vhtk-"));
    }
}
