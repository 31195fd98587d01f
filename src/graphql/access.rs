//! Who asks, and signing in and out.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use crate::access::sessions::{self, Attempt, SignInErrorCode};
use crate::access::{
    self as front, CouncilRole, Origin, SupplierRole, Through, privacy, second_factor, single_sign_on,
    suppressed, tokens,
};
use crate::runtime::App;
use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

/// The cookie that carries a browser's session.
pub const SESSION_COOKIE: &str = "guildhall_session";
/// The cookie by which a browser that was signed in on before is known.
pub const DEVICE_COOKIE: &str = "guildhall_device";
/// The cookie of a browser that is away at a council's provider.
pub(crate) const AWAY_COOKIE: &str = "guildhall_away";
/// A device is known for 180 days.
const DEVICE_SECONDS: i64 = 180 * 24 * 3600;

/// Reads of who asks.
#[derive(Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Who is asking; null for somebody who is not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Person> {
        let viewer = ctx.data_unchecked::<front::Viewer>();
        viewer.person().cloned().map(Person::from)
    }

    /// How the council of an address signs its people in, if by single sign-on; null for every other address. It is the
    /// same for all addresses of a domain. Anybody may ask.
    async fn single_sign_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address to sign in with.")] email: String,
    ) -> Option<SingleSignOn> {
        let way_in = single_sign_on::way_in(ctx.data_unchecked::<App>(), &email);
        way_in.map(|(url, required)| SingleSignOn { url, required })
    }
}

/// Signing in by a council's own provider.
#[derive(SimpleObject)]
pub struct SingleSignOn {
    /// Where the browser goes, as a page of its own and not in the background.
    pub url: String,
    /// Whether passwords are refused for this domain.
    pub required: bool,
}

/// A person, as they see themselves.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Identifier.
    pub id: Id,
    /// Address, lower case.
    pub email: String,
    /// Name as they gave it.
    pub name: String,
    /// Whether they operate this installation.
    pub operator: bool,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
    #[graphql(skip)]
    inner: front::Person,
}

#[ComplexObject]
impl Person {
    /// The organisations they act for, and as what.
    async fn memberships(&self) -> Vec<Membership> {
        self.inner
            .memberships
            .iter()
            .copied()
            .map(Membership::from)
            .collect()
    }

    /// The councils that ask for a second factor before this session counts there.
    async fn second_factor_awaited_by(&self) -> Vec<Id> {
        let waiting = self.inner.waiting.iter();
        waiting.map(|council| Id::new(Sort::Council, *council)).collect()
    }

    /// How many recovery codes are left. Needs a session of one's own: a token is not told.
    async fn recovery_codes_left(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let left = second_factor::codes_left(ctx.data_unchecked(), &self.viewer())
            .await
            .told(ctx)?;
        Ok(i32::try_from(left).unwrap_or(i32::MAX))
    }

    /// The sessions under way, newest first. Needs a session of one's own: a token is not told.
    async fn sessions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<RunningSession>> {
        let found = sessions::list(ctx.data_unchecked(), &self.viewer())
            .await
            .told(ctx)?;
        Ok(found.into_iter().map(RunningSession::from).collect())
    }

    /// Everything held on them, as one document (UK GDPR, articles 15 and 20); secrets are told as held, not shown.
    /// Needs a session of one's own: a token is not told.
    async fn everything_held(&self, ctx: &Context<'_>) -> async_graphql::Result<serde_json::Value> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<front::Viewer>());
        privacy::own_export(app, viewer).await.told(ctx)
    }

