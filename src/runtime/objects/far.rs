//! A bucket that speaks S3, asked by the HTTP client that is here already: TLS by rustls with the roots that browsers
//! trust, nothing read from the surroundings, and no redirect followed.

use super::Error;
use async_trait::async_trait;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect};
use hyper_util::rt::TokioExecutor;
use object_store::aws::AmazonS3Builder;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use std::time::Duration;

/// What fails in passing is tried again so often.
const AGAIN: usize = 2;

/// A bucket, and who may use it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Names in it begin with this and a slash; empty for those that stand alone.
    pub prefix: String,
    /// Who keeps it, as `https://s3.example.org`; Amazon, when it is not told.
    pub endpoint: Option<String>,
    /// Where.
    pub region: String,
    /// Whose key is used.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// Leave to ask without TLS.
    pub plain: bool,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({}/{})", self.name, self.prefix)
    }
}

impl Bucket {
    pub(super) fn open(&self) -> Result<Box<dyn ObjectStore>, Error> {
        let retry = RetryConfig {
            max_retries: AGAIN,
            retry_timeout: Duration::from_secs(5),
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(&self.secret_key)
            .with_allow_http(self.plain)
            .with_retry(retry)
            // One at a time is all we delete, and not all who speak S3 have the other.
            .with_disable_bulk_delete(true)
            .with_http_connector(Connector { plain: self.plain });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder
            .build()
            .map_err(|error| Error::fault(format!("objects: {error}")))?;
        Ok(Box::new(PrefixStore::new(store, self.prefix.as_str())))
    }
}

#[derive(Debug)]
struct Connector {
    plain: bool,
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let tls = HttpsConnectorBuilder::new().with_webpki_roots();
        let tls = if self.plain {
            tls.https_or_http()
        } else {
            tls.https_only()
        };
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().build());
        Ok(HttpClient::new(Asks(client)))
    }
}

#[derive(Debug)]
struct Asks(Client<HttpsConnector<connect::HttpConnector>, HttpRequestBody>);

#[async_trait]
impl HttpService for Asks {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answered = self.0.request(request).await.map_err(|error| {
            let kind = if error.is_connect() {
                HttpErrorKind::Connect
            } else {
                HttpErrorKind::Interrupted
            };
            HttpError::new(kind, error)
        })?;
        let failed = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answered.map(|body| HttpResponseBody::new(body.map_err(failed))))
    }
}
