//! `GET /graphql/socket`: subscriptions over a WebSocket, by the protocol graphql-transport-ws.
//!
//! Here is who may open one; what is said over it is in `talk`, and what a subscription tells is
//! `graphql::subscriptions`. A browser sends cookies with any site's sockets and asks nobody, so a socket with a cookie
//! must name our own site as its origin.

mod protocol;
mod talk;

use super::graphql::{bearer, cookie, origin_of, refusal};
use super::places::Holder;
use super::{Site, origin};
use crate::graphql::SESSION_COOKIE;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{StatusCode, header};
use poem::web::websocket::{WebSocket, WebSocketConfig};
use poem::{EndpointExt, FromRequest, IntoResponse, Request, Response, get};
use talk::Socket;

/// A message has at most this, as a request by POST.
const MESSAGE: usize = 64 * 1024;

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    get(make(move |request| {
        let site = site.clone();
        async move { open(site, request).await.unwrap_or_else(|refusal| refusal) }
    }))
    .boxed()
}

async fn open(site: Site, request: Request) -> Result<Response, Response> {
    let cross_site = |message| refusal(StatusCode::FORBIDDEN, "CROSS_SITE", message, None);
    let token = enter(&site, &request).map_err(cross_site)?;
    let origin = origin_of(&site, &request);
    let busy = || {
        refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "TOO_MANY_SOCKETS",
            "too many sockets are open",
            None,
        )
    };
    let mut places = vec![site.sockets.place(Holder::Process).ok_or_else(busy)?];
    if let Some(source) = origin.counted() {
        places.push(site.sockets.place(Holder::Source(source)).ok_or_else(busy)?);
    }
    let spoken = request.header(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    let spoken = spoken.split(',').any(|spoken| spoken.trim() == protocol::NAME);
    let (request, mut body) = request.split();
    let socket = WebSocket::from_request(&request, &mut body).await;
    let Some(socket) = socket.ok().filter(|_| spoken) else {
        let message = "this is a WebSocket that speaks graphql-transport-ws";
        return Err(refusal(StatusCode::BAD_REQUEST, "MALFORMED", message, None));
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE));
    let talk = move |stream| Socket::new(site, stream, token, origin, places).run();
    Ok(socket
        .config(config)
        .protocols([protocol::NAME])
        .on_upgrade(talk)
        .into_response())
}

/// The token a socket comes with, if it may be opened at all. Programs that send a token as a header are no browser's.
fn enter(site: &Site, request: &Request) -> Result<Option<String>, &'static str> {
    if let Some(bearer) = bearer(request) {
        return Ok(Some(bearer));
    }
    let cookie = cookie(&site.app, request, SESSION_COOKIE);
    let nameless = cookie.is_some() && !request.headers().contains_key(header::ORIGIN);
    if nameless || !origin::is_ours(&site.app, request) {
        return Err("sockets from other sites' pages are refused");
    }
    Ok(cookie)
}
