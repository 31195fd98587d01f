//! Details that are encrypted where they are kept: what of an entry whoever has the database is not to read. The log
//! commits to them as they are kept; whoever may read the entry is shown what they say.

use crate::runtime::secret::Secret;
use crate::runtime::{App, Error};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// What the server's secret is used for here.
const USE: &str = "audit detail";
/// By which a sealed detail is known.
const NAME: &str = "sealed";
/// Details are made as long as a multiple of this: one is not told from another by its length.
const STEP: usize = 512;

/// A detail, sealed.
pub fn sealed(app: &App, detail: &Value) -> Value {
    let mut plain = detail.to_string();
    let length = plain.len().next_multiple_of(STEP);
    plain.extend(std::iter::repeat_n(' ', length - plain.len()));
    let sealed = app.secret.seal(USE, &[], app.entropy.bytes(), plain.as_bytes());
    json!({ NAME: STANDARD.encode(sealed) })
}

/// What a detail says, sealed or not.
///
/// # Errors
/// When it was changed or another server sealed it.
pub fn opened(secret: &Secret, detail: Value) -> Result<Value, Error> {
    let Some(sealed) = detail.get(NAME).and_then(Value::as_str) else {
        return Ok(detail);
    };
    let broken = || Error::fault("a sealed audit detail was changed, or the server's secret is not the same");
    let bytes = STANDARD.decode(sealed).map_err(|_| broken())?;
    let plain = secret.open(USE, &[], &bytes).ok_or_else(broken)?;
    serde_json::from_slice(&plain).map_err(Error::fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_read_as_it_was_with_the_secret_and_tells_nothing_without() {
        let secret = Secret::from_bytes([7; 32]);
        let plain = json!({ "version": 3 });
        assert_eq!(
            opened(&secret, plain.clone()).unwrap(),
            plain,
            "what is not sealed"
        );
        let seal =
            |text: &str| json!({ NAME: STANDARD.encode(secret.seal(USE, &[], [1; 24], text.as_bytes())) });
        let detail = seal("{\"version\":3}   ");
        assert_eq!(opened(&secret, detail.clone()).unwrap(), plain);
        assert!(!detail.to_string().contains("version"));
        assert!(opened(&Secret::from_bytes([8; 32]), detail).is_err());
        assert!(opened(&secret, json!({ NAME: "!" })).is_err());
    }
}
