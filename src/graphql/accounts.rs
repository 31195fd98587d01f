//! Accounts in the graph: made, proven, changed.

use super::access::{Person, Session};
use super::errors::payload;
use crate::access::accounts::{self, AccountErrorCode};
use crate::access::second_factor::{self, SecondFactorErrorCode};
use crate::access::{Origin, Viewer, credentials};
use crate::runtime::{App, Error};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// Accounts, to make and change.
#[derive(Debug, Default)]
pub struct AccountsMutation;

/// Word that a mail is on its way. It is the same whether the address has an account or not: the mail tells.
#[derive(Clone, Debug, SimpleObject)]
pub struct Mailed {
    /// Where the mail goes.
    to: String,
}

/// What an authenticator app needs, shown this once.
#[derive(Clone, Debug, SimpleObject)]
pub struct SecondFactorEnrolment {
    /// As `otpauth://totp/...`, to draw as a QR code.
    url: String,
    /// The secret in base 32, to type.
    secret: String,
}

/// Recovery codes: each gets its owner in once. They are shown this once.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecoveryCodes {
    /// The codes.
    codes: Vec<String>,
}

/// A device that is known from now on.
#[derive(Clone, Debug, SimpleObject)]
pub struct KnownDevice {
    /// Send it with `signIn`, as `device`.
    token: String,
}

payload! {
    /// What became of asking for an account.
    AccountRegisterPayload { mailed: Mailed } AccountRegisterError(AccountErrorCode)
}
payload! {
    /// What became of making an account.
    AccountConfirmPayload { session: Session } AccountConfirmError(AccountErrorCode)
}
payload! {
    /// What became of a change of password.
    PasswordChangePayload { viewer: Person } PasswordChangeError(AccountErrorCode)
}
payload! {
    /// What became of asking for a new password.
    PasswordResetRequestPayload { mailed: Mailed } PasswordResetRequestError(AccountErrorCode)
}
payload! {
    /// What became of choosing a new password.
    PasswordResetPayload { device: KnownDevice } PasswordResetError(AccountErrorCode)
}
payload! {
    /// What became of asking for another address.
    EmailChangePayload { mailed: Mailed } EmailChangeError(AccountErrorCode)
}
payload! {
    /// What became of proving another address.
    EmailConfirmPayload { email: String } EmailConfirmError(AccountErrorCode)
}
payload! {
    /// What became of beginning a second factor.
    SecondFactorStartPayload { enrolment: SecondFactorEnrolment } SecondFactorStartError(SecondFactorErrorCode)
}
payload! {
    /// What became of putting a second factor in force.
    SecondFactorConfirmPayload { recovery: RecoveryCodes } SecondFactorConfirmError(SecondFactorErrorCode)
}
payload! {
    /// What became of ending a second factor.
    SecondFactorEndPayload { viewer: Person } SecondFactorEndError(SecondFactorErrorCode)
}

/// Somebody who asks for an account.
#[derive(Debug, InputObject)]
pub struct AccountRegisterInput {
    /// Their address: the link goes to it.
    email: String,
    /// Their name.
    name: String,
}

/// A mailed link and what completes the account.
#[derive(Debug, InputObject)]
pub struct AccountConfirmInput {
    /// The last part of the mailed link.
    #[graphql(secret)]
    token: String,
    /// Their name, if it is not the one given with the address.
    name: Option<String>,
    /// A password of 8 to 1,024 bytes that is not easily guessed, taken exactly as typed.
    #[graphql(secret)]
    password: String,
}

/// A mailed link and a password.
#[derive(Debug, InputObject)]
pub struct PasswordResetInput {
    /// The last part of the mailed link.
    #[graphql(secret)]
    token: String,
    /// A password of 8 to 1,024 bytes that is not easily guessed, taken exactly as typed.
    #[graphql(secret)]
    password: String,
}

/// The present password and a new one.
#[derive(Debug, InputObject)]
pub struct PasswordChangeInput {
    /// The password as it is.
    #[graphql(secret)]
    present: String,
    /// A password of 8 to 1,024 bytes that is not easily guessed, taken exactly as typed.
    #[graphql(secret)]
    password: String,
}

/// Another address.
#[derive(Debug, InputObject)]
pub struct EmailChangeInput {
    /// The new address: the link goes to it.
    email: String,
    /// The present password.
    #[graphql(secret)]
    present: String,
}

/// What it takes to end a second factor.
#[derive(Debug, InputObject)]
pub struct SecondFactorEndInput {
    /// The present password.
    #[graphql(secret)]
    present: String,
    /// A code, or a recovery code.
    #[graphql(secret)]
    code: String,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer, &'a Origin) {
    (
        ctx.data_unchecked::<App>(),
        ctx.data_unchecked::<Viewer>(),
        ctx.data_unchecked::<Origin>(),
    )
}

