//! `serve`: the production server. It refuses to start with half a configuration.

use super::{Failure, failed, open};
use crate::access::single_sign_on;
use crate::alerts;
use crate::changes;
use crate::exchange::publish::Publisher;
use crate::exchange::uploads;
use crate::graphql::Api;
use crate::http::{self, DevelopmentPage, Site};
use crate::pilots::bids::files;
use crate::runtime::config::Config;
use crate::runtime::entropy::Entropy;
use crate::runtime::{App, outbox, telemetry};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(super) async fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::read(config)?;
    telemetry::start(&config.log);
    let (address, proxies, metrics) = (config.listen, config.proxies, config.metrics_listen);
    let ocid_prefix = config.ocid_prefix.clone();
    let app = open::of(config, Entropy::system()).await?;
    let lock = app.db.lock_for_serving().map_err(failed)?;
    open::prepare(&app).await?;
    let shut_out = single_sign_on::operators_shut_out(&app).await.map_err(failed)?;
    if !shut_out.is_empty() {
        return Err(shut_out);
    }
    let listener = TcpListener::bind(address)
        .await
        .map_err(|e| failed(format!("{address}: {e}")))?;
    if lock.is_some() {
        // Nobody else serves this file: whoever held a lease is dead.
        outbox::free_leases(&app).await.map_err(failed)?;
    }
    outbox::hold::look(&app).await.map_err(failed)?;
    changes::begin_anew_if_restored(&app).await.map_err(failed)?;
    if let Some(address) = metrics {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|e| failed(format!("metrics_listen: {address}: {e}")))?;
        let address = listener.local_addr().map_err(failed)?;
        say!("metrics on http://{address}/metrics");
        tokio::spawn(http::metrics::serve(app.clone(), listener));
    }
    let page = DevelopmentPage {
        mode: "development".into(),
        tabs: super::demo::tabs("you@example.org"),
        first_query: super::demo::FIRST_QUERY.into(),
        ..DevelopmentPage::default()
    };
    let served = Served {
        page,
        proxies,
        ocid_prefix,
    };
    serve(app, listener, served, |address| {
        say!("listening on http://{address}")
    })
    .await
}

/// What a server shows and believes, beside the application.
#[derive(Default)]
pub(super) struct Served {
    /// The front page of a development server.
    pub(super) page: DevelopmentPage,
    /// Proxies in front.
    pub(super) proxies: usize,
    /// The registered prefix of OCIDs.
    pub(super) ocid_prefix: Option<String>,
}

/// Serves the application, with its scheduled work beside it, until told to stop.
pub(super) async fn serve(
    app: App,
    listener: TcpListener,
    served: Served,
    ready: impl FnOnce(std::net::SocketAddr),
) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = watch::channel(false);
    let looking = tokio::spawn(alerts::run(app.clone(), stopped.clone()));
    let sending = tokio::spawn(outbox::run(app.clone(), stopped.clone()));
    let reading = tokio::spawn(uploads::run(app.clone(), stopped.clone()));
    let uploaded: files::Elsewhere = |app| Box::pin(async move { uploads::objects_named(&app).await });
    let sweeping = tokio::spawn(files::run(app.clone(), uploaded, stopped));
    let told = app.clone();
    let site = Site::new(app.clone(), Api::new(app))
        .with_page(served.page)
        .behind(served.proxies)
        .with_ocid_prefix(served.ocid_prefix.as_deref().unwrap_or(Publisher::UNREGISTERED))
        .when_clock_moves(Arc::new(move || {
            let app = told.clone();
            Box::pin(async move { alerts::pass(&app).await })
        }));
    ready(address);
    // Told at once, not when the last request has been answered: service managers do not wait for ever.
    let signalled = async {
        shutdown().await;
        let _ = stop.send(true);
    };
    let served = http::serve(site, listener, signalled).await;
    let _ = stop.send(true);
    // A sweep that is cut short goes on where it was.
    sweeping.abort();
    // So is reading an uploaded register: nothing of it is kept before it is whole.
    reading.abort();
    let _ = looking.await;
    // What is under way is waited for: killed, it would be sent again.
    let _ = sending.await;
    served.map_err(failed)
}

/// Completes on the terminal's interrupt, and on the signal by which service managers stop programs.
async fn shutdown() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
