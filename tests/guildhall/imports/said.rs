//! What a person says of rows, and what rows say of contracts that came from no file: each is done, or told.

use super::*;
use crate::published::registers::made;
use guildhall::exchange::notices::{self, Notices};
use std::io::Cursor;

const FIRST_NOTICES: &str = include_str!("../../fixtures/notices/first.json");
const WITH_PROCESS: &str = "Contract Reference number / ID,Open Contracting ID,Title of the Agreement,Contract start date,End date,Contract value,Supplier name\n";

/// Why an import with these decisions is refused.
async fn refused(world: &World, text: &str, decisions: &[(u32, Option<Uuid>)]) -> String {
    let file = import::File::of("x.csv", text.as_bytes());
    let council = guildhall::councils::directory().find("norfolk").unwrap();
    let (decisions, mut nobody) = (decisions.iter().copied().collect(), ());
    let done = import::import(
        &world.app,
        &Viewer::System,
        council,
        file,
        &decisions,
        false,
        &mut nobody,
    );
    done.await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_person_can_only_name_a_contract_of_this_register_and_for_one_row() {
    let world = World::new().await;
    let before = first(&world).await;
    let salt = uuid_of(&before["Road salt"]["id"]);
    let two = [(2, Some(salt)), (3, Some(salt))];
    let nobody = [(2, Some(Uuid::from_u128(7)))];
    for decisions in [&two[..], &nobody] {
        let said = refused(&world, &file(&ROWS), decisions).await;
        assert!(said.starts_with("row "), "{said}");
    }
}

#[tokio::test]
async fn a_decision_on_a_row_that_is_none_or_needs_none_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let before = first(&world).await;
    let salt = uuid_of(&before["Road salt"]["id"]);
    let moved = ROWS[1].replace("N2,", "M2,").replace("01/09", "15/09");
    let next = file(&[
        ROWS[0],
        &moved,
        ",,,,,7,\n",
        "N8,Bins,Tip Ltd,01/06/2026,31/05/2030,9,\n",
    ]);
    for (decision, why) in [
        (
            (99, None),
            "row 99 is no row to decide on: the file has no such row",
        ),
        (
            (1, None),
            "row 1 is no row to decide on: the file has no such row",
        ),
        ((4, None), "row 4 is no row to decide on: There is no title"),
        ((4, Some(salt)), "row 4 is no row to decide on: There is no title"),
        (
            (2, None),
            "row 2 is no row to decide on: it was not held, and is the contract",
        ),
    ] {
        let told = refused(&world, &next, &[(3, None), decision]).await;
        assert!(told.starts_with(why), "{told}");
        assert_eq!(contracts(&world).await, before);
    }
    let agreed = [(2, Some(salt)), (3, None), (5, None)];
    assert_eq!(
        counts(&with(&agreed, &world, &next).await.0)[0],
        2,
        "what is said is what is done"
    );
    let again = refused(&world, &next, &[(3, None)]).await;
    assert!(
        again.starts_with("row 3 is no row to decide on: it was not held"),
        "once is enough: {again}"
    );
}

#[tokio::test]
async fn what_is_held_is_counted_once_and_no_row_twice() {
    let world = World::new().await;
    first(&world).await;
    let moved = ROWS[1].replace("N2,", "M2,").replace("01/09", "15/09");
    let next = file(&[ROWS[0], &moved, ",,,,,7,\n", "Total,,,,,\"6,000\",\n"]);
    let (done, told) = with(&[], &world, &next).await;
    let report = &done.report;
    assert_eq!((done.plan.rows, done.plan.held, report.held), (4, 3, 3));
    assert_eq!(report.accepted + report.doubtful + report.held, report.rows);
    assert_eq!(done.plan.doubtful, report.doubtful);
    let page = report.summary();
    assert!(
        page.contains("        3 held: 2 cannot be read as contracts, 1 may be known contracts\n"),
        "{page}"
    );
    let why = of_kind(&told, LineKind::Held)
        .iter()
        .map(|line| line.detail["why"].to_string())
        .collect::<Vec<_>>();
    assert!(
        why.iter().any(|why| why.contains("looks like a total")),
        "{why:?}"
    );
}

async fn noticed(world: &World) {
    let notices = Notices {
        name: "notices.json",
        from: Cursor::new(FIRST_NOTICES.as_bytes().to_vec()),
        only: None,
        dry_run: false,
    };
    notices::import(&world.app, &Viewer::System, notices, |_| ())
        .await
        .unwrap();
}