    /// Since when and why alerts are not sent to their address; null when they are. Needs a session of one's own: a
    /// token is not told.
    async fn mail_suppressed(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<super::suppression::MailSuppression>> {
        let found = suppressed::mine(ctx.data_unchecked(), &self.viewer())
            .await
            .told(ctx)?;
        Ok(found.map(Into::into))
    }

    /// The tokens made for programs, oldest first. Needs a session of one's own: a token is not told.
    async fn api_tokens(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<super::tokens::ApiToken>> {
        let found = tokens::list(ctx.data_unchecked(), &self.viewer())
            .await
            .told(ctx)?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}

impl Person {
    /// As whom they see themselves: with a fresh session, that is not whoever asked for it.
    fn viewer(&self) -> front::Viewer {
        front::Viewer::Person(self.inner.clone())
    }
}

impl From<front::Person> for Person {
    fn from(inner: front::Person) -> Self {
        Self {
            id: Id::new(Sort::Person, inner.id),
            email: inner.email.clone(),
            name: inner.name.clone(),
            operator: inner.operator && matches!(inner.through, Through::Session { .. }),
            second_factor: inner.second_factor,
            inner,
        }
    }
}

/// A role in one organisation: a council or a supplier.
#[derive(SimpleObject)]
pub struct Membership {
    /// The council or supplier.
    pub organisation_id: Id,
    /// The role, if it is a council.
    pub council_role: Option<CouncilRole>,
    /// The role, if it is a supplier.
    pub supplier_role: Option<SupplierRole>,
}

impl From<front::Membership> for Membership {
    fn from(membership: front::Membership) -> Self {
        match membership {
            front::Membership::Council(id, role) => Self {
                organisation_id: Id::new(Sort::Council, id),
                council_role: Some(role),
                supplier_role: None,
            },
            front::Membership::Supplier(id, role) => Self {
                organisation_id: Id::new(Sort::Supplier, id),
                council_role: None,
                supplier_role: Some(role),
            },
        }
    }
}

/// A session that is under way.
#[derive(SimpleObject)]
pub struct RunningSession {
    /// Identifier.
    pub id: Id,
    /// What the program called itself.
    pub agent: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl From<sessions::Running> for RunningSession {
    fn from(running: sessions::Running) -> Self {
        Self {
            id: Id::new(Sort::Session, running.id),
            agent: running.agent,
            created_at: running.created_at,
            expires_at: running.expires_at,
            current: running.current,
        }
    }
}

/// An address, its password, and a code where the account asks for one.
#[derive(InputObject)]
pub struct SignInInput {
    /// Address of the account; upper and lower case are alike.
    pub email: String,
    /// Password, exactly as typed.
    #[graphql(secret)]
    pub password: String,
    /// A code of the second factor, or a recovery code.
    #[graphql(secret)]
    pub code: Option<String>,
    /// The `device` of an earlier session on this device; browsers send it as a cookie.
    #[graphql(secret)]
    pub device: Option<String>,
}

/// A fresh session. Browsers get it as a cookie too.
#[derive(SimpleObject)]
pub struct Session {
    /// Send it as `Authorization: Bearer ...`. It is shown this once.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Where this device was not known: a token to send with the next sign-in from here, so that others' guessing
    /// does not keep its owner out. Browsers get it as a cookie too.
    pub device: Option<String>,
    /// Whose it is.
    pub viewer: Person,
}

impl Session {
    /// A session as the graph tells it, its cookies set.
    pub(super) fn opened(ctx: &Context<'_>, session: sessions::Session) -> Self {
        for cookie in cookies(ctx.data_unchecked::<App>(), &session) {
            ctx.append_http_header("Set-Cookie", cookie);
        }
        Self {
            token: session.token,
            expires_at: session.expires_at,
            device: session.device,
            viewer: session.person.into(),
        }
    }
}

payload! {
    /// What came of signing in.
    SignInPayload { session: Session } SignInError(SignInErrorCode)
}

/// What came of ending sessions.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// How many ended.
    pub ended: i32,
}

/// Signing in and out.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Signs somebody in. Unknown addresses and wrong passwords are answered alike. Anybody may.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Address and password.")] input: SignInInput,
    ) -> async_graphql::Result<SignInPayload> {
        let app = ctx.data_unchecked::<App>();
        let mut origin = ctx.data_unchecked::<Origin>().clone();
        origin.device = input.device.or(origin.device);
        let attempt = Attempt {
            email: &input.email,
            password: &input.password,
            code: input.code.as_deref(),
            origin,
        };
        let session = sessions::sign_in(app, attempt).await;
        SignInPayload::of(ctx, session.map(|session| Session::opened(ctx, session)))
    }

    /// Ends the session this request came with, at once; none, if it came with none. Anybody may.
    async fn sign_out(&self, ctx: &Context<'_>) -> async_graphql::Result<SignOutPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<front::Viewer>());
        let ended = sessions::sign_out(app, viewer).await.told(ctx)?;
        ctx.append_http_header("Set-Cookie", ended_cookie(app));
        Ok(SignOutPayload { ended: ended.into() })
    }

    /// Ends all the viewer's sessions at once, this one too; the devices are known no more. Needs a session of one's own.
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> async_graphql::Result<SignOutPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<front::Viewer>());
        let ended = sessions::sign_out_everywhere(app, viewer).await.told(ctx)?;
        ctx.append_http_header("Set-Cookie", ended_cookie(app));
        Ok(SignOutPayload {
            ended: i32::try_from(ended).unwrap_or(i32::MAX),
        })
    }

    /// Ends one of the viewer's sessions at once. Needs a session of one's own.
    async fn session_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] session: Id,
    ) -> async_graphql::Result<SignOutPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<front::Viewer>());
        let ended = sessions::end(app, viewer, session.of(Sort::Session)?)
            .await
            .told(ctx)?;
        Ok(SignOutPayload { ended: ended.into() })
    }
}

/// The cookies of a fresh session.
pub fn cookies(app: &App, session: &sessions::Session) -> Vec<String> {
    let seconds = (session.expires_at - app.clock.now()).num_seconds();
    let device = session.device.as_ref();
    let mut cookies = vec![cookie(
        app,
        SESSION_COOKIE,
        &session.token,
        seconds,
        SameSite::Strict,
    )];
    cookies.extend(device.map(|device| device_cookie(app, device)));
    cookies
}

/// The cookie by which a browser is known from now on.
pub fn device_cookie(app: &App, device: &str) -> String {
    // It opens nothing, and who comes back from a council's provider comes from another site.
    cookie(app, DEVICE_COOKIE, device, DEVICE_SECONDS, SameSite::Lax)
}

/// The cookie of a browser that is away at a council's provider.
pub(crate) fn away_cookie(app: &App, browser: &str) -> String {
    let seconds = single_sign_on::LASTS.num_seconds();
    cookie(app, AWAY_COOKIE, browser, seconds, SameSite::Lax)
}

/// The cookie that ends [`away_cookie`].
pub(crate) fn back_cookie(app: &App) -> String {
    cookie(app, AWAY_COOKIE, "", 0, SameSite::Lax)
}

/// Whether a browser sends a cookie with what other sites ask of us.
#[derive(Clone, Copy, Debug)]
enum SameSite {
    /// Never.
    Strict,
    /// With a page that a link or a redirect leads to.
    Lax,
}

/// The cookie that ends a browser's session.
pub fn ended_cookie(app: &App) -> String {
    cookie(app, SESSION_COOKIE, "", 0, SameSite::Strict)
}

fn cookie(app: &App, name: &str, value: &str, seconds: i64, same_site: SameSite) -> String {
    // A browser takes a cookie of this prefix only from this host, over TLS.
    let (prefix, secure) = if app.public_url.starts_with("https://") {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    format!("{prefix}{name}={value}; HttpOnly; SameSite={same_site:?}; Path=/; Max-Age={seconds}{secure}")
}