/// The viewer, as they were when the request came.
fn me(viewer: &Viewer) -> std::result::Result<Person, Error> {
    viewer
        .person()
        .cloned()
        .map(Person::from)
        .ok_or(Error::NotSignedIn)
}

#[Object]
impl AccountsMutation {
    /// Asks for an account: a link goes to the address. The answer is the same whether it has one or not. Anybody may.
    async fn account_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: AccountRegisterInput,
    ) -> Result<AccountRegisterPayload> {
        let (app, _, origin) = given(ctx);
        let asked = accounts::register(app, &input.email, &input.name, origin).await;
        AccountRegisterPayload::of(ctx, asked.map(|()| Mailed { to: input.email }))
    }

    /// Makes the account whose address a mailed link has proven, and signs in. Anybody with the link may.
    async fn account_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link and a password.")] input: AccountConfirmInput,
    ) -> Result<AccountConfirmPayload> {
        let (app, _, origin) = given(ctx);
        let name = input.name.as_deref();
        let made = accounts::confirm(app, &input.token, name, &input.password, origin).await;
        AccountConfirmPayload::of(ctx, made.map(|session| Session::opened(ctx, session)))
    }

    /// Changes the viewer's password; every other session ends. Needs a session of one's own.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password as it is, and a new one.")] input: PasswordChangeInput,
    ) -> Result<PasswordChangePayload> {
        let (app, viewer, origin) = given(ctx);
        let changed =
            credentials::change_password(app, viewer, &input.present, &input.password, origin).await;
        let changed = changed.and_then(|()| Ok(me(viewer)?));
        PasswordChangePayload::of(ctx, changed)
    }

    /// Asks for a link to choose a new password. The answer is the same whether the address has an account or not.
    /// Anybody may.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's address.")] email: String,
    ) -> Result<PasswordResetRequestPayload> {
        let (app, _, origin) = given(ctx);
        let asked = credentials::request_reset(app, &email, origin).await;
        PasswordResetRequestPayload::of(ctx, asked.map(|()| Mailed { to: email }))
    }

    /// Chooses a new password by a mailed link. Every session ends; a second factor stays as it is. Anybody with the
    /// link may.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link and a password.")] input: PasswordResetInput,
    ) -> Result<PasswordResetPayload> {
        let (app, ..) = given(ctx);
        let reset = credentials::reset(app, &input.token, &input.password).await;
        PasswordResetPayload::of(ctx, reset.map(|token| KnownDevice { token }))
    }

    /// Asks to move the viewer's account to another address: a link goes to it, and word to the present one. Needs a
    /// session of one's own.
    async fn email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address, and the password.")] input: EmailChangeInput,
    ) -> Result<EmailChangePayload> {
        let (app, viewer, origin) = given(ctx);
        let asked = credentials::request_email(app, viewer, &input.email, &input.present, origin).await;
        EmailChangePayload::of(ctx, asked.map(|()| Mailed { to: input.email }))
    }

    /// Moves an account to the address that a mailed link has proven. Anybody with the link may.
    async fn email_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last part of the mailed link.", secret)] token: String,
    ) -> Result<EmailConfirmPayload> {
        let (app, ..) = given(ctx);
        EmailConfirmPayload::of(ctx, credentials::confirm_email(app, &token).await)
    }

    /// Begins a second factor (TOTP, RFC 6238) for the viewer: it is in force once `secondFactorConfirm` has had a code.
    /// Needs a session of one's own.
    async fn second_factor_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present password.", secret)] present: String,
    ) -> Result<SecondFactorStartPayload> {
        let (app, viewer, origin) = given(ctx);
        let started = second_factor::start(app, viewer, &present, origin).await;
        let told = |enrolment: second_factor::Enrolment| SecondFactorEnrolment {
            url: enrolment.url,
            secret: enrolment.secret,
        };
        SecondFactorStartPayload::of(ctx, started.map(told))
    }

    /// Puts the viewer's second factor in force by its first code; every other session ends. Needs a session of one's
    /// own.
    async fn second_factor_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code that the app shows.", secret)] code: String,
    ) -> Result<SecondFactorConfirmPayload> {
        let (app, viewer, _) = given(ctx);
        let confirmed = second_factor::confirm(app, viewer, &code).await;
        SecondFactorConfirmPayload::of(ctx, confirmed.map(|codes| RecoveryCodes { codes }))
    }

    /// Ends the viewer's second factor. Needs a session of one's own.
    async fn second_factor_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password and a code.")] input: SecondFactorEndInput,
    ) -> Result<SecondFactorEndPayload> {
        let (app, viewer, origin) = given(ctx);
        let ended = second_factor::end(app, viewer, &input.present, &input.code, origin).await;
        let ended = ended.and_then(|()| {
            let mut me = me(viewer)?;
            me.second_factor = false;
            Ok(me)
        });
        SecondFactorEndPayload::of(ctx, ended)
    }
}
