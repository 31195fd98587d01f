//! Who may see and do what, field by field and mutation by mutation, as it is and not as it is meant: tables made from
//! the schema, filled in by asking the real routes, and compared with those agreed.
//!
//! A new field, type or mutation changes the tables: look at its line and accept it (`cargo insta review`). A mutation
//! needs a row in [`inputs`] or [`people`]; a type with ids of its own needs things in [`made`].

mod asking;
mod fed;
mod inputs;
mod made;
mod mutations;
mod needs;
mod open;
mod people;
mod pilots;
mod reads;
mod schema;
mod sealed;
mod table;
mod tenants;
mod town;

use mutations::Done;
use serde_json::json;
use table::{LEGEND, Table};
use town::{Org, Somebody, Town};

/// Asked over sockets only: not here.
const OVER_SOCKETS: [&str; 2] = ["Subscription", "Alert"];
/// The mutations are shared out among so many towns: each takes 20 minutes, and sessions last for 12 hours.
const SHARES: usize = 8;

#[tokio::test]
async fn everybody_reads_what_was_agreed_and_nothing_else() {
    let town = Town::built().await;
    let table = town.reads().await;
    insta::assert_snapshot!("reads", format!("{LEGEND}{}", table.written()));
    descriptions_name_the_right(&town, &table, "Query.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_does_what_was_agreed_and_nothing_else() {
    let shares = (0..SHARES).map(|share| {
        tokio::spawn(async move {
            let town = Town::of_people().await;
            town.mutations(share, SHARES).await
        })
    });
    let mut all = Done::default();
    for share in shares.collect::<Vec<_>>() {
        let done = share.await.unwrap();
        all.mutations.join(done.mutations);
        all.types.join(done.types);
    }
    let answers = "\nWhat is only in the answers of mutations, where they are done\n\n";
    let tables = format!(
        "{LEGEND}{}{answers}{}",
        all.mutations.written(),
        all.types.written()
    );
    insta::assert_snapshot!("mutations", tables);
    let town = Town::of_people().await;
    descriptions_name_the_right(&town, &all.mutations, "");
    every_type_has_its_lines(&town, &all.types);
}

#[tokio::test]
async fn nothing_of_another_organisation_is_told_apart_from_nothing() {
    let town = Town::built().await;
    let queries = town.queries_tell_nothing_apart().await;
    let filters = town.filters_find_nothing_hidden().await;
    let mut mutations = 0;
    for who in town
        .viewers
        .iter()
        .filter(|who| who.called.ends_with("admin") || who.called == "operator")
    {
        mutations += town.mutations_tell_nothing_apart(who).await;
    }
    println!("{queries} queries and {mutations} mutations compared, {filters} lists searched");
    assert!(
        queries > 100 && mutations > 50 && filters > 100,
        "{queries} {mutations} {filters}"
    );
}

#[tokio::test]
async fn before_the_deadline_only_the_bidder_can_tell_that_there_is_a_bid() {
    let mut town = Town::of_people().await;
    let pilots = town.open_pilots().await;
    let outsiders = town.all_but(Org::SupplierB);
    let before = swept(&town, &outsiders).await;
    for (council, pilot) in &pilots {
        town.bid(pilot, *council, Org::SupplierB, "open").await;
    }
    told_alike(&outsiders, &before, &swept(&town, &outsiders).await);
    for (council, pilot) in &pilots {
        let bids = town.bids(&town.colleagues[&Org::SupplierB], pilot).await;
        assert_eq!(bids.len(), 1, "the bidder sees the bid");
        town.guesses_tell_nothing_apart(*council, pilot, &bids[0]).await;
        town.log_tells_nothing_of(&outsiders, &bids[0]).await;
    }
}

#[tokio::test]
async fn after_the_deadline_only_the_council_can_tell_how_many_bids_are_scored() {
    let mut town = Town::of_people().await;
    let (pilot, bids) = town.closed_pilot().await;
    let outsiders = town.all_but(Org::CouncilA);
    let score = async |bid: &str| {
        let input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 50, "reason": "Sound" });
        let by = [&town.colleagues[&Org::CouncilA]];
        town.done(&by, "bidScore", json!({ "input": input })).await;
    };
    score(&bids[0]).await;
    let mut before = swept(&town, &outsiders).await;
    score(&bids[1]).await;
    let mut after = swept(&town, &outsiders).await;
    // By design an operator learns from the audit log that something was scored, and not what.
    for ((who, before), after) in outsiders.iter().zip(&mut before).zip(&mut after) {
        if who.called == "operator" {
            before.retain(|(question, _)| !question.contains("auditEntries"));
            after.retain(|(question, _)| !question.contains("auditEntries"));
        }
    }
    told_alike(&outsiders, &before, &after);
}

/// What each of these is told by every way through the schema.
async fn swept(town: &Town, outsiders: &[&Somebody]) -> Vec<Vec<(String, String)>> {
    // What asking itself leaves is there when it is compared: a token's first use, shown to its owner, and that
    // somebody asked for sealed bids, which is on the record once an hour.
    for who in outsiders {
        town.sweep(who).await;
    }
    let mut told = Vec::new();
    for who in outsiders {
        told.push(town.sweep(who).await);
    }
    told
}

fn told_alike(outsiders: &[&Somebody], before: &[Vec<(String, String)>], after: &[Vec<(String, String)>]) {
    let mut compared = 0;
    for ((who, before), after) in outsiders.iter().zip(before).zip(after) {
        for (before, after) in before.iter().zip(after) {
            assert_eq!(before, after, "{}", who.called);
            compared += 1;
        }
    }
    println!("{compared} answers compared");
    assert!(compared > 20 * outsiders.len(), "{compared}");
}

/// What asks for a right says which, and what does not says nothing of one.
fn descriptions_name_the_right(town: &Town, table: &Table, prefix: &str) {
    let mut wrong = Vec::new();
    let of = if prefix.is_empty() { "Mutation" } else { "Query" };
    for (name, stages) in table.names() {
        let Some(name) = name.strip_prefix(prefix).filter(|name| !name.contains('.')) else {
            continue;
        };
        let Some(field) = town.schema.field(of, name) else {
            continue;
        };
        let refused = |cell: &String| cell.contains(['I', 'A', 'F']);
        let needs = stages.iter().any(|cells| refused(&cells[0]));
        if needs != field.description.contains("Needs ") {
            wrong.push(format!("{name}: {}", field.description));
        }
    }
    assert!(
        wrong.is_empty(),
        "named where none is needed, or not named: {wrong:#?}"
    );
}

/// Every object type is reached from the query or from a mutation that is done; payloads and their errors are told
/// with the mutation itself.
fn every_type_has_its_lines(town: &Town, answers: &Table) {
    let ways = town.schema.ways();
    let told = |of: &str| {
        ways.contains_key(of) || of == "Mutation" || of.ends_with("Error") || OVER_SOCKETS.contains(&of)
    };
    let lacking = town.schema.objects().filter(|of| !told(of)).flat_map(|of| {
        let fields = town.schema.get(of).fields.iter();
        fields.map(move |field| format!("{of}.{}", field.name))
    });
    let lacking: Vec<_> = lacking.filter(|name| answers.line(name).is_none()).collect();
    assert!(lacking.is_empty(), "no answer of a mutation shows {lacking:#?}");
}
