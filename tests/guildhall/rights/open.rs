//! What is not public is not in what is open: every path is fetched in a town full of canaries.

use super::town::Town;
use poem::http::StatusCode;
use sea_orm::ConnectionTrait;

/// What names those who may read it, and is in every text that is not public.
const CANARY: &str = "hid--";

#[tokio::test]
async fn no_path_of_open_data_tells_what_is_not_public() {
    let town = Town::built().await;
    let db = town.world.app.db.for_migration();
    // Everybody of the town is some contract's owner, and what only figures tell is told by these.
    for sql in [
        "UPDATE contract SET owner_id = (SELECT id FROM person LIMIT 1)",
        "UPDATE supplier SET staff = 424242, turnover_pence = 42424242, balance_sheet_pence = 42424242",
    ] {
        db.execute_unprepared(sql).await.unwrap();
    }
    let mut paths = vec!["/open".to_owned(), "/open/releases.jsonl".to_owned()];
    for council in guildhall::councils::directory().all() {
        let slug = council.facts.slug;
        if !matches!(slug, "antrim-and-newtownabbey" | "adur" | "angus") {
            continue;
        }
        let files = [
            "register.csv",
            "register.csv?columns=lga",
            "register.xlsx",
            "releases.json",
            "records.json",
            "releases.jsonl",
        ];
        paths.extend(files.map(|file| format!("/open/{slug}/{file}")));
    }
    let mut contracts = 0;
    let mut at = 0;
    while at < paths.len() {
        let response = town.world.client.get(&paths[at]).send().await;
        response.assert_status(StatusCode::OK);
        let mut content = response.0.into_body().into_vec().await.unwrap();
        if paths[at].contains(".xlsx") {
            content = unzipped(&content);
        }
        let content = String::from_utf8_lossy(&content);
        for secret in [CANARY, "424242", "@", "owner"] {
            let found = content
                .find(secret)
                .map(|at| &content[at.saturating_sub(40)..(at + 60).min(content.len())]);
            assert_eq!(found, None, "{} tells {secret}", paths[at]);
        }
        for line in content
            .lines()
            .filter(|_| paths[at] == "/open/releases.jsonl")
            .collect::<Vec<_>>()
        {
            let release: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = release["contracts"][0]["id"].as_str().unwrap().to_owned();
            paths.extend(["release", "record"].map(|name| format!("/open/contracts/{id}/{name}.json")));
            contracts += 1;
        }
        at += 1;
    }
    assert!(contracts > 1, "there was something to tell");
}

/// The cells of a workbook.
fn unzipped(workbook: &[u8]) -> Vec<u8> {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(workbook)).unwrap();
    let sheet = book.worksheet_range("Contracts").unwrap();
    let cells: Vec<String> = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
    cells.join("\n").into_bytes()
}
