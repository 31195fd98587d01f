//! What people say of a file's headings.

use super::*;

#[tokio::test]
async fn what_a_council_says_of_its_headings_holds_for_its_next_file() {
    let norfolk = norfolk().await;
    let file = b"Number,Name,Thing,Who\n1,Road salt,x,Grit Ltd\n";
    let import = norfolk.planned(file).await;
    let map = "mutation M($input: RegisterImportMapInput!) { registerImportMap(input: $input) { import { id state version } errors { message } } }";
    let columns = json!([{ "heading": "Name", "column": "TITLE" }, { "heading": "who", "column": "SUPPLIER_NAME" },
        { "heading": "Thing", "column": null }]);
    let input =
        json!({ "input": { "import": import["id"], "version": import["version"], "columns": columns } });
    let mapped = norfolk.world.data(&norfolk.officer, map, input).await["registerImportMap"].clone();
    assert_eq!(
        (&mapped["errors"], &mapped["import"]["state"]),
        (&json!([]), &json!("READING")),
        "{mapped}"
    );
    uploads::pass(&norfolk.world.app).await.unwrap();
    let said = |import: &Value| -> Vec<Value> {
        let columns = import["sheet"]["columns"]
            .as_array()
            .unwrap_or_else(|| panic!("{import}"));
        columns.iter().map(|column| column["column"].clone()).collect()
    };
    let import = norfolk.import(&import["id"]).await;
    assert_eq!(
        said(&import)[1..],
        [json!("TITLE"), Value::Null, json!("SUPPLIER_NAME")]
    );
    norfolk.act("registerImportDiscard", &import).await;
    let next = norfolk.planned(file).await;
    assert_eq!(
        said(&next)[1..],
        [json!("TITLE"), Value::Null, json!("SUPPLIER_NAME")]
    );

    let say = async |columns: Value| -> Value {
        let input =
            json!({ "input": { "import": next["id"], "version": next["version"], "columns": columns } });
        norfolk.world.data(&norfolk.officer, map, input).await["registerImportMap"].clone()
    };
    for (columns, why) in [
        (
            json!([{ "heading": " ", "column": "TITLE" }]),
            "a heading is blank",
        ),
        (
            json!([{ "heading": "Who", "column": "TITLE" }, { "heading": "who", "column": "VALUE" }]),
            r#""who" is spoken of twice"#,
        ),
        (
            json!([{ "heading": "Who", "column": "TITLE" }, { "heading": "Name", "column": "TITLE" }]),
            r#""Who" and "Name" are both said to be "Title of the Agreement""#,
        ),
    ] {
        assert_eq!(say(columns).await["errors"][0]["message"], why);
    }
    let forgotten = json!([{ "heading": "Thing", "forget": true }, { "heading": "Nope", "forget": true }]);
    assert_eq!(say(forgotten).await["errors"], json!([]));
    uploads::pass(&norfolk.world.app).await.unwrap();
    let judged = norfolk.import(&next["id"]).await;
    let thing = &judged["sheet"]["columns"][2];
    assert!(
        !thing["why"].as_str().unwrap_or_default().contains("said"),
        "{thing}"
    );
}
