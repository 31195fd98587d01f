//! Real notices: 201 releases of Contracts Finder, its search packages, and the standard's own examples (`../shared/data`,
//! not in the repository).

use super::{Imported, World, brought, codes, contract, counts, supplier};
use sea_orm::{EntityTrait, PaginatorTrait};

/// Counted from the file by another program, in Python, before anything was asserted:
///
/// ```text
/// import json, re, collections as C
/// n, awards, ocids, awarded, councils, seen = C.Counter(), {}, set(), set(), set(), set()
/// for r in sorted(map(json.loads, open('england_contracts_finder.jsonl')), key=lambda r: (r['date'], r['id'])):
///     name = r['buyer']['name'].lower().removeprefix('the ')
///     if not re.search('council|borough of|combined authority', name) or re.search('parish|town council', name):
///         n['held'] += 1; continue
///     councils.add(name); ocids.add(r['ocid']); n['twice'] += (r['ocid'], r['id']) in seen; seen.add((r['ocid'], r['id']))
///     for a in r.get('awards', []): awarded.add(r['ocid']); awards[r['ocid'], a['id']] = a, r
/// pence = sum(round(a['value']['amount'] * 100) for a, r in awards.values())
/// def key(n):
///     w = re.sub(r'[^a-z0-9]+', ' ', n.lower().replace('&', ' and ').replace("'", '')).strip().removeprefix('the ')
///     while (k := re.sub(' (limited|ltd|plc|llp|cic|p l c)$', '', w)) != w: w = k
///     return w
/// links, coh, sup = 0, set(), C.defaultdict(set)
/// for a, r in awards.values():
///     p, own = {p['id']: p for p in r['parties']}, set()
///     for s in a['suppliers']:
///         q = p[s['id']]; i = q.get('identifier', {}); own.add(key(s['name'])); sup[key(s['name'])].add(q.get('details', {}).get('scale'))
///         if i.get('scheme') == 'GB-COH': coh.add(i['id'].zfill(8))
///     links += len(own)
/// print(n, len(councils), len(ocids), len(awarded), len(awards), pence, links, len(sup), len(coh), sum('sme' in s for s in sup.values()))
/// # held 119, twice 1; 51 councils, 75 processes, 55 awarded, 57 awards, 4937745973 pence, 97 suppliers of awards, 85
/// # suppliers, 9 with a company number, 18 SMEs
/// ```
#[tokio::test]
async fn contracts_finders_releases_come_in_as_counted() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/ocds/england_contracts_finder.jsonl"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        assert!(std::env::var_os("CI").is_none(), "{path} must be here in CI");
        println!("skipped: ../shared/data is not here");
        return;
    };
    let world = World::new().await;
    let (done, doubts) = brought(&world, &text).await;
    assert_eq!(
        (done.releases, done.held, done.new, done.known),
        (201, 119, 81, 1),
        "{:?}",
        codes(&doubts)
    );
    assert_eq!(
        (done.councils.len(), done.processes, done.not_awarded),
        (51, 75, 20)
    );
    assert_eq!(counts(&done), [57, 0, 0, 0, 0]);
    let db = world.app.db.read();
    let contracts = contract::Entity::find().all(db).await.unwrap();
    assert_eq!(
        contracts.iter().filter_map(|row| row.value_pence).sum::<i64>(),
        4_937_745_973
    );
    assert_eq!(
        entity::contract_supplier::Entity::find().count(db).await.unwrap(),
        97
    );
    let suppliers = supplier::Entity::find().all(db).await.unwrap();
    let sme = suppliers.iter().filter(|one| one.said_sme == Some(true)).count();
    let numbered = suppliers
        .iter()
        .filter(|one| one.companies_house.is_some())
        .count();
    assert_eq!((suppliers.len(), numbered, sme), (85, 9, 18));
    let (done, _) = brought(&world, &text).await;
    assert_eq!((counts(&done), done.new), ([0, 0, 57, 0, 0], 0));
}

#[tokio::test]
async fn packages_of_contracts_finder_and_the_standards_own_examples_come_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/ocds");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}"));
    let Ok(one) = read("contracts_finder_search_package_1.json") else {
        assert!(std::env::var_os("CI").is_none(), "{folder} must be here in CI");
        println!("skipped: ../shared/data is not here");
        return;
    };
    let world = World::new().await;
    assert_eq!(counts(&brought(&world, &one).await.0), [1, 0, 0, 0, 0]);
    let empty = read("contracts_finder_search_package_2.json").unwrap();
    assert_eq!(brought(&world, &empty).await.0, Imported::default());
    // Barnet's cycle lanes: planned, tendered, awarded, signed. All releases, then each by itself, then a record.
    let samples = "samples/fictional-example/1.1";
    let all = read(&format!("{samples}/ocds-213czf-000-00001.json")).unwrap();
    let (done, doubts) = brought(&world, &all).await;
    assert_eq!(counts(&done), [1, 0, 0, 0, 0], "{doubts:?}");
    assert_eq!(done.councils.keys().copied().collect::<Vec<_>>(), ["barnet"]);
    for file in [
        "01-planning",
        "02-tender",
        "03-tenderAmendment",
        "04-award",
        "05-contract",
        "06-implementation",
    ] {
        let (done, _) = brought(
            &world,
            &read(&format!("{samples}/ocds-213czf-000-00001-{file}.json")).unwrap(),
        )
        .await;
        assert_eq!((done.added, done.held, done.processes), (0, 0, 1), "{file}");
    }
    let record = read(&format!("{samples}/record/ocds-213czf-000-00001.json")).unwrap();
    let (done, _) = brought(&world, &record).await;
    assert_eq!(
        (done.releases, done.added, done.held),
        (1, 0, 0),
        "what was compiled stands for links"
    );
}
