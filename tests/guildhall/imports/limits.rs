//! Texts that a database may refuse: longer than an index entry, longer than what is searched.

use super::*;
use sha2::{Digest, Sha256};

/// Words that do not compress and differ.
pub(crate) fn noise(seed: &str, length: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < length {
        text += &hex::encode(Sha256::digest(format!("{seed}{number}")));
        text.push(' ');
        number += 1;
    }
    text.truncate(length);
    text.trim_end().replace(' ', "-")
}

#[tokio::test]
async fn texts_longer_than_an_index_takes_are_cut_and_told_and_kept_whole() {
    let world = World::new().await;
    let head =
        "Reference,Title,Description,Supplier name,Department,Contract type,Category,Tender process type\n";
    let [reference, title, supplier, department] = ["r", "t", "s", "d"].map(|seed| noise(seed, 100_000));
    // Of two million bytes, and words that all differ.
    let description = noise("words", 2_000_000).replace('-', " ");
    let row = format!(
        "{reference},{title},{description},{supplier},{department},{department},{department},{department}\n"
    );
    let other = format!("{reference}x,{title}y,,{supplier}z,,,,\n");
    let text = format!("{head}{row}{other}");
    let (done, told) = with(&[], &world, &text).await;
    assert_eq!(counts(&done), [2, 0, 0, 0, 0, 0]);
    let cut: Vec<(u32, &str)> = told
        .doubts
        .iter()
        .filter(|doubt| doubt.why.code() == "text_cut")
        .map(|doubt| (doubt.row, &*doubt.column))
        .collect();
    for heading in head.trim_end().split(',') {
        assert!(cut.contains(&(2, heading)), "{heading}: {cut:?}");
    }
    let line = of_kind(&told, LineKind::Added)[0];
    assert_eq!(line.title, title[..500]);
    let there = contracts(&world).await;
    assert_eq!(there[&title[..500]]["reference"], reference[..500]);
    assert_eq!(there[&title[..500]]["suppliers"][0]["name"], supplier[..500]);
    let out = published(&world).await;
    for whole in [&reference, &title, &description, &supplier, &department] {
        assert!(out.contains(whole.as_str()), "the whole is kept");
    }
    let (again, _) = with(&[], &world, &text).await;
    assert_eq!(
        counts(&again),
        [0, 0, 2, 0, 0, 0],
        "they are told apart by the whole"
    );
}

#[tokio::test]
async fn a_value_of_a_year_is_known_as_one_and_what_a_person_says_of_it_stays() {
    let world = World::new().await;
    let text = "Reference,Title,Supplier,End date,Annual value\nV1,Vans,A Ltd,31/03/2030,5000\n";
    world.register(text, false).await;
    world.app.clock.advance(chrono::Duration::minutes(1));
    let plain = text.replace("Annual value", "Value");
    let both = format!("{plain}V2,Bins,B Ltd,31/03/2030,5000 pa\nV3,Trees,C Ltd,31/03/2030,5000\n");
    assert_eq!(counts(&world.register(&both, false).await)[..3], [2, 1, 0]);
    let query = "{ contracts(first: 9) { edges { node { title valueBasis valuePence } } } }";
    let found = world.query(None, query, Value::Null).await;
    let basis = |found: &Value, title: &str| {
        let mut all = found["data"]["contracts"]["edges"].as_array().unwrap().iter();
        all.find(|edge| edge["node"]["title"] == title).unwrap()["node"]["valueBasis"].clone()
    };
    assert_eq!(
        ["Vans", "Bins", "Trees"].map(|title| basis(&found, title)),
        [Value::Null, json!("yearly"), Value::Null],
        "what a heading said goes with it"
    );
    world.app.clock.advance(chrono::Duration::minutes(1));
    let whole = both.replace("5000 pa", "5000");
    assert_eq!(counts(&world.register(&whole, false).await)[..3], [0, 1, 2]);
    let found = world.query(None, query, Value::Null).await;
    assert_eq!(
        ["Vans", "Bins"].map(|title| basis(&found, title)),
        [Value::Null, Value::Null],
        "and what a cell said"
    );
}
