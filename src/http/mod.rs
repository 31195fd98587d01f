//! What is reached by HTTP: the API at `/graphql`, its subscriptions at `/graphql/socket`, GraphiQL, health, open data
//! at `/open`, calendars and feeds behind their secret links, files of bids, the pages that mail links land on and those about what mails tell, the way to a
//! council's provider and back, and on a development server its front page, mailbox and clock.
//!
//! Routes translate and nothing more: what they tell comes from front doors. `shell` stands around them all:
//! security headers, panics, and errors without their insides. `origin` refuses other sites' requests.

mod account;
mod alerts;
mod attachments;
mod caching;
mod development;
mod facts;
mod feeds;
mod graphiql;
mod graphql;
mod health;
mod mailbox;
pub mod metrics;
mod open;
mod open_page;
mod origin;
mod pages;
mod places;
mod returned;
mod shell;
mod single_sign_on;
mod socket;
mod subscriptions;
mod unsubscribe;
mod uploads;

pub use development::{DevelopmentPage, SignIn, Tab};
pub use places::SocketLimits;
pub use uploads::UploadLimits;

use crate::exchange::publish::Publisher;
use crate::graphql::Api;
use crate::pilots;
use crate::runtime::{App, Error};
use futures_util::future::BoxFuture;
use places::Sockets;
use poem::{Endpoint, Response, Route, Server};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use uploads::Uploads;

/// Requests under way when the server is told to stop have this long to end.
const STOPPING: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for this long is closed.
const IDLE: Duration = Duration::from_secs(75);

/// Called after the development clock has moved; what it starts is waited for before the page is shown.
pub type ClockMoved = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What the routes serve. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    app: App,
    api: Api,
    page: Arc<DevelopmentPage>,
    on_clock_moved: ClockMoved,
    proxies: usize,
    sockets: Sockets,
    uploads: Uploads,
    attachments: pilots::attachments::Find,
    publisher: Publisher,
}

impl Site {
    /// A site over the application and its API.
    pub fn new(app: App, api: Api) -> Self {
        Self {
            publisher: Publisher::new(app.public_url.clone(), Publisher::UNREGISTERED),
            app,
            api,
            page: Arc::default(),
            on_clock_moved: Arc::new(|| Box::pin(async {})),
            proxies: 0,
            sockets: Sockets::new(SocketLimits::default()),
            uploads: Uploads::new(UploadLimits::default()),
            attachments: pilots::bids::files::of_pilot,
        }
    }

    /// With this on the front page of a development server, and these tabs in GraphiQL.
    #[must_use]
    pub fn with_page(mut self, page: DevelopmentPage) -> Self {
        self.page = Arc::new(page);
        self
    }

    /// With so many proxies in front, each of which appends to `X-Forwarded-For`.
    #[must_use]
    pub fn behind(mut self, proxies: usize) -> Self {
        self.proxies = proxies;
        self
    }

    /// With these limits for sockets.
    #[must_use]
    pub fn with_sockets(mut self, limits: SocketLimits) -> Self {
        self.sockets = Sockets::new(limits);
        self
    }

    /// With these limits for uploads.
    #[must_use]
    pub fn with_uploads(mut self, limits: UploadLimits) -> Self {
        self.uploads = Uploads::new(limits);
        self
    }

    /// With the files of bids found by this.
    #[must_use]
    pub fn with_attachments(mut self, find: pilots::attachments::Find) -> Self {
        self.attachments = find;
        self
    }

    /// With this registered prefix of the OCIDs of what is published.
    #[must_use]
    pub fn with_ocid_prefix(mut self, prefix: &str) -> Self {
        self.publisher = Publisher::new(self.app.public_url.clone(), prefix);
        self
    }

    /// With this called when the development clock has moved.
    #[must_use]
    pub fn when_clock_moves(mut self, told: ClockMoved) -> Self {
        self.on_clock_moved = told;
        self
    }
}

/// Serves until `shutdown` completes, then lets requests under way end and closes sockets.
///
/// # Errors
/// When the listener is no longer usable.
pub async fn serve(
    site: Site,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let acceptor = socket::Acceptor::new(listener)?;
    let sockets = site.sockets.clone();
    let stop = async {
        shutdown.await;
        sockets.stop();
    };
    let served = Server::new_with_acceptor(acceptor)
        .idle_timeout(IDLE)
        .run_with_graceful_shutdown(routes(site), stop, Some(STOPPING))
        .await;
    // The server does not count connections that became sockets.
    let _ = tokio::time::timeout(STOPPING, sockets.gone()).await;
    served.map_err(Error::fault)
}

/// Every route, as tests call them: without a socket.
pub fn routes(site: Site) -> impl Endpoint<Output = Response> + 'static {
    let route = Route::new()
        .at("/graphql", graphql::endpoint(&site))
        .at("/graphql/socket", subscriptions::endpoint(&site))
        .at("/health/live", health::live())
        .at("/health/ready", health::ready(&site))
        .at("/unsubscribe/:token", unsubscribe::endpoint(&site))
        .at("/feeds/:file", feeds::endpoint(&site))
        .at("/bids/attachments/:token", attachments::endpoint(&site))
        .at("/mail/returned/:token", returned::endpoint(&site))
        .at("/account/single-sign-on", single_sign_on::leaving(&site))
        .at(
            "/account/single-sign-on/callback",
            single_sign_on::returning(&site),
        );
    let route = facts::routes(alerts::routes(open::routes(route, &site), &site), &site);
    let route = graphiql::routes(account::routes(route, &site), &site);
    let route = if site.app.development {
        development::routes(mailbox::routes(route, &site), &site)
    } else {
        route.at("/", graphiql::redirect())
    };
    shell::Shell::new(site.app, route)
}
