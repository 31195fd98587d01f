//! The schema as text: checked in, and described throughout.

#[test]
fn the_checked_in_schema_is_the_programs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let checked_in = std::fs::read_to_string(path).unwrap();
    assert!(
        checked_in == guildhall::graphql::sdl(),
        "schema.graphql is out of date: cargo run -- schema > schema.graphql"
    );
}

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let query = "{ __schema { types { name kind description
        fields(includeDeprecated: true) { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let answer = guildhall::graphql::schema()
        .execute(query)
        .await
        .into_result()
        .unwrap()
        .data
        .into_json()
        .unwrap();
    let mut bare = Vec::new();
    for kind in answer["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        if kind["description"].is_null() && !["Query", "Mutation", "ID"].contains(&name) {
            bare.push(name.to_owned());
        }
        for list in ["fields", "inputFields", "enumValues"] {
            for member in kind[list].as_array().into_iter().flatten() {
                let args = member["args"].as_array().into_iter().flatten();
                for part in std::iter::once(member).chain(args) {
                    if part["description"].is_null() {
                        bare.push(format!("{name}.{} {}", member["name"], part["name"]));
                    }
                }
            }
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}
