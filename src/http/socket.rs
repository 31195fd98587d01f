//! Accepts connections with Nagle's algorithm off: poem leaves it on, which delays small answers by up to 40 ms.

use crate::runtime::Error;
use poem::http::uri::Scheme;
use poem::listener::TcpAcceptor;
use poem::web::{LocalAddr, RemoteAddr};
use std::io;
use tokio::net::{TcpListener, TcpStream};

/// A TCP acceptor that sets TCP_NODELAY.
pub(super) struct Acceptor(TcpAcceptor);

impl Acceptor {
    pub(super) fn new(listener: TcpListener) -> Result<Self, Error> {
        TcpAcceptor::from_tokio(listener).map(Self).map_err(Error::fault)
    }
}

impl poem::listener::Acceptor for Acceptor {
    type Io = TcpStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(TcpStream, LocalAddr, RemoteAddr, Scheme)> {
        let accepted = self.0.accept().await?;
        // A peer that has already gone makes this fail; reading from it will say so.
        let _ = accepted.0.set_nodelay(true);
        Ok(accepted)
    }
}
