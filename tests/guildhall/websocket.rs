//! The far end of a socket: a client that speaks graphql-transport-ws to routes served on the loopback.

use futures_util::{SinkExt, StreamExt};
use guildhall::http::{self, Site};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A site on a free port of the loopback, until it is told to stop or dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start(site: Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = http::serve(site, listener, async {
            let _ = stopped.await;
        });
        let task = tokio::spawn(async { served.await.unwrap() });
        let stop = Some(stop);
        Self { address, stop, task }
    }

    /// Tells it to stop.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(&mut self) {
        tokio::time::timeout(PATIENCE, &mut self.task)
            .await
            .unwrap()
            .unwrap();
    }

    /// Opens a socket with these headers beside its own, or gives the status by which it was refused.
    pub(crate) async fn open(&self, headers: &[(&str, &str)]) -> Result<Client, u16> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        self.open_over(stream, headers).await
    }

    /// The same over a connection made elsewhere.
    pub(crate) async fn open_over(&self, stream: TcpStream, headers: &[(&str, &str)]) -> Result<Client, u16> {
        let mut request = format!("ws://{}/graphql/socket", self.address)
            .into_client_request()
            .unwrap();
        let mut set = |name: &str, value: &str| {
            let name: HeaderName = name.parse().unwrap();
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).unwrap());
        };
        set("sec-websocket-protocol", "graphql-transport-ws");
        headers.iter().for_each(|(name, value)| set(name, value));
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((stream, _)) => Ok(Client(stream)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket on which `connection_init` was taken, as whoever the token is of.
    pub(crate) async fn client(&self, token: Option<&str>) -> Client {
        let mut client = self.open(&[]).await.unwrap();
        client.init(token).await;
        client
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One socket.
pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Sends `connection_init` and waits until it is taken.
    pub(crate) async fn init(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    /// Begins an operation, and waits until it is under way or refused: its error then, or null.
    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) -> Value {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
        self.say(json!({ "type": "ping" })).await;
        let first = self.hear().await;
        if first["type"] == "pong" {
            return Value::Null;
        }
        assert_eq!(self.hear().await["type"], "pong");
        assert_eq!(
            (&first["type"], &first["id"]),
            (&json!("error"), &json!(id)),
            "{first}"
        );
        first["payload"][0].clone()
    }

    /// The data of the next event, which must be of this operation.
    pub(crate) async fn event(&mut self, id: &str) -> Value {
        let heard = self.hear().await;
        assert_eq!(
            (&heard["type"], &heard["id"]),
            (&json!("next"), &json!(id)),
            "{heard}"
        );
        assert_eq!(heard["payload"]["errors"], Value::Null, "{heard}");
        heard["payload"]["data"].clone()
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Sends without waiting for it to be taken; whether it could be.
    pub(crate) async fn try_send(&mut self, message: Message) -> bool {
        self.0.send(message).await.is_ok()
    }

    /// Closes it from this side, and waits until the other side has gone too.
    pub(crate) async fn part(&mut self) {
        self.0.close(None).await.unwrap();
        while let Some(Ok(_)) = self.0.next().await {}
    }

    /// What is said next.
    pub(crate) async fn hear(&mut self) -> Value {
        match self.next().await {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(close) => panic!("closed: {close:?}"),
        }
    }

    /// The code and reason of the server's close frame, whatever is said before it.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Err(close) = self.next().await {
                return close;
            }
        }
    }

    async fn next(&mut self) -> Result<String, (u16, String)> {
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .expect("nothing was said");
            match heard {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                other => return Err((1006, format!("{other:?}"))),
            }
        }
    }
}
