//! Every column of the database as it stands, and where in it something is found: read from the database's own
//! description of itself, never from the list under test.

use crate::world::World;
use mail_parser::MessageParser;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A table and a column.
pub(crate) type Place = (String, String);

/// Every column there is, shadow tables and planners' samples included.
pub(crate) async fn all(world: &World) -> BTreeSet<Place> {
    let sql = match world.app.db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema()"
        }
        _ => {
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
             AND t.name NOT IN ('sqlite_schema', 'sqlite_sequence')"
        }
    };
    let rows = ask(world, sql).await;
    let place = |row: &sea_orm::QueryResult| {
        let name = |at| row.try_get_by_index::<String>(at).unwrap();
        (name(0), name(1))
    };
    rows.iter().map(place).collect()
}

/// Where any of these words, or this id, is found: the words by place. Case does not matter, and mails are read as
/// their reader would, too.
pub(super) async fn found(world: &World, words: &[&str], id: Uuid) -> BTreeMap<Place, BTreeSet<String>> {
    let ids = [id.to_string(), id.simple().to_string()];
    let mut found: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    for place in all(world).await {
        for value in values(world, &place).await {
            let mut text = String::from_utf8_lossy(&value).to_lowercase();
            if place.1 == "message" {
                text += &as_read(&value).to_lowercase();
            }
            let said = words.iter().filter(|word| text.contains(**word));
            let mut said: BTreeSet<String> = said.map(|word| (*word).to_owned()).collect();
            let raw = value.windows(16).any(|bytes| bytes == id.as_bytes());
            if raw || ids.iter().any(|id| text.contains(id)) {
                said.insert("id".into());
            }
            if !said.is_empty() {
                found.entry(place.clone()).or_default().extend(said);
            }
        }
    }
    found
}

pub(super) async fn values(world: &World, (table, column): &Place) -> Vec<Vec<u8>> {
    let sql = match world.app.db.backend() {
        // A text of bytes is their hexadecimal digits.
        DbBackend::Postgres => format!(
            "SELECT CASE pg_typeof(\"{column}\")::text WHEN 'bytea' THEN decode(substr(\"{column}\"::text, 3), 'hex') \
             ELSE convert_to(\"{column}\"::text, 'UTF8') END FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"
        ),
        _ => format!("SELECT CAST(\"{column}\" AS BLOB) FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"),
    };
    let rows = ask(world, &sql).await;
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn ask(world: &World, sql: &str) -> Vec<sea_orm::QueryResult> {
    let db = world.app.db.read();
    db.query_all_raw(Statement::from_string(world.app.db.backend(), sql))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn as_read(message: &[u8]) -> String {
    let mail = MessageParser::default().parse(message);
    mail.map_or_else(String::new, |mail| {
        let part = |part: Option<std::borrow::Cow<'_, str>>| part.unwrap_or_default().into_owned();
        [
            mail.subject().unwrap_or_default().to_owned(),
            part(mail.body_text(0)),
            part(mail.body_html(0)),
        ]
        .concat()
    })
}

/// Which of these words the database's file and its write-ahead log hold, read as bytes.
pub(super) fn in_files(world: &World, words: &[&str]) -> Option<BTreeSet<String>> {
    let file = std::path::PathBuf::from(world.url().strip_prefix("sqlite://")?);
    let log = file.with_file_name("guildhall.db-wal");
    let mut found = BTreeSet::new();
    for file in [file, log] {
        let bytes = std::fs::read(&file).unwrap_or_default().to_ascii_lowercase();
        let text = String::from_utf8_lossy(&bytes);
        found.extend(
            words
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| (*word).to_owned()),
        );
    }
    Some(found)
}
