//! A register uploaded through the graph: looked at, corrected, applied, thrown away, undone.

mod headings;

use crate::websocket::{Client, Served};
use crate::world::{World, body};
use guildhall::access::CouncilRole;
use guildhall::exchange::uploads;
use guildhall::pilots::bids::files;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::io::Write as _;

const IMPORT: &str = "id state version problem canUndo fileName progress { done of }
    plan { rows added changed unchanged ended vanished held doubtful partial }
    sheet { format headerRow dates columns { heading column confidence why samples } }";
const FILE: &[u8] = b"Our register,,,\nRef,Contract Name,Supplier,End date\nA1,Road salt,Grit Ltd,31/03/2030\nA2,School meals,Dinner Ltd,04/09/2030\n";

struct Norfolk {
    world: World,
    officer: String,
    council: Value,
}

async fn norfolk() -> Norfolk {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    Norfolk {
        world,
        officer,
        council,
    }
}

impl Norfolk {
    async fn start(&self, file: &[u8]) -> Value {
        self.start_as("register.csv", file).await
    }

    async fn start_as(&self, name: &str, file: &[u8]) -> Value {
        let query = format!(
            "mutation S($input: RegisterImportStartInput!) {{ registerImportStart(input: $input) {{
            import {{ {IMPORT} }} errors {{ code message path }} }} }}"
        );
        let input = json!({ "council": self.council, "fileName": name });
        let call = json!({ "query": query, "variables": { "input": input } });
        let request = self.world.post_file(&call, file);
        let answer = body(
            request
                .header("authorization", format!("Bearer {}", self.officer))
                .send()
                .await,
        )
        .await;
        answer["data"]["registerImportStart"].clone()
    }

    /// Uploads a file and has it read.
    async fn planned(&self, file: &[u8]) -> Value {
        let started = self.start(file).await;
        assert_eq!(started["errors"], json!([]), "{started}");
        assert_eq!(started["import"]["state"], "READING");
        uploads::pass(&self.world.app).await.unwrap();
        self.import(&started["import"]["id"]).await
    }

    async fn import(&self, id: &Value) -> Value {
        let query = format!("query I($id: ID!) {{ registerImport(id: $id) {{ {IMPORT} }} }}");
        self.world.data(&self.officer, &query, json!({ "id": id })).await["registerImport"].clone()
    }

    async fn lines(&self, id: &Value, kind: &str) -> Vec<Value> {
        let query = "query L($id: ID!, $kind: RegisterImportLineKind!) { registerImport(id: $id) { lines(kind: $kind, first: 100) {
            edges { node { kind row title contract detail why perhaps { contract title } } } } } }";
        let found = self
            .world
            .data(&self.officer, query, json!({ "id": id, "kind": kind }))
            .await;
        let edges = found["registerImport"]["lines"]["edges"]
            .as_array()
            .unwrap()
            .clone();
        edges.into_iter().map(|edge| edge["node"].clone()).collect()
    }

    /// Does something with an import at the version it has.
    async fn act(&self, name: &str, import: &Value) -> Value {
        let query = format!(
            "mutation M($id: ID!, $version: Int!) {{ {name}(import: $id, version: $version) {{
            import {{ {IMPORT} }} errors {{ code message currentVersion }} }} }}"
        );
        let given = json!({ "id": import["id"], "version": import["version"] });
        self.world.data(&self.officer, &query, given).await[name].clone()
    }

    async fn titles(&self) -> Vec<String> {
        let query = "{ contracts(first: 50, orderBy: { field: TITLE }) { edges { node { title } } } }";
        let found = self.world.query(None, query, Value::Null).await;
        let edges = found["data"]["contracts"]["edges"].as_array().unwrap().clone();
        edges
            .iter()
            .map(|edge| edge["node"]["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A ZIP file of these parts.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn ods(heading: &str) -> Vec<u8> {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: [&str; 2]| format!("<table:table-row>{}</table:table-row>", cells.map(cell).concat());
    let rows = row([heading, "No\0tes\u{1}"]) + &row(["Road\0 salt\u{2}", "a\0b"]);
    let content = format!(
        "<office:spreadsheet><table:table table:name=\"R\0S\">{rows}</table:table><table:table table:name=\"\0\"/></office:spreadsheet>"
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
    ])
}

fn xlsx(heading: &str) -> Vec<u8> {
    let cell = |(at, text): (&str, &str)| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}{}</row>",
        cell(("A1", heading)),
        cell(("B1", "No\0t_x0000_es\u{1}")),
        cell(("A2", "Road_x0000_ salt\0")),
        cell(("B2", "a\0b"))
    );
    zipped(&[
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"R\0S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
        ),
        (
            "_rels/.rels",
            "<Relationships><Relationship Type=\"x/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ])
}

#[tokio::test]
async fn control_characters_in_headings_cells_and_sheets_end_in_no_fault() {
    let norfolk = norfolk().await;
    let csv = b"Ref\0,Contract\0 Name,Sup\0plier,No\0te\x01,\0\nA\x001,Road\0 salt\x02,Gr\0it Ltd,a\0b,x\0\n\0,\0,,,7\0\n";
    for file in [csv.to_vec(), ods("Ti\0tle"), xlsx("Ti\0tle")] {
        let import = norfolk.planned(&file).await;
        assert_eq!(
            (&import["state"], &import["problem"]),
            (&json!("PLANNED"), &Value::Null),
            "{import}"
        );
        assert!(!import.to_string().contains("\\u0000"), "{import}");
        let applied = norfolk.act("registerImportApply", &import).await;
        assert_eq!(applied["errors"], json!([]), "{applied}");
    }
    assert!(
        norfolk
            .titles()
            .await
            .iter()
            .all(|title| title.starts_with("Road salt"))
    );
    // What is refused says why, and what it says is kept.
    let csv = b"Ref\0,Nobody knows\0,x\nA\x001,b,c\n".to_vec();
    let broken = b"<office:spreadsheet><table:ta\0ble></x\0>";
    let broken = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", std::str::from_utf8(broken).unwrap()),
    ]);
    for file in [csv, ods("Nobody\0"), xlsx("Nobody\0"), broken] {
        let import = norfolk.planned(&file).await;
        assert_eq!(import["state"], "REFUSED", "{import}");
        let problem = import["problem"].as_str().unwrap();
        assert!(
            !problem.contains("our side") && !problem.contains('\0'),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn nothing_is_changed_before_a_plan_is_applied_and_then_all_of_it_at_once() {
    let norfolk = norfolk().await;
    let import = norfolk.planned(FILE).await;
    assert_eq!(
        (&import["state"], &import["problem"]),
        (&json!("PLANNED"), &Value::Null),
        "{import}"
    );
    assert_eq!(norfolk.titles().await, [""; 0]);
    assert_eq!(
        (&import["plan"]["rows"], &import["plan"]["added"]),
        (&json!(2), &json!(2))
    );
    let sheet = &import["sheet"];
    assert_eq!(sheet["headerRow"], 2);
    assert!(
        sheet["dates"][0]
            .as_str()
            .unwrap()
            .contains("because row 3 has 31/03/2030"),
        "{sheet}"
    );
    let added = norfolk.lines(&import["id"], "ADDED").await;
    assert_eq!(
        (&added[0]["title"], &added[0]["row"]),
        (&json!("Road salt"), &json!(3))
    );
    let applied = norfolk.act("registerImportApply", &import).await;
    assert_eq!(applied["errors"], json!([]), "{applied}");
    assert_eq!(
        (&applied["import"]["state"], &applied["import"]["canUndo"]),
        (&json!("APPLIED"), &json!(true))
    );
    assert_eq!(norfolk.titles().await, ["Road salt", "School meals"]);

    let again = norfolk.planned(FILE).await;
    assert_eq!(
        again["plan"]["unchanged"], 2,
        "the same file twice changes nothing"
    );
    let objects = std::fs::read_dir(norfolk.world.objects()).unwrap().count();
    assert_eq!(objects, 1, "only the file that waits is kept");
    norfolk.act("registerImportDiscard", &again).await;
    assert_eq!(std::fs::read_dir(norfolk.world.objects()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_held_row_is_decided_and_the_plan_follows() {
    let norfolk = norfolk().await;
    let first = norfolk.planned(FILE).await;
    norfolk.act("registerImportApply", &first).await;
    norfolk.world.app.clock.advance(chrono::Duration::minutes(1));
    let next = String::from_utf8(FILE.to_vec()).unwrap().replace(
        "A2,School meals,Dinner Ltd,04/09/2030",
        "A2,Fire engines,Red plc,04/09/2031",
    );
    let start = |text: &str| {
        text.replace("End date\n", "End date,Start date\n")
            .replace("2030\n", "2030,01/04/2020\n")
            .replace("2031\n", "2031,01/04/2026\n")
    };
    let first = norfolk
        .planned(start(std::str::from_utf8(FILE).unwrap()).as_bytes())
        .await;
    norfolk.act("registerImportApply", &first).await;
    norfolk.world.app.clock.advance(chrono::Duration::minutes(1));
    let import = norfolk.planned(start(&next).as_bytes()).await;
    assert_eq!(
        (&import["plan"]["held"], &import["plan"]["added"]),
        (&json!(1), &json!(0)),
        "{import}"
    );
    let held = norfolk.lines(&import["id"], "HELD").await;
    assert_eq!(held[0]["perhaps"][0]["title"], "School meals", "{held:?}");
    assert!(
        held[0]["why"]
            .as_str()
            .unwrap()
            .starts_with("its reference stood for another"),
        "{held:?}"
    );

    let decide = "mutation D($input: RegisterImportDecideInput!) { registerImportDecide(input: $input) {
        import { id } errors { code message } } }";
    let query = "{ contracts(first: 1, orderBy: { field: TITLE }) { edges { node { id title } } } }";
    let found = norfolk.world.data((), query, Value::Null).await;
    let road = found["contracts"]["edges"][0]["node"]["id"].clone();
    let say = |import: &Value, rows: Value| json!({ "input": { "import": import["id"], "version": import["version"], "rows": rows } });
    let twice = json!([{ "row": 3, "contract": road }, { "row": 4, "contract": road }]);
    let refused = norfolk
        .world
        .data(&norfolk.officer, decide, say(&import, twice))
        .await;
    assert_eq!(
        refused["registerImportDecide"]["errors"][0]["code"], "NOT_THAT_CONTRACT",
        "{refused}"
    );
    let new = json!([{ "row": 4, "contract": null }, { "row": 99, "contract": null }]);
    let decided = norfolk
        .world
        .data(&norfolk.officer, decide, say(&import, new))
        .await;
    assert_eq!(decided["registerImportDecide"]["errors"], json!([]), "{decided}");
    uploads::pass(&norfolk.world.app).await.unwrap();
    let import = norfolk.import(&import["id"]).await;
    assert_eq!(
        (
            &import["plan"]["held"],
            &import["plan"]["added"],
            &import["plan"]["vanished"]
        ),
        (&json!(0), &json!(1), &json!(1)),
        "{import}"
    );
    let problem = import["problem"].as_str().unwrap();
    assert!(
        problem.contains("row 99 ") && problem.ends_with("forgotten"),
        "{problem}"
    );
    let applied = norfolk.act("registerImportApply", &import).await;
    assert_eq!(
        (&applied["import"]["state"], &applied["import"]["problem"]),
        (&json!("APPLIED"), &Value::Null)
    );
}

#[tokio::test]
async fn an_import_is_undone_through_the_graph() {
    let norfolk = norfolk().await;
    let import = norfolk.planned(FILE).await;
    let applied = norfolk.act("registerImportApply", &import).await;
    let undo = "mutation U($id: ID!) { registerImportUndo(import: $id) { undone { removed restored kept calledOff import { canUndo state version } } errors { code } } }";
    let undone = norfolk
        .world
        .data(&norfolk.officer, undo, json!({ "id": import["id"] }))
        .await["registerImportUndo"]
        .clone();
    let version = applied["import"]["version"].as_i64().unwrap() + 1;
    let expected = json!({ "removed": 2, "restored": 0, "kept": [], "calledOff": [],
        "import": { "canUndo": false, "state": "UNDONE", "version": version } });
    assert_eq!(undone["undone"], expected, "{undone} {applied}");
    assert_eq!(norfolk.titles().await, [""; 0]);
    let again = norfolk
        .world
        .data(&norfolk.officer, undo, json!({ "id": import["id"] }))
        .await;
    assert_eq!(again["registerImportUndo"]["errors"][0]["code"], "NOT_THE_LAST");
}

fn files_under(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_under(&entry.path()),
            _ => 1,
        })
        .sum()
}

#[tokio::test]
async fn a_file_that_is_no_register_is_refused_with_the_reason_and_another_waits_its_turn() {
    let norfolk = norfolk().await;
    let refused = norfolk.planned(b"%PDF-1.7 nothing here").await;
    assert_eq!(refused["state"], "REFUSED");
    assert!(refused["problem"].as_str().unwrap().contains("PDF"), "{refused}");
    let import = norfolk.planned(FILE).await;
    let given_way = norfolk.import(&refused["id"]).await;
    assert_eq!(
        given_way["state"], "DISCARDED",
        "only the last refused file is kept"
    );
    let second = norfolk.start(FILE).await;
    assert_eq!(second["errors"][0]["code"], "ANOTHER_UNDER_WAY", "{second}");
    norfolk.act("registerImportDiscard", &import).await;
    for name in ["", "a\u{7}b.csv", "a\nb.csv", &"n".repeat(201)] {
        let refused = norfolk.start_as(name, FILE).await;
        let told = (&refused["errors"][0]["code"], &refused["errors"][0]["path"]);
        assert_eq!(told, (&json!("BAD_INPUT"), &json!("fileName")), "{name:?}");
    }
    assert_eq!(files_under(&norfolk.world.objects()), 0);
}

#[tokio::test]
async fn what_was_cut_short_while_it_was_applied_changed_nothing_and_can_be_applied_again() {
    let norfolk = norfolk().await;
    let import = norfolk.planned(FILE).await;
    let txn = norfolk.world.app.db.begin().await.unwrap();
    let cut = "UPDATE register_import SET state = 'applying', claimed_until = NULL";
    txn.execute_unprepared(cut).await.unwrap();
    txn.commit().await.unwrap();
    uploads::pass(&norfolk.world.app).await.unwrap();
    let back = norfolk.import(&import["id"]).await;
    assert_eq!(back["state"], "PLANNED", "{back}");
    assert!(back["problem"].as_str().unwrap().contains("cut short"), "{back}");
    let applied = norfolk.act("registerImportApply", &back).await;
    assert_eq!(applied["import"]["state"], "APPLIED", "{applied}");
}

#[tokio::test]
async fn a_file_that_waits_is_not_swept_with_those_that_nothing_names() {
    let norfolk = norfolk().await;
    let import = norfolk.planned(FILE).await;
    let app = &norfolk.world.app;
    for days in [2, 40] {
        app.clock.advance(chrono::Duration::days(days));
        let named = uploads::objects_named(app).await.unwrap();
        assert_eq!(files::sweep(app, named).await.unwrap(), 0);
    }
    let officer = norfolk.world.token("o@norfolk.example").await;
    let norfolk = Norfolk { officer, ..norfolk };
    let applied = norfolk.act("registerImportApply", &import).await;
    assert_eq!(applied["import"]["state"], "APPLIED", "{applied}");
}

#[tokio::test]
async fn whoever_may_import_hears_how_far_an_upload_is_and_nobody_else_learns_that_there_is_one() {
    let norfolk = norfolk().await;
    let served = Served::start(norfolk.world.site.clone()).await;
    let started = norfolk.start(FILE).await["import"].clone();
    let watch = "subscription W($id: ID!) { registerImportChanged(import: $id) { state plan { added } } }";
    let id = json!({ "id": started["id"] });
    let viewer = norfolk
        .world
        .member("v@norfolk.example", "norfolk", CouncilRole::Viewer)
        .await;
    let mut nobody = served.client(Some(&viewer)).await;
    let hidden = nobody.subscribe("w", watch, id.clone()).await;
    assert_eq!(hidden["extensions"]["code"], "NOT_FOUND", "{hidden}");

    let mut officer = served.client(Some(&norfolk.officer)).await;
    assert_eq!(officer.subscribe("w", watch, id).await, Value::Null);
    uploads::pass(&norfolk.world.app).await.unwrap();
    let heard = async |officer: &mut Client, state: &str| loop {
        let told = officer.event("w").await["registerImportChanged"].clone();
        if told["state"] == state {
            return told;
        }
    };
    let planned = heard(&mut officer, "PLANNED").await;
    assert_eq!(planned["plan"]["added"], 2, "{planned}");
    let import = norfolk.import(&started["id"]).await;
    norfolk.act("registerImportApply", &import).await;
    heard(&mut officer, "APPLIED").await;
    let undo = "mutation U($id: ID!) { registerImportUndo(import: $id) { errors { code } } }";
    let id = json!({ "id": started["id"] });
    norfolk.world.data(&norfolk.officer, undo, id).await;
    heard(&mut officer, "UNDONE").await;
}
