//! The API's door: admits a query, gives resolvers what they need, and sees that nothing leaves but what may.
//!
//! It knows nothing of HTTP. What a single answer may say belongs to the resolvers and to [`super::errors`].

use super::cost::{self, ListSizes};
use super::documents::Documents;
use super::feed::Feed;
use super::{Schema, errors, guard};
use crate::access::{Origin, Viewer};
use crate::runtime::{App, Error, panic_words};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, Variables};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// A request that takes longer is told that the server is busy.
pub(super) const TIME: Duration = Duration::from_secs(10);

/// Each capability's loaders, made anew for every request: they carry the viewer.
const LOADERS: &[fn(&App, Request) -> Request] = &[super::relations::loaders];

/// The GraphQL API. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    app: App,
    schema: Schema,
    documents: Arc<Documents>,
    sizes: Arc<ListSizes>,
    feed: Arc<Feed>,
}

impl Api {
    /// The API of this application.
    pub fn new(app: App) -> Self {
        let schema = super::schema();
        let sizes = ListSizes::from_sdl(&schema.sdl()).expect("our own schema is well formed");
        Self {
            app,
            schema,
            documents: Arc::default(),
            sizes: Arc::new(sizes),
            feed: Arc::default(),
        }
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// The schema behind it.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Answers one operation.
    pub async fn answer(
        &self,
        viewer: Viewer,
        query: &str,
        operation_name: Option<String>,
        variables: Variables,
        origin: Origin,
    ) -> Response {
        match self.admitted(viewer, query, operation_name, variables, origin) {
            Ok(request) => self.run(request).await,
            Err(refused) => self.refused(refused),
        }
    }

    /// A request with all that resolvers need, if it may run; its refusal, if not.
    pub(super) fn admitted(
        &self,
        viewer: Viewer,
        query: &str,
        operation_name: Option<String>,
        variables: Variables,
        origin: Origin,
    ) -> Result<Request, ServerError> {
        let document = self.admit(query, operation_name.as_deref(), &variables)?;
        let mut request = Request::new(query)
            .variables(variables)
            .data(self.app.clone())
            .data(viewer)
            .data(origin);
        request.operation_name = operation_name;
        request.set_parsed_query(document);
        for loaders in LOADERS {
            request = loaders(&self.app, request);
        }
        Ok(request)
    }

    /// Runs a request that was admitted.
    pub(super) async fn run(&self, request: Request) -> Response {
        self.contained(TIME, self.schema.execute(request)).await
    }

    /// Work that neither panics nor goes on for longer than this, as far as the caller can tell, its answer tidied.
    pub(super) async fn contained(&self, time: Duration, work: impl Future<Output = Response>) -> Response {
        let work = AssertUnwindSafe(work).catch_unwind();
        match tokio::time::timeout(time, work).await {
            Ok(Ok(response)) => self.tidy(response),
            Ok(Err(panic)) => self.failed(&Error::fault(format!("panic: {}", panic_words(&*panic)))),
            Err(_) => self.failed(&Error::Overloaded(format!("not answered within {time:?}"))),
        }
    }

    /// An answer that says only that the request could not be answered.
    pub fn failed(&self, error: &Error) -> Response {
        let code = if matches!(error, Error::Overloaded(_)) {
            "OVERLOADED"
        } else {
            "FAULT"
        };
        let (told, reference) = errors::worded(&self.app, error);
        Response::from_errors(vec![coded(told, code, reference)])
    }

    /// The answer to what was not admitted.
    pub(super) fn refused(&self, error: ServerError) -> Response {
        self.tidy(Response::from_errors(vec![error]))
    }

    /// The answer to what makes no sense here.
    pub(super) fn misplaced(&self, message: &str) -> Response {
        self.refused(coded(message.to_owned(), guard::MALFORMED, None))
    }

    /// What this process tells its subscriptions of.
    pub(super) fn feed(&self) -> (&Arc<Feed>, &App) {
        (&self.feed, &self.app)
    }

    /// Judges a query: by its text, then parsed (once for each text), then by what it would cost.
    fn admit(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<ExecutableDocument, ServerError> {
        let document = self.documents.get_or_parse(query)?;
        cost::check(&document, operation_name, variables, &self.sizes)?;
        Ok((*document).clone())
    }

    /// Caps errors and their messages, gives each a code, and keeps the text of errors that no resolver worded.
    fn tidy(&self, mut response: Response) -> Response {
        for error in &mut response.errors {
            if error.source.is_some() {
                let fault = Error::fault(&error.message);
                let (told, reference) = errors::worded(&self.app, &fault);
                let fault = coded(told, "FAULT", reference);
                error.message = fault.message;
                error.extensions = fault.extensions;
                error.source = None;
            }
            let extensions = error.extensions.get_or_insert_default();
            if extensions.get("code").is_none() {
                extensions.set("code", "MALFORMED");
                error.message += form_of(&error.message);
            }
        }
        guard::trim_errors(&mut response.errors);
        response
    }
}

/// How a day or an instant is written, where a value was none.
fn form_of(message: &str) -> &'static str {
    match message {
        of if of.contains("Failed to parse \"NaiveDate\"") => ": write a day as 2027-04-01",
        of if of.contains("Failed to parse \"DateTime\"") => ": write an instant as 2027-04-01T12:00:00Z",
        _ => "",
    }
}

pub(super) fn coded(message: String, code: &str, reference: Option<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    if let Some(reference) = reference {
        extensions.set("reference", reference);
    }
    error.extensions = Some(extensions);
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::clock::Clock;
    use crate::runtime::database::Database;
    use crate::runtime::entropy::Entropy;
    use crate::runtime::mail::Mailer;
    use crate::runtime::secret::Secret;

    async fn api(directory: &tempfile::TempDir) -> Api {
        let url = format!("sqlite://{}", directory.path().join("x.db").display());
        Api::new(App {
            db: Database::open(&url).await.unwrap(),
            clock: Clock::standing("2026-01-15T09:00:00Z".parse().unwrap()),
            entropy: Entropy::seeded(1),
            secret: Secret::from_bytes([7; 32]),
            mailer: Mailer::kept(),
            objects: crate::runtime::objects::Objects::nowhere(),
            public_url: "https://guildhall.example".into(),
            development: false,
            hashing: crate::runtime::Hashing::at_once(1),
            single_sign_on: Arc::default(),
            work: Arc::default(),
            sending: Arc::default(),
        })
    }

    fn told(response: &Response) -> String {
        serde_json::to_string(response).unwrap()
    }

    #[tokio::test]
    async fn a_panic_becomes_a_fault_whose_words_are_in_the_log_alone() {
        let directory = tempfile::tempdir().unwrap();
        let log = tempfile::NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.reopen().unwrap())
            .finish();
        // With one subscriber alive, a line first reached by another test's thread is shut off for all of them
        // (tokio-rs/tracing#3611).
        let _second = tracing::Dispatch::new(tracing_subscriber::registry());
        let _guard = tracing::subscriber::set_default(subscriber);
        let answer = api(&directory)
            .await
            .contained(TIME, async { panic!("secret words") })
            .await;
        assert!(told(&answer).contains("\"FAULT\""));
        assert!(!told(&answer).contains("secret"));
        let reference = answer.errors[0].extensions.as_ref().unwrap().get("reference");
        let reference = reference.unwrap().clone().into_json().unwrap();
        let log = std::fs::read_to_string(log.path()).unwrap();
        let line = log
            .lines()
            .find(|line| line.contains(reference.as_str().unwrap()));
        assert!(line.unwrap().contains("secret words"), "{log}");
    }

    #[tokio::test]
    async fn an_error_that_no_resolver_worded_keeps_its_text() {
        let directory = tempfile::tempdir().unwrap();
        let unworded = async_graphql::Error::from(std::io::Error::other("/var/lib/secret.db"));
        let unworded = unworded.into_server_error(async_graphql::Pos::default());
        let worded = coded("an id of a supplier".to_owned(), "WRONG_ID", None);
        let answer = api(&directory)
            .await
            .tidy(Response::from_errors(vec![unworded, worded]));
        assert!(!told(&answer).contains("secret"));
        assert!(told(&answer).contains("\"FAULT\"") && told(&answer).contains("\"WRONG_ID\""));
    }
}
