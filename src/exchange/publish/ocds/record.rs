//! A record: the releases of a contracting process, of which there is one, and these merged, by the standard's rules.

use serde_json::{Map, Value, json};

/// Left out when releases are merged.
const OMITTED: [&str; 3] = ["id", "date", "tag"];
/// What is one value: lists of objects that are not merged by their ids, and the details of a party, of which the
/// standard's schema of versioned releases knows no fields (ocdsmerge takes them apart all the same).
const WHOLE: [&str; 3] = ["additionalIdentifiers", "additionalClassifications", "details"];

/// The record of a release.
pub(super) fn of(release: Value) -> Value {
    json!({
        "ocid": release["ocid"],
        "compiledRelease": compiled(&release),
        "versionedRelease": versioned(&release),
        "releases": [release],
    })
}

fn compiled(release: &Value) -> Value {
    let mut compiled = release.clone();
    let text = |key: &str| release[key].as_str().unwrap_or_default();
    compiled["id"] = json!(format!("{}-{}", text("ocid"), text("date")));
    compiled["tag"] = json!(["compiled"]);
    compiled
}

/// Each value with the release that said it.
fn versioned(release: &Value) -> Value {
    let said = |value: &Value| {
        json!([{
            "releaseID": release["id"], "releaseDate": release["date"], "releaseTag": release["tag"], "value": value,
        }])
    };
    let mut merged = Map::new();
    for (key, value) in release.as_object().into_iter().flatten() {
        match key.as_str() {
            "ocid" => drop(merged.insert(key.clone(), value.clone())),
            key if OMITTED.contains(&key) => {}
            _ => drop(merged.insert(key.clone(), each(key, value, &said))),
        }
    }
    Value::Object(merged)
}

fn each(key: &str, value: &Value, said: &impl Fn(&Value) -> Value) -> Value {
    match value {
        value if WHOLE.contains(&key) => said(value),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| (key.clone(), each(key, value, said)));
            Value::Object(fields.collect())
        }
        Value::Array(list) if list.iter().all(Value::is_object) => {
            let identified = |item: &Value| {
                let mut merged = each("", item, said);
                if !item["id"].is_null() {
                    merged["id"] = item["id"].clone();
                }
                merged
            };
            Value::Array(list.iter().map(identified).collect())
        }
        value => said(value),
    }
}
