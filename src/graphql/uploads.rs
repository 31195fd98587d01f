//! Files as arguments. A file comes as a part of a multipart request (`http::uploads` reads it); in the operation its
//! digest stands for it, so that whatever is told from the variables, an idempotency key's request above all, is told
//! from the file too.

use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use std::any::Any;
use std::sync::Arc;

const NO_FILE: &str = "send the file as a part of a multipart request";

/// The file of one request, in memory while it runs.
pub struct Uploaded {
    content: Vec<u8>,
    sha256: String,
    _held: Box<dyn Any + Send + Sync>,
}

impl std::fmt::Debug for Uploaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Uploaded({} bytes)", self.content.len())
    }
}

impl Uploaded {
    /// A file that has this digest. What is held for it is let go with it.
    pub fn new(content: Vec<u8>, sha256: [u8; 32], held: impl Any + Send + Sync) -> Self {
        Self {
            content,
            sha256: hex::encode(sha256),
            _held: Box::new(held),
        }
    }

    /// What is in it.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// SHA-256, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// A file, sent as the GraphQL multipart request specification says: `operations` with null in the file's place, `map`,
/// then the file; one file of at most 10 MiB in a request, and the header `GraphQL-Preflight: 1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload(String);

/// A file, sent as the GraphQL multipart request specification says: `operations` with null in the file's place, `map`,
/// then the file; one file of at most 10 MiB in a request, and the header `GraphQL-Preflight: 1`.
#[Scalar(specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        let digest = |text: &String| {
            text.len() == 64
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        match value {
            Value::String(text) if digest(&text) => Ok(Self(text)),
            _ => Err(InputValueError::custom(NO_FILE)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

impl Upload {
    /// The file that came with the request.
    ///
    /// # Errors
    /// When none came, or another.
    pub(super) fn of(&self, ctx: &Context<'_>) -> async_graphql::Result<Arc<Uploaded>> {
        let came = ctx
            .data_opt::<Arc<Uploaded>>()
            .filter(|came| came.sha256 == self.0);
        came.cloned().ok_or_else(|| async_graphql::Error::new(NO_FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptySubscription, Object, Request, Schema, Variables};
    use sha2::{Digest, Sha256};

    struct Query;

    #[Object]
    impl Query {
        async fn nothing(&self) -> bool {
            false
        }
    }

    struct Mutation;

    #[Object]
    impl Mutation {
        async fn length(&self, ctx: &Context<'_>, file: Upload) -> async_graphql::Result<usize> {
            Ok(file.of(ctx)?.content().len())
        }
    }

    async fn asked(variable: serde_json::Value, file: Option<&[u8]>) -> Result<serde_json::Value, String> {
        let schema = Schema::new(Query, Mutation, EmptySubscription);
        let variables = Variables::from_json(serde_json::json!({ "file": variable }));
        let mut request =
            Request::new("mutation($file: Upload!) { length(file: $file) }").variables(variables);
        if let Some(file) = file {
            request = request.data(Arc::new(Uploaded::new(
                file.to_vec(),
                Sha256::digest(file).into(),
                (),
            )));
        }
        let answer = schema.execute(request).await;
        let failed = answer.errors.first().map(|error| error.message.clone());
        failed.map_or_else(|| Ok(answer.data.into_json().unwrap()), Err)
    }

    #[tokio::test]
    async fn a_file_is_given_to_whoever_names_it_by_its_digest() {
        let digest = hex::encode(Sha256::digest(b"words"));
        let length = asked(digest.clone().into(), Some(b"words")).await.unwrap();
        assert_eq!(length["length"], 5);
        for (variable, file) in [
            (serde_json::Value::from(digest), Some(&b"other"[..])),
            (serde_json::Value::Null, Some(b"words")),
            ("#__graphql_file__:0".into(), Some(b"words")),
            ("#__graphql_file__:x".into(), Some(b"words")),
        ] {
            assert!(asked(variable.clone(), file).await.is_err(), "{variable}");
        }
    }
}
