//! GraphiQL and its assets, compiled in, under a policy that runs no script but ours.

use super::Site;
use poem::endpoint::make;
use poem::http::{HeaderName, StatusCode, header};
use poem::web::{Compress, CompressionAlgo};
use poem::{IntoEndpoint, IntoResponse, Request, Response, Route, get};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// GraphiQL styles its elements in place; scripts are ours alone, and it talks to nobody but us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// An hour without asking; then the tag tells whether it has changed.
const KEPT: &str = "public, max-age=3600";
/// Asked for every time; the tag spares sending it again.
const ASKED: &str = "no-cache";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// GraphiQL, its assets, and the style sheet that every page shares.
pub(super) fn routes(route: Route, site: &Site) -> Route {
    let tabs = serde_json::to_vec(&site.page.tabs).unwrap_or_else(|_| b"[]".to_vec());
    let tabs: &'static [u8] = tabs.leak();
    route
        .at(
            "/graphiql",
            asset(HTML, ASKED, include_bytes!("pages/graphiql/graphiql.html")),
        )
        .at(
            "/graphiql/start.js",
            asset(SCRIPT, ASKED, include_bytes!("pages/graphiql/start.js")),
        )
        .at(
            "/graphiql/graphiql.js",
            asset(SCRIPT, KEPT, include_bytes!("pages/graphiql/graphiql.js")),
        )
        .at(
            "/graphiql/graphiql.css",
            asset(CSS, KEPT, include_bytes!("pages/graphiql/graphiql.css")),
        )
        .at(
            "/graphiql/LICENSES-graphiql.txt",
            asset(
                "text/plain; charset=utf-8",
                KEPT,
                include_bytes!("pages/graphiql/LICENSES-graphiql.txt"),
            ),
        )
        .at("/graphiql/tabs.json", asset("application/json", ASKED, tabs))
        .at(
            "/guildhall.css",
            asset(CSS, KEPT, include_bytes!("pages/guildhall.css")),
        )
}

/// Sends whoever opens a production server's front page to GraphiQL.
pub(super) fn redirect() -> impl IntoEndpoint {
    get(make(|_| async {
        Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, "/graphiql")
            .finish()
    }))
}

fn asset(content_type: &'static str, caching: &'static str, bytes: &'static [u8]) -> impl IntoEndpoint {
    let tag: Arc<str> = format!("W/\"{}\"", hex::encode(&Sha256::digest(bytes)[..8])).into();
    let gzipped = Arc::new(OnceCell::new());
    get(make(move |request: Request| {
        let (tag, gzipped) = (tag.clone(), gzipped.clone());
        async move {
            let answer = Response::builder()
                .content_type(content_type)
                .header(header::CACHE_CONTROL, caching)
                .header(header::ETAG, &*tag)
                .header(header::VARY, "accept-encoding")
                .header(header::CONTENT_SECURITY_POLICY, POLICY);
            if says(&request, header::IF_NONE_MATCH, &tag) {
                return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
            }
            if !says(&request, header::ACCEPT_ENCODING, "gzip") {
                return Ok(answer.body(bytes));
            }
            // Once: a megabyte of script takes tens of milliseconds.
            let gzipped = gzipped.get_or_try_init(|| gzip(bytes)).await?;
            let answer = answer.header(header::CONTENT_ENCODING, "gzip");
            Ok::<_, poem::Error>(answer.body(gzipped.clone()))
        }
    }))
}

async fn gzip(bytes: &'static [u8]) -> Result<Vec<u8>, poem::Error> {
    let compressed = Compress::new(bytes.into_response(), CompressionAlgo::GZIP).into_response();
    Ok(compressed.into_body().into_vec().await?)
}

fn says(request: &Request, name: HeaderName, word: &str) -> bool {
    let values = request.headers().get_all(name);
    values
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.contains(word)))
}
