//! Reading JSON that is not quite as the standard has it: what is of another kind than expected is kept as its text, to be
//! doubted where it is used, or left out; nothing in a release makes the rest of it unreadable. Next: `release.rs`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text: trimmed, never empty. Numbers and the like are kept as they are written, so that an amount may stand in
/// quotation marks and an id may not. PostgreSQL takes no NUL, so there is none.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = match Value::deserialize(from)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        other => other.to_string(),
    };
    let text = text.replace('\0', "");
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A list: what cannot be an item of it is left out, and a single item may stand without brackets.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let items = match Value::deserialize(from)? {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        single => vec![single],
    };
    let read = items
        .into_iter()
        .filter_map(|item| serde_json::from_value(item).ok());
    Ok(read.collect())
}

/// An object, or nothing where something else stands.
pub(super) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(from)?;
    let object = value.is_object().then(|| serde_json::from_value(value).ok());
    Ok(object.flatten())
}

/// Yes or no, also as text.
pub(super) fn answer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(answer) => Some(answer),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}
