//! Large registers: statements that do not grow with each window, and nothing crowded out.

use super::*;

/// Full size: `GUILDHALL_FULL=1 cargo test --test guildhall feeds::a_large -- --nocapture`.
#[tokio::test]
async fn a_large_register_takes_a_few_statements_for_each_500_windows() {
    let contracts = if std::env::var_os("GUILDHALL_FULL").is_some() {
        1_667
    } else {
        60
    };
    let mut lines = FIXTURE.lines();
    let mut register = lines.next().unwrap().to_owned();
    let row = lines.next().unwrap();
    for index in 0..contracts {
        register += "\n";
        register += &row.replacen("F001", &format!("L{index}"), 1);
    }
    let (world, token) = world(&register).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    read(&world, &link.calendar).await;
    for path in [&link.calendar, &link.atom] {
        let (before, began) = (world.app.db.statements(), Instant::now());
        let written = read(&world, path).await;
        let took = began.elapsed();
        let statements = world.app.db.statements() - before;
        let events = written.matches("BEGIN:VEVENT").count() + written.matches("<entry>").count();
        let ending = path.rsplit('.').next().unwrap();
        println!(
            "{ending}: {events} windows, {} kB, {} ms, {statements} statements",
            written.len() / 1000,
            took.as_millis()
        );
        let pieces = 1 + u64::try_from(events).unwrap() / 500;
        assert!(
            statements <= 3 + 6 * pieces,
            "{statements} statements for {events} windows"
        );
    }
}

/// More windows of another contract than a calendar shows, all to be acted on before the library van's.
async fn crowd(world: &World, other: &contract::Model) {
    let day = |text: &str| text.parse().unwrap();
    let rows = (1_000..11_001).map(|ordinal| contract_window::ActiveModel {
        contract_id: Set(other.id),
        kind: Set("expiry".into()),
        ordinal: Set(ordinal),
        council_id: Set(other.council_id),
        opens_on: Set(day("2015-01-01")),
        closes_on: Set(Some(day("2015-01-15"))),
        armed_at: Set(world.app.clock.now()),
        sequence: Set(0),
        announced: Set(true),
        closing_announced: Set(true),
    });
    let txn = world.app.db.begin().await.unwrap();
    for rows in rows.collect::<Vec<_>>().chunks(1_000) {
        let insert = contract_window::Entity::insert_many(rows.to_vec());
        insert.exec_without_returning(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
}

async fn say(world: &World, id: Uuid, column: contract::Column, value: sea_orm::Value) {
    let txn = world.app.db.begin().await.unwrap();
    contract::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(contract::Column::Id.eq(id))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_looked_for_is_not_crowded_out_by_what_is_not() {
    use contract::Column as C;
    let (world, token) = world(FIXTURE).await;
    let contracts = contract::Entity::find().all(world.app.db.read()).await.unwrap();
    let van = contracts
        .iter()
        .find(|row| row.title.starts_with("Library"))
        .unwrap();
    let mut other = contracts
        .iter()
        .find(|row| row.reference.as_deref() == Some("F002"))
        .unwrap()
        .clone();
    let owner = world.person("kim@norfolk.example", "Kim").await;
    let (kent, norfolk) = (
        directory().find("kent").unwrap(),
        directory().find("norfolk").unwrap(),
    );
    other.council_id = kent.id;
    say(&world, other.id, C::CouncilId, kent.id.into()).await;
    say(&world, other.id, C::Department, "Roads".into()).await;
    say(&world, van.id, C::OwnerId, owner.into()).await;
    say(&world, van.id, C::DeliveryModel, "shared".into()).await;
    crowd(&world, &other).await;
    let all = Filter::everything();
    let near = Near {
        place: "Norwich".into(),
        latitude: norfolk.facts.latitude.unwrap(),
        longitude: norfolk.facts.longitude.unwrap(),
        kilometres: 30,
    };
    let filters = [
        ("nothing", all.clone(), false),
        (
            "contract",
            Filter {
                contracts: vec![van.id],
                ..all.clone()
            },
            true,
        ),
        (
            "owner",
            Filter {
                owners: vec![owner],
                ..all.clone()
            },
            true,
        ),
        (
            "department",
            Filter {
                departments: vec![" environment".into()],
                ..all.clone()
            },
            true,
        ),
        (
            "delivery",
            Filter {
                delivery_models: vec!["shared".into()],
                ..all.clone()
            },
            true,
        ),
        (
            "near",
            Filter {
                near: Some(near),
                ..all
            },
            true,
        ),
    ];
    let id = search(&world, &token, "s", json!({})).await;
    let link = make(&world, &token, &id).await;
    for (name, filter, found) in filters {
        let txn = world.app.db.begin().await.unwrap();
        saved_search::Entity::update_many()
            .col_expr(
                saved_search::Column::Filter,
                Expr::value(serde_json::to_value(&filter).unwrap()),
            )
            .exec(&txn)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let calendar = read(&world, &link.calendar).await;
        assert_eq!(calendar.contains("Library van"), found, "{name}");
    }
}
