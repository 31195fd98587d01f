//! Asks another server over HTTP: one request, one answer of bounded size within a bounded time.
//!
//! Whoever answers cannot send us on: redirects are not followed, no cookie is kept, and which addresses may be asked
//! is for the caller to say. TLS by rustls, with the roots that browsers trust.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use url::Url;

/// An answer that is not whole by then is given up.
const PATIENCE: Duration = Duration::from_secs(8);
/// What providers send has a few kilobytes.
const BODY: usize = 256 * 1024;

/// Asks other servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetch {
    client: Client<HttpsConnector<HttpConnector>, String>,
    patience: Duration,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status, of any kind.
    pub status: StatusCode,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Default for Fetch {
    fn default() -> Self {
        Self::patient_for(PATIENCE)
    }
}

impl Fetch {
    /// Gives an answer up after so long.
    pub fn patient_for(patience: Duration) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            patience,
        }
    }

    /// Gets a document, as whoever the token is of.
    ///
    /// # Errors
    /// What went wrong on the way, for the log.
    pub async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Answer, String> {
        let request = Request::get(url.as_str()).body(String::new());
        let authorization = bearer.map(|token| format!("Bearer {token}"));
        self.ask(url, request, authorization).await
    }

    /// Posts a form.
    ///
    /// # Errors
    /// What went wrong on the way, for the log.
    pub async fn post(
        &self,
        url: &Url,
        form: String,
        authorization: Option<String>,
    ) -> Result<Answer, String> {
        let request = Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        self.ask(url, request, authorization).await
    }

    async fn ask(
        &self,
        url: &Url,
        request: http::Result<Request<String>>,
        authorization: Option<String>,
    ) -> Result<Answer, String> {
        let failed = |what: &dyn std::fmt::Display| format!("{url}: {what}");
        let mut request = request.map_err(|error| failed(&error))?;
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::try_from(authorization).map_err(|error| failed(&error))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let asked = async {
            let answer = self.client.request(request).await.map_err(|error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                failed(&cause.unwrap_or_else(|| error.to_string()))
            })?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), BODY).collect().await;
            let body = body.map_err(|error| failed(&error))?.to_bytes().to_vec();
            Ok(Answer { status, body })
        };
        let slow = |_| Err(failed(&format!("no whole answer within {:?}", self.patience)));
        tokio::time::timeout(self.patience, asked)
            .await
            .unwrap_or_else(slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Asks a server that answers with these bytes.
    async fn asked(answer: String) -> Result<Answer, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Fetch::default().get(&Url::parse(&url).unwrap(), None).await
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_and_no_further() {
        for (bytes, whole) in [(BODY, true), (BODY + 1, false)] {
            let told = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n{}",
                "x".repeat(bytes)
            );
            assert_eq!(
                asked(told).await.is_ok_and(|answer| answer.body.len() == bytes),
                whole
            );
            let untold = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{bytes:x}\r\n{}\r\n0\r\n\r\n",
                "x".repeat(bytes)
            );
            assert_eq!(asked(untold).await.is_ok(), whole);
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let answer = asked("HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n".into()).await;
        assert_eq!(answer.unwrap().status, StatusCode::FOUND);
    }
}
