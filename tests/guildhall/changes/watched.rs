//! What the database watches: every table and column is either seen by everybody, and told, or is named here.

use super::mirror::Mirror;
use crate::privacy::columns;
use crate::world::{Place, World};
use guildhall::changes;
use guildhall::runtime::database::Database;
use migration::{Migrate, Migrator};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Tables of which not everybody sees anything, or that are told of with others.
const UNWATCHED: &str = "
    api_token attempt audit_entry audit_part audit_tree council_access device dispatch event feed_link idempotency_key
    identity import_run installation invitation loose_object mail_attempt mail_domain mailed_link membership
    notification outbox pending_sign_on person recovery_code saved_search search_anchor session suppression
    bid bid_consensus bid_piece bid_score pilot_evaluation pilot_evaluator pilot_mail score_entry
    need_answer need_answer_product
    contract_source contract_window window_gone law_rule
    import_before register_mapping register_import register_import_line notice_release
    public_change public_change_due public_change_feed seaql_migrations
    contract_text contract_text_config contract_text_data contract_text_docsize contract_text_idx
    sqlite_stat1 sqlite_stat4";

/// Columns of watched tables that not everybody sees.
const UNSEEN: &str = "
    contract.created_at contract.docid contract.ends_key contract.ocid contract.owner_id contract.row_key contract.search
    supplier.created_at supplier.name_key supplier.said_sme supplier.updated_at
    supplier_number.stated_by supplier_number.verified_by
    supplier_evidence.announced supplier_evidence.created_at supplier_evidence.updated_at
    product.created_at product.words_of_description product.words_of_name product.words_of_summary
    need.created_at need.updated_at
    pilot.approved_by pilot.closing_announced pilot.created_at pilot.decided_at pilot.opened_at pilot.review
    pilot.review_note pilot.updated_at pilot.version pilot.written_by
    pilot_question.pilot_id pilot_question.private_because pilot_question.supplier_id
    pilot_decision.pilot_id bid_decision.feedback bid_decision.state";

#[tokio::test]
async fn every_table_and_column_is_watched_or_said_not_to_be_seen() {
    let world = World::new().await;
    let unwatched: BTreeSet<&str> = UNWATCHED.split_whitespace().collect();
    let unseen: BTreeSet<&str> = UNSEEN.split_whitespace().collect();
    let mut undecided = Vec::new();
    for (table, column) in columns::all(&world).await {
        let mut of = migration::watched()
            .filter(|watch| watch.table == table)
            .peekable();
        let place = format!("{table}.{column}");
        if of.peek().is_none() {
            if !unwatched.contains(&*table) {
                undecided.push(place);
            }
            continue;
        }
        assert!(!unwatched.contains(&*table), "{table} is watched");
        let seen = of.any(|watch| watch.key.contains(&&*column) || watch.columns.contains(&&*column));
        if seen == unseen.contains(&*place) {
            undecided.push(place);
        }
    }
    assert!(undecided.is_empty(), "seen by everybody, or not? {undecided:#?}");
}

#[tokio::test]
async fn what_was_public_before_there_was_a_feed_is_in_it_and_no_draft() {
    let place = Place::make().await;
    let steps = Migrator::migrations();
    let feed = steps
        .iter()
        .position(|step| step.name() == "m0024_changes")
        .unwrap();
    let db = Database::open(&place.url).await.unwrap();
    Migrator::up(db.for_migration(), Some(u32::try_from(feed).unwrap()))
        .await
        .unwrap();
    let at = "2025-05-01T00:00:00Z".parse().unwrap();
    let council = entity::council::Model {
        id: Uuid::from_u128(1),
        slug: "norfolk".into(),
        gss: None,
        name: "Norfolk".into(),
        kind: "county".into(),
        nation: "england".into(),
        region: "east".into(),
        ends_on: None,
    };
    let write = db.for_migration();
    entity::council::Entity::insert(council.into_active_model().reset_all())
        .exec_without_returning(write)
        .await
        .unwrap();
    for (number, state, stated) in [
        (2, "draft", None),
        (3, "stated", Some(at)),
        (4, "withdrawn", None),
    ] {
        let need = entity::need::ActiveModel {
            id: Set(Uuid::from_u128(number)),
            council_id: Set(Uuid::from_u128(1)),
            title: Set("t".into()),
            problem: Set("p".into()),
            outcomes: Set("o".into()),
            state: Set(state.into()),
            created_at: Set(at),
            updated_at: Set(at),
            stated_at: Set(stated),
            version: Set(1),
            ..Default::default()
        };
        entity::need::Entity::insert(need)
            .exec_without_returning(write)
            .await
            .unwrap();
    }
    Migrator::up(write, None).await.unwrap();
    let mut world = World::new().await;
    world.app.db = db;
    changes::catch_up(&world.app).await.unwrap();
    let page = changes::since(&world.app, None, 100).await.unwrap().unwrap();
    let told: Vec<_> = page
        .changes
        .iter()
        .map(|change| (change.kind, change.id.as_u128()))
        .collect();
    assert_eq!(told, [(changes::Kind::Council, 1), (changes::Kind::Need, 3)]);
    assert!(!page.more && page.changes.iter().all(|change| change.changed_at == world.now()));
}

#[tokio::test]
async fn what_not_everybody_sees_moves_nothing_by_whatever_statement() {
    let world = World::new().await;
    world.register(super::REGISTER, false).await;
    let mut mirror = Mirror::fresh(&world).await;
    let told = mirror.told;
    for sql in [
        "UPDATE contract SET owner_id = NULL, ends_key = ends_key, row_key = row_key || 'x'",
        "UPDATE supplier SET name_key = 'X'",
        "UPDATE contract SET title = title",
        "UPDATE contract_window SET announced = TRUE",
    ] {
        world
            .app
            .db
            .for_migration()
            .execute_unprepared(sql)
            .await
            .unwrap();
    }
    changes::catch_up(&world.app).await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(mirror.told, told);
    world
        .app
        .db
        .for_migration()
        .execute_unprepared("UPDATE supplier SET town = 'Diss'")
        .await
        .unwrap();
    changes::catch_up(&world.app).await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(mirror.told - told, mirror.of("Supplier").len());
    mirror.is_whole(&world).await;
}
