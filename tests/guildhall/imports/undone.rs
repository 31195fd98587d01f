//! The last import taken back.

use super::{ROWS, amend, contracts, counts, file, first};
use crate::alert_mails::save;
use crate::alert_pages::uuid_of;
use crate::world::World;
use chrono::Duration;
use guildhall::access::{CouncilRole, Viewer};
use guildhall::alerts;
use guildhall::exchange::import::{
    Decisions, File, Imported, RegisterImportUndoErrorCode, Undone, import, last_import, undo,
};
use guildhall::runtime::Stop;
use serde_json::json;

async fn suppliers(world: &World) -> Vec<String> {
    let query = "{ suppliers(first: 50) { edges { node { name } } } }";
    let found = world.query(None, query, serde_json::Value::Null).await;
    let edges = found["data"]["suppliers"]["edges"].as_array().unwrap().clone();
    let name = |edge: &serde_json::Value| edge["node"]["name"].as_str().unwrap().to_owned();
    let mut names: Vec<String> = edges.iter().map(name).collect();
    names.sort_unstable();
    names
}

/// Changes a row, loses two, brings one, and brings one back later.
async fn next(world: &World) -> Imported {
    let salt = ROWS[0].replace("1000,", "1500,").replace("2028", "2030");
    let text = file(&[
        &salt,
        ROWS[1],
        ROWS[4],
        "N9,Bins,Tip Ltd,01/06/2026,31/05/2030,9,\n",
    ]);
    world.app.clock.advance(Duration::minutes(1));
    let done = world.register(&text, false).await;
    assert_eq!(counts(&done), [1, 1, 2, 1, 1, 0]);
    done
}

#[tokio::test]
async fn everything_is_as_it_was_and_the_same_file_does_the_same_again() {
    let world = World::new().await;
    let before = first(&world).await;
    let traded = suppliers(&world).await;
    let done = next(&world).await;
    assert_ne!(contracts(&world).await, before);
    assert_eq!(suppliers(&world).await.len(), traded.len() + 1);
    let undone = undo(&world.app, &Viewer::System, done.run.unwrap())
        .await
        .unwrap();
    let expected = Undone {
        restored: 1,
        removed: 1,
        ..Undone::default()
    };
    assert_eq!(undone, expected);
    assert_eq!(contracts(&world).await, before);
    assert_eq!(suppliers(&world).await, traded);
    assert_eq!(world.register(&file(&ROWS), true).await.plan.unchanged, 5);
    next(&world).await;
}

#[tokio::test]
async fn a_supplier_that_another_register_has_by_now_stays() {
    let world = World::new().await;
    first(&world).await;
    let done = next(&world).await;
    let kent = guildhall::councils::directory().find("kent").unwrap();
    let text = file(&["K1,Tips,Tip Ltd,01/06/2026,31/05/2030,9,\n"]);
    let theirs = File::of("kent.csv", text.as_bytes());
    let none = Decisions::new();
    import(&world.app, &Viewer::System, kent, theirs, &none, false, &mut ())
        .await
        .unwrap();
    undo(&world.app, &Viewer::System, done.run.unwrap())
        .await
        .unwrap();
    assert!(suppliers(&world).await.contains(&"Tip Ltd".to_owned()));
}

#[tokio::test]
async fn a_supplier_to_which_another_register_may_go_back_stays() {
    let world = World::new().await;
    first(&world).await;
    let norfolk = next(&world).await;
    let kent = guildhall::councils::directory().find("kent").unwrap();
    let bring = async |supplier: &str| {
        world.app.clock.advance(Duration::minutes(1));
        let text = file(&[&format!("K1,Tips,{supplier},01/06/2026,31/05/2030,9,\n")]);
        let theirs = File::of("kent.csv", text.as_bytes());
        let none = Decisions::new();
        let done = import(&world.app, &Viewer::System, kent, theirs, &none, false, &mut ()).await;
        done.unwrap().run.unwrap()
    };
    bring("Tip Ltd").await;
    let kent = bring("Dump plc").await;
    for run in [norfolk.run.unwrap(), kent] {
        undo(&world.app, &Viewer::System, run).await.unwrap();
    }
    let there = contracts(&world).await;
    assert_eq!(there["Tips"]["suppliers"][0]["name"], "Tip Ltd");
}

#[tokio::test]
async fn a_contract_that_was_back_is_missing_again() {
    let world = World::new().await;
    first(&world).await;
    next(&world).await;
    world.app.clock.advance(Duration::minutes(1));
    let back = world.register(&file(&ROWS), false).await;
    assert_eq!(counts(&back), [0, 1, 4, 0, 1, 0], "the bins are gone again");
    let undone = undo(&world.app, &Viewer::System, back.run.unwrap())
        .await
        .unwrap();
    assert_eq!(
        (undone.restored, undone.kept.len()),
        (3, 0),
        "one that changed, two that were back"
    );
    let again = world.register(&file(&ROWS), true).await;
    assert_eq!(counts(&again), [0, 1, 4, 0, 1, 0]);
}