#[tokio::test]
async fn several_rows_of_a_process_that_notices_brought_are_told_by_supplier_or_held() {
    let world = World::new().await;
    noticed(&world).await;
    let vans = uuid_of(&contracts(&world).await["Library vans"]["id"]);
    let rows = |suppliers: [&str; 2]| {
        let row = |(at, supplier): (usize, &&str)| {
            format!("V{at},ocds-fixture-0001,Vans lot {at},01/04/2025,31/03/2027,5,{supplier}\n")
        };
        format!(
            "{WITH_PROCESS}{}",
            suppliers.iter().enumerate().map(row).collect::<String>()
        )
    };
    for suppliers in [
        ["Other Ltd", "Third Ltd"],
        ["ACME VANS LIMITED", "Acme Vans Ltd"],
        ["", ""],
    ] {
        let (done, told) = world
            .register_told(&rows(suppliers), &Decisions::new(), true)
            .await;
        assert_eq!(counts(&done), [0, 0, 0, 0, 0, 2], "{suppliers:?}");
        let held = of_kind(&told, LineKind::Held);
        assert_eq!((perhaps(held[0]), perhaps(held[1])), (vans, vans));
        assert!(held[0].detail["why"].to_string().contains("Open Contracting ID"));
    }
    let said = [(2, Some(vans)), (3, None)];
    let decided = world.register_told(&rows(["", ""]), &said.into(), true).await.0;
    assert_eq!(counts(&decided), [1, 1, 0, 0, 0, 0]);
    let (done, told) = world
        .register_told(
            &rows(["Other Ltd", "ACME VANS LIMITED"]),
            &Decisions::new(),
            false,
        )
        .await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0]);
    let changed = of_kind(&told, LineKind::Changed)[0];
    assert_eq!((changed.row, changed.contract), (Some(3), Some(vans)));
}

#[tokio::test]
async fn a_row_that_says_otherwise_of_a_contract_of_our_own_is_told_that_ours_stands() {
    let world = World::new().await;
    first(&world).await;
    let norfolk = guildhall::councils::directory().find("norfolk").unwrap().id;
    let id = made(&world, norfolk, "pilot:1:1:1").await;
    let out = published(&world).await;
    let (done, told) = world.register_told(&out, &Decisions::new(), false).await;
    assert_eq!(counts(&done), [0, 0, 6, 0, 0, 0]);
    let stands = |told: &ImportTold| {
        let doubts = told
            .doubts
            .iter()
            .filter(|doubt| doubt.why.code() == "ours_stands");
        doubts.map(|doubt| doubt.sentence()).collect::<Vec<_>>()
    };
    assert_eq!(stands(&told), [""; 0], "as it was published");
    let edited = out
        .replace("4999.50", "5999.50")
        .replace("30/04/2026", "30/06/2026");
    let before = contracts(&world).await;
    let (done, told) = world.register_told(&edited, &Decisions::new(), false).await;
    assert_eq!(counts(&done), [0, 0, 6, 0, 0, 0]);
    let said = stands(&told);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].ends_with("The row differs in: End date, Contract value."),
        "{said:?}"
    );
    assert_eq!(contracts(&world).await, before);
    // A row copied under another title: which of the two is ours nobody can tell.
    let ours = out.lines().find(|line| line.contains("A pilot of bins")).unwrap();
    let two = format!("{out}{}\n", ours.replace("A pilot of bins", "A pilot of carts"));
    let (done, told) = world.register_told(&two, &Decisions::new(), true).await;
    assert_eq!(counts(&done), [0, 0, 5, 0, 0, 2]);
    assert_eq!(perhaps(of_kind(&told, LineKind::Held)[0]), id);
}

#[tokio::test]
async fn a_row_that_is_surely_ours_or_of_a_process_needs_no_decision_and_another_is_refused() {
    let world = World::new().await;
    let before = first(&world).await;
    let salt = uuid_of(&before["Road salt"]["id"]);
    noticed(&world).await;
    let maps = uuid_of(&contracts(&world).await["Maps"]["id"]);
    let norfolk = guildhall::councils::directory().find("norfolk").unwrap().id;
    let ours = made(&world, norfolk, "pilot:1:1:1").await;
    let out = published(&world).await.replace("4999.50", "5999.50");
    let at = |title: &str| 1 + out.lines().position(|line| line.contains(title)).unwrap() as u32;
    let (row, of_notice) = (at("A pilot of bins"), at(",Maps,"));
    let (plain, told) = world.register_told(&out, &Decisions::new(), true).await;
    assert!(told.doubts.iter().any(|doubt| doubt.why.code() == "ours_stands"));
    for (row, id) in [(row, ours), (of_notice, maps)] {
        for decision in [None, Some(salt), Some(if id == ours { maps } else { ours })] {
            let said = refused(&world, &out, &[(row, decision)]).await;
            let why = format!("row {row} is no row to decide on: it was not held, and is the contract {id}");
            assert_eq!(said, why, "{decision:?}");
        }
        let (agreed, told) = world.register_told(&out, &[(row, Some(id))].into(), true).await;
        assert_eq!(
            agreed.plan, plain.plan,
            "to say what is done anyway changes nothing"
        );
        assert!(told.doubts.iter().any(|doubt| doubt.why.code() == "ours_stands"));
    }
    let named = format!("{WITH_PROCESS}V1,ocds-fixture-0005,Charts,01/04/2025,31/03/2027,5,Acme\n");
    let said = refused(&world, &named, &[(2, None)]).await;
    assert!(
        said.ends_with(&format!("it was not held, and is the contract {maps}")),
        "{said}"
    );
    let (agreed, _) = world.register_told(&named, &[(2, Some(maps))].into(), true).await;
    assert_eq!(counts(&agreed)[..2], [0, 1]);
}
