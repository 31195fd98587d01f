//! Signing in and out in a browser, and who one is.

use super::form::Form;
use super::{Acted, Call, Site, plain, redirect};
use crate::access::sessions::{self, Attempt};
use crate::graphql::{cookies, ended_cookie};
use crate::runtime::Error;
use poem::Response;

pub(super) fn home(call: &Call) -> Result<Response, Error> {
    let Some(person) = call.viewer.person() else {
        return Ok(redirect("/account/sign-in", &[]));
    };
    let mut form = Form::new("Your account").says(format!(
        "You are signed in as {}, with {}.",
        person.name, person.email
    ));
    if !person.waiting.is_empty() {
        form = form.says(
            "An organisation of yours asks for a second factor: you do not act for it until you sign in with one.",
        );
    }
    form.to("/account/sign-out")
        .button("Sign out")
        .link("/graphiql", "Everything else: GraphiQL")
        .answer(call)
}

pub(super) fn ask(call: &Call) -> Result<Response, Error> {
    let form = Form::new("Sign in")
        .email(call.typed("email"))
        .password_and_code()
        .button("Sign in")
        .link("/account/reset", "I have forgotten my password")
        .link("/account/register", "I have no account");
    match next(call) {
        Some(next) => form.hidden("next", next).answer(call),
        None => form.answer(call),
    }
}

/// Where to go on once signed in: to an invitation, and nowhere else.
fn next(call: &Call) -> Option<&str> {
    let next = call.typed("next");
    let token = next.strip_prefix("/account/invitation/")?;
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (!token.is_empty() && token.bytes().all(ours)).then_some(next)
}

pub(super) async fn sign_in(site: &Site, call: &Call) -> Acted {
    let attempt = Attempt {
        email: call.typed("email"),
        password: call.typed("password"),
        code: Some(call.typed("code")),
        origin: call.origin.clone(),
    };
    let session = sessions::sign_in(&site.app, attempt).await.map_err(plain)?;
    let to = next(call).unwrap_or("/account");
    Ok(redirect(to, &cookies(&site.app, &session)))
}

pub(super) async fn sign_out(site: &Site, call: &Call) -> Acted {
    sessions::sign_out(&site.app, &call.viewer).await?;
    Ok(redirect("/account/sign-in", &[ended_cookie(&site.app)]))
}