#[tokio::test]
async fn what_somebody_changed_since_stays_and_is_told() {
    let world = World::new().await;
    first(&world).await;
    let done = next(&world).await;
    let officer = world
        .member("officer@norfolk.gov.uk", "norfolk", CouncilRole::Officer)
        .await;
    let now = contracts(&world).await;
    for title in ["Road salt", "Bins"] {
        amend(&world, &officer, &now[title], json!({ "reviewOn": "2027-01-01" })).await;
    }
    let amended = contracts(&world).await;
    let undone = undo(&world.app, &Viewer::System, done.run.unwrap())
        .await
        .unwrap();
    let mut kept = undone.kept.clone();
    kept.sort_unstable();
    let mut expected = [uuid_of(&now["Road salt"]["id"]), uuid_of(&now["Bins"]["id"])];
    expected.sort_unstable();
    assert_eq!(
        (undone.restored, undone.removed, kept.as_slice()),
        (0, 0, &expected[..])
    );
    assert_eq!(contracts(&world).await, amended);
}

#[tokio::test]
async fn a_contract_that_somebody_was_told_of_is_called_off_and_they_are_told() {
    let world = World::new().await;
    first(&world).await;
    let person = world.supplier("sue@tip.example", "Tip").await;
    save(
        &world,
        &person.token,
        "bins",
        json!({ "words": "bins", "kinds": ["CONTRACT_ADDED"] }),
    )
    .await;
    let done = next(&world).await;
    alerts::pass(&world.app).await;
    let bins = contracts(&world).await["Bins"]["id"].clone();
    let undone = undo(&world.app, &Viewer::System, done.run.unwrap())
        .await
        .unwrap();
    assert_eq!(
        (undone.removed, undone.called_off.as_slice()),
        (0, &[uuid_of(&bins)][..])
    );
    assert_eq!(contracts(&world).await["Bins"]["status"], "CANCELLED");
    assert_eq!(counts(&next(&world).await)[0], 1, "it may come again");
}

#[tokio::test]
async fn only_the_last_import_is_undone_and_only_once() {
    let world = World::new().await;
    first(&world).await;
    let council = guildhall::councils::directory().find("norfolk").unwrap().id;
    let earlier = last_import(&world.app, council).await.unwrap().unwrap();
    let done = next(&world).await;
    for run in [earlier, done.run.unwrap(), done.run.unwrap()] {
        match undo(&world.app, &Viewer::System, run).await {
            Err(Stop::Refused(why)) => assert_eq!(why[0].code, RegisterImportUndoErrorCode::NotTheLast),
            Ok(_) => assert_eq!(run, done.run.unwrap()),
            Err(Stop::Failed(error)) => panic!("{error}"),
        }
    }
    assert_eq!(last_import(&world.app, council).await.unwrap(), None);
    assert!(
        undo(&world.app, &Viewer::Anonymous, done.run.unwrap())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_decision_is_undone_with_its_import_and_is_asked_for_again() {
    let world = World::new().await;
    let before = first(&world).await;
    // The payroll's reference stands for trees now, and payroll has another one and a title of its own.
    let text = file(&[
        ROWS[0],
        ROWS[1],
        ROWS[2],
        "N4,Tree surgery,Branch Ltd,01/04/2026,31/03/2030,8,\n",
        ROWS[4],
        "N8,Wages,Cash plc,01/10/2023,31/03/2029,4000,\n",
    ]);
    let held = |done: &Imported| counts(done)[5];
    world.app.clock.advance(Duration::minutes(1));
    assert_eq!(held(&world.register(&text, true).await), 1);
    let payroll = uuid_of(&before["Payroll software"]["id"]);
    for decisions in [
        vec![(5, None), (7, Some(payroll))],
        vec![(5, None)],
        vec![(5, Some(payroll))],
    ] {
        world.app.clock.advance(Duration::minutes(1));
        let decisions = decisions.into_iter().collect();
        let (done, _) = world.register_told(&text, &decisions, false).await;
        assert_eq!(held(&done), 0, "{decisions:?}");
        undo(&world.app, &Viewer::System, done.run.unwrap())
            .await
            .unwrap();
        assert_eq!(contracts(&world).await, before, "{decisions:?}");
        assert_eq!(held(&world.register(&text, true).await), 1, "{decisions:?}");
        assert_eq!(world.register(&file(&ROWS), true).await.plan.unchanged, 5);
    }
}
